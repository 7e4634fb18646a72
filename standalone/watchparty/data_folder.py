"""The layout of the data folder, and the lock that keeps a second server out of it."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from watchparty.errors import DataInUse, DataNewer, DataUnusable, RestoreIncomplete

LAYOUT_VERSION = 1
"""The version of the folder's layout, in its file `layout`; a folder without that file has version 1."""
RESTORING = "restoring"
"""The file that is in the folder until a restore into it is complete."""


@dataclass(frozen=True)
class DataFolder:
    """One folder holds all data."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "watchparty.sqlite"

    @property
    def relay_journal(self) -> Path:
        return self.root / "relay.sqlite"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def transcoder_log(self) -> Path:
        return self.root / "logs" / "transcoder.log"

    def original_of(self, video_id: str) -> Path:
        return self.root / "uploads" / video_id / "original"

    def media_of(self, video_id: str, generation: str) -> Path:
        return self.root / "media" / video_id / generation

    @property
    def backup_status(self) -> Path:
        return self.root / "backup-status.json"

    def make(self) -> None:
        """Creates the folder, accessible only to its owner, because it holds keys and films.

        Raises DataUnusable, RestoreIncomplete, or DataNewer for the layout of a newer release.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not any(self.root.iterdir()):  # an empty folder made for us; one in use keeps its permissions
                self.root.chmod(0o700)
            if (self.root / RESTORING).exists():
                raise RestoreIncomplete(self.root)
            if (version := self.layout_version()) is None:
                self._write_layout()
            elif version > LAYOUT_VERSION:
                raise DataNewer(self.root, version, LAYOUT_VERSION)
        except OSError as error:
            raise DataUnusable(self.root, error.strerror or str(error)) from error

    def _write_layout(self) -> None:
        """Whole or not at all: an empty file would keep later starts from reading the version."""
        draft = self.root / ".layout"
        try:
            draft.write_text(f"{LAYOUT_VERSION}\n")
            draft.replace(self.root / "layout")
        finally:
            draft.unlink(missing_ok=True)

    def layout_version(self) -> int | None:
        """The version in the file `layout`; None if there is no such file. Raises DataUnusable for other text."""
        try:
            text = (self.root / "layout").read_text(errors="replace")
        except FileNotFoundError:
            return None
        if not text.strip().isdecimal():
            raise DataUnusable(self.root / "layout", f"it should hold the number {LAYOUT_VERSION}, not {text[:20]!r}")
        return int(text)

    def lock(self) -> int:
        """Locks the folder until this process ends, however it ends. Raises DataInUse or DataUnusable."""
        try:
            handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DataUnusable(self.root, error.strerror or str(error)) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise DataInUse(str(self.root)) from error
        return handle
