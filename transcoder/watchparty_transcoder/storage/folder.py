"""Storage in a local folder: an object is written under a temporary name, then renamed."""

import contextlib
import errno
import threading
from pathlib import Path

from watchparty_transcoder.errors import DiskFull

UNFINISHED = ".unfinished"


class FolderStorage:
    """The adapter for one machine. Only one process may write to a folder at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: set[Path] = set()
        self._creating = threading.Lock()
        root.mkdir(parents=True, exist_ok=True)
        for remnant in root.rglob(f"*{UNFINISHED}"):  # of a run that was killed during a write
            remnant.unlink(missing_ok=True)

    def write(self, name: str, data: bytes) -> None:
        path = self._root / name
        # two threads write the same initialisation segment: neither may rename the other's file
        unfinished = path.with_name(f"{path.name}.{threading.get_ident()}{UNFINISHED}")
        try:
            if path.parent not in self._folders:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._folders.add(path.parent)
            unfinished.write_bytes(data)
            unfinished.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):  # report the first error
                unfinished.unlink()
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise DiskFull(f"writing {name}: {error}") from error
            raise

    def create(self, name: str, data: bytes) -> bool:
        with self._creating:
            if self.size(name):  # a power cut may leave an empty one
                return False
            self.write(name, data)
            return True

    def read(self, name: str) -> bytes | None:
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None

    def size(self, name: str) -> int | None:
        try:
            return (self._root / name).stat().st_size
        except FileNotFoundError:
            return None

    def sizes(self, folder: str = "") -> dict[str, int]:
        paths = (path for path in (self._root / folder).rglob("*") if path.is_file() and path.suffix != UNFINISHED)
        return {path.relative_to(self._root).as_posix(): path.stat().st_size for path in paths}

    def clear(self, begins: str = "") -> None:
        for name in self.sizes():
            if name.startswith(begins):
                (self._root / name).unlink()
