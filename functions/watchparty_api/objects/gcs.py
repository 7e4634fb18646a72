"""Originals and media in two buckets of Google Cloud Storage: the cloud adapter of the objects port.

URLs are signed with the given `Signer`: in the cloud by IAM's signBlob, so that there is no key to protect; in tests
by an RSA key. Cleaning up is left to Google: sessions expire after a week, originals by the bucket's lifecycle rule.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from watchparty_api.errors import Malformed, Unavailable
from watchparty_api.objects.media_names import is_media_name, object_name
from watchparty_api.objects.port import StoredObject, UploadStart
from watchparty_api.objects.signed_url_cache import READ_LIFE, SignedUrlCache

if TYPE_CHECKING:
    from google.auth.credentials import Signing
    from google.cloud.storage import Blob, Bucket, Client

START_LIFE = timedelta(minutes=15)
ORIGINAL = "original"
_CALL_WITHIN_S = 20.0


@dataclass(frozen=True, kw_only=True)
class GcsObjectStore:
    """`port.ObjectStore` on google-cloud-storage; client and signer are created when they are first needed."""

    uploads_bucket: str
    media_bucket: str
    make_client: "Callable[[], Client]"
    make_signer: "Callable[[], Signing]"
    now: Callable[[], datetime]
    multipart = None

    def free_bytes(self) -> None:
        """A bucket has no limit."""

    # ---- originals

    def start_upload(self, *, video_id: str, size_bytes: int, content_type: str, base_url: str) -> UploadStart:  # noqa: ARG002  Google's own address
        extra = {"x-goog-content-length-range": f"{size_bytes},{size_bytes}", "x-goog-if-generation-match": "0"}
        expires_at = self.now() + START_LIFE
        with _translated_errors():
            url = self._original(video_id).generate_signed_url(
                version="v4",
                method="RESUMABLE",
                expiration=START_LIFE,
                content_type=content_type,
                headers=dict(extra),
                credentials=self._signer,
            )
        headers = {"content-type": content_type, "x-goog-resumable": "start", **extra}
        return UploadStart("gcs-resumable", url, headers, expires_at)

    def original(self, video_id: str) -> StoredObject | None:
        with _translated_errors():
            blob = self._uploads.get_blob(f"{video_id}/{ORIGINAL}", timeout=_CALL_WITHIN_S)
        if blob is None:
            return None
        return StoredObject(blob.name, str(blob.generation), blob.size, blob.content_type)

    def original_start(self, video_id: str, *, at_most_bytes: int) -> bytes | None:
        from google.api_core.exceptions import NotFound

        with _translated_errors():
            try:
                blob = self._original(video_id)
                return bytes(blob.download_as_bytes(start=0, end=at_most_bytes - 1, timeout=_CALL_WITHIN_S))
            except NotFound:
                return None

    def delete_original(self, video_id: str) -> None:
        with _translated_errors():
            self._delete(self._original(video_id))

    def delete_video(self, video_id: str) -> None:
        self.delete_original(video_id)
        self._urls.forget_all()
        with _translated_errors():
            for blob in self._media.list_blobs(prefix=object_name(f"{video_id}/"), timeout=_CALL_WITHIN_S):
                self._delete(blob)

    def delete_abandoned_uploads(self, now: datetime) -> None:
        """Does nothing: an unfinished session holds no object, and Google ends it after a week."""

    # ---- media

    def locate_media(self, name: str) -> str | None:
        blob = self._blob(name)
        return self._urls.of(name, lambda: self._sign(blob))

    def _sign(self, blob: "Blob") -> str | None:
        with _translated_errors():
            if not blob.exists(timeout=_CALL_WITHIN_S):
                return None
            return str(
                blob.generate_signed_url(version="v4", method="GET", expiration=READ_LIFE, credentials=self._signer)
            )

    def read_media(self, name: str) -> bytes | None:
        from google.api_core.exceptions import NotFound

        blob = self._blob(name)
        with _translated_errors():
            try:
                return bytes(blob.download_as_bytes(timeout=_CALL_WITHIN_S))
            except NotFound:
                return None

    def write_media(self, name: str, content: bytes, *, content_type: str) -> None:
        blob = self._blob(name)
        blob.cache_control = "private, no-cache"  # it can be replaced under the same name
        with _translated_errors():
            blob.upload_from_string(content, content_type=content_type, timeout=_CALL_WITHIN_S)

    def delete_media(self, name: str) -> None:
        blob = self._blob(name)
        self._urls.forget(name)
        with _translated_errors():
            self._delete(blob)

    # ---- the client

    @cached_property
    def _urls(self) -> SignedUrlCache:
        return SignedUrlCache(self.now)

    @cached_property
    def _client(self) -> "Client":
        return self.make_client()

    @cached_property
    def _signer(self) -> "Signing":
        return self.make_signer()

    @property
    def _uploads(self) -> "Bucket":
        return self._client.bucket(self.uploads_bucket)

    @property
    def _media(self) -> "Bucket":
        return self._client.bucket(self.media_bucket)

    def _original(self, video_id: str) -> "Blob":
        return self._uploads.blob(f"{video_id}/{ORIGINAL}")

    def _blob(self, name: str) -> "Blob":
        if not is_media_name(name):
            raise Malformed("bad_media_name", "There is no file of that name.")
        return self._media.blob(object_name(name))

    def _delete(self, blob: "Blob") -> None:
        from google.api_core.exceptions import NotFound

        try:
            blob.delete(timeout=_CALL_WITHIN_S)
        except NotFound:
            return  # already deleted


def open_buckets(*, uploads: str, media: str, signer_account: str, now: Callable[[], datetime]) -> GcsObjectStore:
    """The store with the function's own identity, which is allowed to sign as `signer_account`."""

    def client() -> "Client":
        from google.cloud import storage

        return storage.Client()

    return GcsObjectStore(
        uploads_bucket=uploads,
        media_bucket=media,
        make_client=client,
        make_signer=lambda: _keyless(signer_account),
        now=now,
    )


def _keyless(account: str) -> "Signing":
    """Credentials that sign as `account` with IAM's signBlob: one call per URL, and no private key to store."""
    import google.auth
    from google.auth import iam
    from google.auth.transport.requests import Request
    from google.oauth2 import service_account

    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    signer = iam.Signer(Request(), credentials, account)
    token_uri = "https://oauth2.googleapis.com/token"  # noqa: S105  required, but never called: we only sign
    return service_account.Credentials(signer, account, token_uri)


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Raises Unavailable for errors of Google and of the connection."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import GoogleAuthError
    from requests import RequestException

    try:
        yield
    except (GoogleAPICallError, RetryError, GoogleAuthError, RequestException) as error:
        raise Unavailable("objects_unavailable", "The storage isn’t responding. Try again in a moment.") from error
