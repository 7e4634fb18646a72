"""Remembers unfinished uploads in a folder of the user, so that a repeated command continues them.

The address of an upload lets its bearer send the film's bytes, so only the user can read the files. Never the token.
"""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class SavedUpload:
    """The video, its protocol, and the session's address (empty with `s3-multipart`)."""

    video_id: str
    protocol: str
    session: str


class SavedUploads:
    """One file per upload, named by a hash of server and film."""

    def __init__(self, folder: Path, *, server: str) -> None:
        self._folder = folder
        self._server = server

    def find(self, fingerprint: str) -> SavedUpload | None:
        """The unfinished upload of this file to this server; None also if what was saved is unreadable."""
        try:
            found = json.loads(self._path(fingerprint).read_bytes())
            saved = SavedUpload(**found)
            addressed = saved.protocol == "s3-multipart" or urlsplit(saved.session).scheme in ("http", "https")
        except (OSError, ValueError, TypeError, AttributeError):
            return None
        return saved if addressed and all(isinstance(value, str) for value in asdict(saved).values()) else None

    def save(self, fingerprint: str, upload: SavedUpload) -> None:
        """Raises OSError if the folder can't be written."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(fingerprint)
        new = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(upload), file)
        new.replace(path)

    def remove(self, fingerprint: str) -> None:
        with contextlib.suppress(OSError):
            self._path(fingerprint).unlink()

    def _path(self, fingerprint: str) -> Path:
        return self._folder / f"{sha256(f'{self._server}|{fingerprint}'.encode()).hexdigest()[:40]}.json"
