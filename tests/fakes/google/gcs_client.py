"""Google's storage client, connected to the strict fake and signing with an RSA key, and a browser that uploads."""

from collections.abc import Callable
from datetime import datetime

import httpx2
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fakes.api_harness import SITE
from fakes.google.strict_gcs import SIGNER, StrictGcs
from google.auth.credentials import Signing
from google.auth.crypt import RSASigner
from google.cloud import storage
from google.oauth2 import credentials, service_account
from watchparty_api.objects.gcs import GcsObjectStore
from watchparty_api.objects.port import UploadStart


def local_signer(key: RSAPrivateKey) -> Signing:
    """Replaces IAM's signBlob: the same credentials with a local `Signer`."""
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return service_account.Credentials(RSASigner.from_string(pem), SIGNER, "https://oauth2.googleapis.com/token")


def bucket_store(gcs: StrictGcs, key: RSAPrivateKey, *, now: Callable[[], datetime]) -> GcsObjectStore:
    """The complete cloud adapter, connected to the fake."""
    return GcsObjectStore(
        uploads_bucket="demo-uploads",
        media_bucket="demo-media",
        make_client=lambda: storage.Client(
            project="demo",
            credentials=credentials.Credentials("somebody"),
            client_options={"api_endpoint": f"http://{gcs.host}"},
        ),
        make_signer=lambda: local_signer(key),
        now=now,
    )


def begin(start: UploadStart, **changed: str) -> httpx2.Response:
    """Sends the browser's POST, with the headers in `changed` replaced (underscores for hyphens)."""
    headers = {**start.headers, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return httpx2.post(start.start_url, headers=headers)


def started(store: GcsObjectStore, size_bytes: int, *, video_id: str = "v1") -> UploadStart:
    return store.start_upload(video_id=video_id, size_bytes=size_bytes, content_type="video/mp4", base_url=SITE)


def send_whole(store: GcsObjectStore, content: bytes, *, video_id: str = "v1") -> httpx2.Response:
    """Uploads the whole file in one request."""
    location = begin(started(store, len(content), video_id=video_id)).headers["location"]
    return send(location, content, 0, len(content) - 1)


def send(location: str, content: bytes, first: int, last: int) -> httpx2.Response:
    """Sends the bytes `first` to `last`, inclusive, of `content`."""
    headers = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
    return httpx2.put(location, content=content[first : last + 1], headers=headers)
