"""The layout of the data folder, and the lock that keeps a second server out of it."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from watchparty.errors import DataInUse, DataUnusable


@dataclass(frozen=True)
class DataFolder:
    """One folder holds all data; a copy of it is a backup."""

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

    def make(self) -> None:
        """Creates the folder, accessible only to its owner, because it holds keys and films. Raises DataUnusable."""
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not any(self.root.iterdir()):  # an empty folder made for us; one in use keeps its permissions
                self.root.chmod(0o700)
        except OSError as error:
            raise DataUnusable(self.root, error.strerror or str(error)) from error

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
