"""Originals and media in two folders of this machine: the home adapter of the objects port.

It signs upload URLs as Google's client would; the server that verifies them and takes the bytes is `web/resumable.py`.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from watchparty_api.errors import Malformed
from watchparty_api.objects import v4_signature
from watchparty_api.objects.disk import Disk
from watchparty_api.objects.media_names import is_media_name
from watchparty_api.objects.port import StoredObject, UploadStart
from watchparty_api.objects.sessions import UploadSessions

SIGNER = "uploads@home.watchparty"
START_LIFE = timedelta(minutes=15)
PREFIX = "/upload"


def upload_path(video_id: str) -> str:
    """Where the uploads of a video's original go on our own origin."""
    return f"{PREFIX}/{video_id}/original"


class LocalObjectStore:
    """`port.ObjectStore` on the folders `uploads` and `media` under `root`."""

    multipart = None

    def __init__(
        self, root: Path, *, key: RSAPrivateKey, now: Callable[[], datetime], disk: Disk | None = None
    ) -> None:
        self.sessions = UploadSessions(root / "uploads")
        self.key = key
        self.disk = disk or Disk(root)
        self._media = root / "media"
        self._now = now
        self._media.mkdir(parents=True, exist_ok=True)

    # ---- originals

    def start_upload(self, *, video_id: str, size_bytes: int, content_type: str, base_url: str) -> UploadStart:
        self.disk.demand(size_bytes)
        now = self._now()
        headers = {
            "content-type": content_type,
            "x-goog-content-length-range": f"{size_bytes},{size_bytes}",
            "x-goog-if-generation-match": "0",
            "x-goog-resumable": "start",
        }
        path = upload_path(video_id)
        query = v4_signature.sign(
            method="POST",
            path=path,
            headers={**headers, "host": urlsplit(base_url).netloc},
            signer=SIGNER,
            key=self.key,
            now=now,
            life=START_LIFE,
        )
        return UploadStart("gcs-resumable", f"{base_url}{path}?{query}", headers, now + START_LIFE)

    def original(self, video_id: str) -> StoredObject | None:
        return self.sessions.original(video_id)

    def delete_original(self, video_id: str) -> None:
        self.sessions.delete(video_id)

    def delete_video(self, video_id: str) -> None:
        self.sessions.delete(video_id)
        shutil.rmtree(self._media / video_id, ignore_errors=True)

    def delete_abandoned_uploads(self, now: datetime) -> None:
        self.sessions.delete_expired(now)

    # ---- media

    def locate_media(self, name: str) -> Path | None:
        path = self._path(name)
        return path if path.is_file() else None

    def read_media(self, name: str) -> bytes | None:
        path = self.locate_media(name)
        return path.read_bytes() if path else None

    def write_media(self, name: str, content: bytes, *, content_type: str) -> None:  # noqa: ARG002  the name tells it
        path = self._path(name)
        self.disk.demand(len(content))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{threading.get_ident()}.new")  # two may replace one file at once
        draft.write_bytes(content)
        draft.replace(path)

    def delete_media(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not is_media_name(name):
            raise Malformed("bad_media_name", "There is no file of that name.")
        return self._media / name
