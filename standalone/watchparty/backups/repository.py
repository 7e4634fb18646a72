"""The folder that holds the backups of one data folder.

    watchparty-backups      marks the folder as ours
    backups/{time}-{hash}.json   one manifest per backup
    files/{ab}/{sha256}     the content of files; one that has not changed is stored once for all backups
    partial/                what is being written

It needs nothing from its file system but renaming, so it can be on a USB stick or a network share.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchparty.backups.files import Copied, copy_verified, reported, sync_folder, write_durably
from watchparty.backups.manifest import (
    Manifest,
    ManifestDamaged,
    ManifestError,
    StoredFile,
    backup_names,
    hashes_in,
    superseded,
)
from watchparty.errors import BackupFailed

log = logging.getLogger(__name__)

MARKER = "watchparty-backups"
_IGNORED = ("lost+found", f"{MARKER}.new")


class Repository:
    """The backups in `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.partial = root / "partial"
        self._manifests = root / "backups"
        self._files = root / "files"

    @contextmanager
    def opened_for_writing(self) -> Iterator[None]:
        """Creates the folder or continues one, and keeps other writers out. Raises BackupFailed.

        A folder with other content is refused, because old backups are deleted from it.
        """
        with reported(self.root):
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            foreign = [path.name for path in self.root.iterdir() if path.name not in _IGNORED]
            if foreign and not (self.root / MARKER).exists():
                raise BackupFailed(f"{self.root} is not empty and holds no backups. Name an empty folder.")
            if not (self.root / MARKER).exists():
                write_durably(self.root / MARKER, b"Backups of WatchParty. Restore: watchparty restore FOLDER\n")
            descriptor = os.open(self.root / MARKER, os.O_RDWR)  # NFS locks only files that are open for writing
        try:
            with reported(self.root):
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise BackupFailed(f"Another backup into {self.root} is running.") from error
                shutil.rmtree(self.partial, ignore_errors=True)  # of a run that was interrupted
                for folder in (self.partial, self._manifests, self._files):
                    folder.mkdir(exist_ok=True, mode=0o700)
                yield
                shutil.rmtree(self.partial, ignore_errors=True)
        finally:
            os.close(descriptor)

    def require_begun(self) -> None:
        """Raises BackupFailed if the folder is missing or empty, as where a disk should be mounted and is not."""
        with reported(self.root):
            if not self.root.is_file() and not (self.root / MARKER).exists():
                raise BackupFailed(
                    f"{self.root} no longer holds backups. If its disk is not mounted, mount it. To begin again, "
                    f"run: watchparty backup {self.root}"
                )

    # ---- manifests

    def names(self) -> list[str]:
        """The names of the complete backups, oldest first."""
        return backup_names(path.name for path in self._manifests.glob("*.json"))

    def manifest(self, name: str | None = None) -> tuple[str, Manifest]:
        """Returns a backup and its name, by default the newest. Raises BackupFailed."""
        names = self.names()
        if not names or (name is not None and name not in names):
            wanted = f"no backup {name}" if names else "no complete backup"
            raise BackupFailed(f"{self.root} holds {wanted}.")
        name = name or names[-1]
        try:
            with reported(self.root):
                return name, self._decoded(name)
        except ManifestError as error:
            raise BackupFailed(f"In {self.root} {error}.") from error

    def _decoded(self, name: str) -> Manifest:
        return Manifest.decoded(name, (self._manifests / name).read_bytes())

    def stored_files(self) -> dict[str, StoredFile]:
        """The files of the newest backup whose list is undamaged, by path. Raises BackupFailed for a later format."""
        for name in reversed(self.names()):
            try:
                return {file.path: file for file in self._decoded(name).files}
            except ManifestDamaged as error:
                log.warning("in %s %s", self.root, error)
            except ManifestError as error:
                raise BackupFailed(f"In {self.root} {error}.") from error
        return {}

    def add(self, manifest: Manifest) -> str:
        """Completes a backup whose files are all stored; returns its name."""
        for folder in (self._files, *self._files.iterdir()):
            sync_folder(folder)
        name, text = manifest.encoded(after=next(reversed(self.names()), None))
        write_durably(self._manifests / name, text)
        return name

    def prune(self, *, newest: str, keep: int) -> int:
        """Deletes superseded backups and files that no remaining one needs; returns how many backups.

        Raises BackupFailed without deleting a file if a remaining manifest has a later format. A damaged one keeps what
        it lists until it is superseded.
        """
        old = superseded(self.names(), newest=newest, keep=keep)
        for name in old:
            (self._manifests / name).unlink()
        sync_folder(self._manifests)
        needed = set().union(*(self._needed(name) for name in self.names()))
        for path in self._files.glob("*/*"):
            if path.name not in needed:
                path.unlink()
        return len(old)

    def _needed(self, name: str) -> set[str]:
        try:
            return {file.sha256 for file in self._decoded(name).files}
        except ManifestDamaged:
            return hashes_in((self._manifests / name).read_bytes())
        except ManifestError as error:
            raise BackupFailed(f"In {self.root} {error}.") from error

    # ---- files

    def file(self, sha256: str) -> Path:
        """Where the content with this hash is, or would be."""
        return self._files / sha256[:2] / sha256

    def has(self, sha256: str, size_bytes: int) -> bool:
        try:
            return self.file(sha256).stat().st_size == size_bytes
        except FileNotFoundError:
            return False

    def store(self, source: Path) -> Copied:
        """Stores the content of a file. Raises FileNotFoundError if it is gone, BackupFailed if the disk fails."""
        draft = self.partial / "file"
        copied = copy_verified(source, draft)
        path = self.file(copied.sha256)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        draft.replace(path)
        return copied

    def set_damaged_aside(self, sha256: str) -> None:
        """Renames content that no longer has its hash, so that the next backup stores it again."""
        path = self.file(sha256)
        path.rename(path.with_name(f"{sha256}.damaged"))
