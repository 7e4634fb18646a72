"""Originals and media in two buckets of an S3-compatible service (MinIO, Amazon S3, R2, …), for self-hosted servers
that outgrow their disk. Uploads are multipart (`s3_multipart.py`); films are read from URLs signed for a minute.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from watchparty_api.errors import Malformed, Unavailable
from watchparty_api.objects.media_names import is_media_name, object_name
from watchparty_api.objects.port import StoredObject, UploadStart
from watchparty_api.objects.s3_client import open_client, translated_errors, unless_missing
from watchparty_api.objects.s3_multipart import S3Multipart, original_key
from watchparty_api.objects.signed_url_cache import READ_LIFE, SignedUrlCache

log = logging.getLogger(__name__)

UPLOAD_LIFE = timedelta(days=7)
_MISSING = ("404", "NoSuchKey")  # HEAD has no body to say which
_DELETES_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class S3ObjectStore:
    """`port.ObjectStore` on boto3, which is imported when it is first needed."""

    uploads_bucket: str
    media_bucket: str
    endpoint: str
    public_endpoint: str
    """The endpoint at which browsers reach the service: a URL is signed for one host."""
    make_client: Callable[[str], Any]
    now: Callable[[], datetime]

    def free_bytes(self) -> None:
        """A bucket has no limit."""

    # ---- originals

    def start_upload(self, *, video_id: str, size_bytes: int, content_type: str, base_url: str) -> UploadStart:  # noqa: ARG002  each part's URL is signed for its length
        self.multipart.open(video_id=video_id, content_type=content_type)
        start_url = f"{base_url}/api/v1/videos/{video_id}/upload/parts"
        return UploadStart("s3-multipart", start_url, {}, self.now() + UPLOAD_LIFE)

    @cached_property
    def multipart(self) -> S3Multipart:
        return S3Multipart(
            bucket=self.uploads_bucket,
            client=lambda: self._client,
            signer=lambda: self._signer,
            original=self.original,
            now=self.now,
        )

    def original(self, video_id: str) -> StoredObject | None:
        """The generation is the write time in seconds: S3 has no counter, and originals are never overwritten."""
        key = original_key(video_id)
        with translated_errors(), unless_missing(*_MISSING):
            found = self._client.head_object(Bucket=self.uploads_bucket, Key=key)
            generation = str(int(found["LastModified"].timestamp()))
            return StoredObject(key, generation, found["ContentLength"], found["ContentType"])
        return None

    def original_start(self, video_id: str, *, at_most_bytes: int) -> bytes | None:
        with translated_errors(), unless_missing(*_MISSING):
            found = self._client.get_object(
                Bucket=self.uploads_bucket, Key=original_key(video_id), Range=f"bytes=0-{at_most_bytes - 1}"
            )
            return bytes(found["Body"].read())
        return None

    def delete_original(self, video_id: str) -> None:
        self.multipart.abort(video_id=video_id)
        with translated_errors():
            self._client.delete_object(Bucket=self.uploads_bucket, Key=original_key(video_id))

    def delete_video(self, video_id: str) -> None:
        self.delete_original(video_id)
        self._urls.forget_all()
        pages = self._client.get_paginator("list_objects_v2")
        with translated_errors():
            size = {"PageSize": _DELETES_AT_ONCE}
            prefix = object_name(f"{video_id}/")
            for page in pages.paginate(Bucket=self.media_bucket, Prefix=prefix, PaginationConfig=size):
                self._delete_media([each["Key"] for each in page.get("Contents", [])])

    def _delete_media(self, keys: list[str]) -> None:
        if not keys:
            return
        objects = [{"Key": key} for key in keys]
        done = self._client.delete_objects(Bucket=self.media_bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := done.get("Errors"):  # although the response is 200
            log.warning("%d files could not be deleted, the first because of %s", len(errors), errors[0].get("Code"))
            raise Unavailable("objects_unavailable", "The storage isn’t responding. Try again in a moment.")

    def delete_abandoned_uploads(self, now: datetime) -> None:
        self.multipart.abort_older(now - UPLOAD_LIFE)

    # ---- media

    def locate_media(self, name: str) -> str | None:
        key = _media_key(name)
        return self._urls.of(name, lambda: self._sign(key))

    def _sign(self, key: str) -> str | None:
        with translated_errors(), unless_missing(*_MISSING):
            self._client.head_object(Bucket=self.media_bucket, Key=key)
            where = {"Bucket": self.media_bucket, "Key": key}
            life_s = int(READ_LIFE.total_seconds())
            return str(self._signer.generate_presigned_url("get_object", Params=where, ExpiresIn=life_s))
        return None

    def read_media(self, name: str) -> bytes | None:
        with translated_errors(), unless_missing(*_MISSING):
            return bytes(self._client.get_object(Bucket=self.media_bucket, Key=_media_key(name))["Body"].read())
        return None

    def write_media(self, name: str, content: bytes, *, content_type: str) -> None:
        with translated_errors():
            self._client.put_object(
                Bucket=self.media_bucket,
                Key=_media_key(name),
                Body=content,
                ContentType=content_type,
                CacheControl="private, no-cache",  # it can be replaced under the same name
            )

    def delete_media(self, name: str) -> None:
        self._urls.forget(name)
        with translated_errors():
            self._client.delete_object(Bucket=self.media_bucket, Key=_media_key(name))

    # ---- the clients

    @cached_property
    def _urls(self) -> SignedUrlCache:
        return SignedUrlCache(self.now)

    @cached_property
    def _client(self) -> Any:
        return self.make_client(self.endpoint)

    @cached_property
    def _signer(self) -> Any:
        return self.make_client(self.public_endpoint)


def open_s3(
    *, uploads: str, media: str, endpoint: str, public_endpoint: str, now: Callable[[], datetime]
) -> S3ObjectStore:
    """The store with the credentials that boto3 finds in its environment."""
    return S3ObjectStore(
        uploads_bucket=uploads,
        media_bucket=media,
        endpoint=endpoint,
        public_endpoint=public_endpoint,
        make_client=open_client,
        now=now,
    )


def _media_key(name: str) -> str:
    if not is_media_name(name):
        raise Malformed("bad_media_name", "There is no file of that name.")
    return object_name(name)
