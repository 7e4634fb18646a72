"""Storage in a local folder: written beside its name, then renamed over it."""

import contextlib
import errno
import threading
from pathlib import Path

from watchparty_transcoder.errors import DiskFull

UNFINISHED = ".unfinished"


class FolderStorage:
    """The adapter for one machine. One process writes to a folder at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: set[Path] = set()
        self._creating = threading.Lock()
        root.mkdir(parents=True, exist_ok=True)
        for left_over in root.rglob(f"*{UNFINISHED}"):  # of a run that was killed in the middle of a write
            left_over.unlink(missing_ok=True)

    def write(self, name: str, data: bytes) -> None:
        path = self._root / name
        # two threads make the same initialisation segment: neither may rename the other's file away
        unfinished = path.with_name(f"{path.name}.{threading.get_ident()}{UNFINISHED}")
        try:
            if path.parent not in self._folders:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._folders.add(path.parent)
            unfinished.write_bytes(data)
            unfinished.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):  # what went wrong first is what is told
                unfinished.unlink()
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise DiskFull(f"writing {name}: {error}") from error
            raise

    def create(self, name: str, data: bytes) -> bool:
        with self._creating:
            if self.size(name):  # an empty one is what a power cut leaves
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
