"""Originals and media in two local folders: the home adapter of the objects port.

It signs upload URLs as Google's client does; `web/resumable.py` verifies them and receives the bytes.
"""

import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from watchparty_api.config import ConfigError
from watchparty_api.errors import Malformed
from watchparty_api.objects import v4_signature
from watchparty_api.objects.disk import Disk
from watchparty_api.objects.media_names import is_media_name
from watchparty_api.objects.port import StoredObject, UploadStart
from watchparty_api.objects.sessions import UploadSessions
from watchparty_api.secret_file import create_secret_file

SIGNER = "uploads@home.watchparty"
START_LIFE = timedelta(minutes=15)
PREFIX = "/upload"


def upload_path(video_id: str) -> str:
    """The path on our own origin to which a video's original is uploaded."""
    return f"{PREFIX}/{video_id}/original"


class LocalObjectStore:
    """`port.ObjectStore` on the folders `uploads` and `media` under `root`."""

    multipart = None

    def __init__(
        self, root: Path, *, key: rsa.RSAPrivateKey, now: Callable[[], datetime], disk: Disk | None = None
    ) -> None:
        self.sessions = UploadSessions(root / "uploads")
        self.key = key
        self.disk = disk or Disk(root)
        self._media = root / "media"
        self._now = now
        self._opening = threading.Lock()
        self._media.mkdir(parents=True, exist_ok=True)

    def free_bytes(self) -> int:
        return self.disk.available_bytes()

    # ---- originals

    def start_upload(self, *, video_id: str, size_bytes: int, content_type: str, base_url: str) -> UploadStart:
        now = self._now()
        received = self.sessions.received_bytes(video_id)
        promised = self.sessions.promised_bytes(besides=video_id, now=now)
        self.disk.require_for_upload(size_bytes - received, promised_bytes=promised)
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

    def open_session(self, video_id: str, *, size_bytes: int, content_type: str) -> str:
        """Opens a session and returns its secret. What it will write is reserved until it ends, however it ends.

        Raises DiskFull, after it has dropped the video's older sessions, and PreconditionFailed like `sessions.open`.
        """
        with self._opening:
            now = self._now()
            promised = self.sessions.promised_bytes(besides=video_id, now=now)
            needed = size_bytes + promised
            self.sessions.make_room(video_id, fits=lambda own: needed + own <= self.disk.available_bytes())
            self.disk.require_for_upload(size_bytes, promised_bytes=promised)
            return self.sessions.open(video_id, size_bytes=size_bytes, content_type=content_type, now=now)

    def original(self, video_id: str) -> StoredObject | None:
        return self.sessions.original(video_id)

    def original_start(self, video_id: str, *, at_most_bytes: int) -> bytes | None:
        return self.sessions.original_start(video_id, at_most_bytes=at_most_bytes)

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

    def write_media(self, name: str, content: bytes, *, content_type: str) -> None:  # noqa: ARG002  derived from the name
        path = self._path(name)
        self.disk.require(len(content))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{threading.get_ident()}.new")  # several threads can replace a file at once
        draft.write_bytes(content)
        draft.replace(path)

    def delete_media(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not is_media_name(name):
            raise Malformed("bad_media_name", "There is no file of that name.")
        return self._media / name


def load_or_create_key(path: Path) -> rsa.RSAPrivateKey:
    """The RSA key in `path` that signs upload URLs; created at the first start. Raises ConfigError for others."""
    if not path.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        create_secret_file(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigError(
            f"{path}: expected an RSA key in PEM. Delete the file to get a new one; only running uploads depend on it."
        )
    return key
