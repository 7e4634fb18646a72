"""Multipart uploads to an S3-compatible bucket: `port.MultipartUploads`.

We store nothing about them: the bucket is queried each time for the open upload and its parts. A part's URL is signed
for exactly its length, and the content type is fixed when the upload is opened. Completing an upload checks the size of
every part, because some services do not enforce the signed length.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from watchparty_api.errors import Conflict, Gone, Invalid
from watchparty_api.objects.port import PartAddress, StoredObject, UploadParts
from watchparty_api.objects.s3_client import translated_errors, unless_missing

PART_LIFE = timedelta(minutes=15)
_MIB = 2**20
_MIN_PART_BYTES = 8 * _MIB
"""S3 requires at least 5 MiB in every part but the last."""
_MAX_PARTS = 9_000
"""S3 allows 10,000."""


@dataclass(frozen=True, kw_only=True)
class S3Multipart:
    """`client` makes the calls; `signer` is a client for the endpoint that browsers reach, and only signs URLs."""

    bucket: str
    client: Callable[[], Any]
    signer: Callable[[], Any]
    original: Callable[[str], StoredObject | None]
    now: Callable[[], datetime]

    def open(self, *, video_id: str, content_type: str) -> None:
        """Opens an upload, unless one is already open, which is then continued."""
        with translated_errors():
            if not self._open_uploads(video_id):
                self._client.create_multipart_upload(
                    Bucket=self.bucket, Key=original_key(video_id), ContentType=content_type
                )

    def parts(self, *, video_id: str, size_bytes: int, numbers: Sequence[int]) -> UploadParts:
        sizes = part_sizes(size_bytes)
        if not sizes.keys() >= set(numbers):
            raise Invalid("no_such_part", f"This file has parts 1 to {len(sizes)}.")
        expires_at = self.now() + PART_LIFE
        with translated_errors():
            upload_id = self._open_upload_id(video_id)
            stored = self._stored(video_id, upload_id)
            addresses = [
                PartAddress(number, sizes[number], self._sign(video_id, upload_id, number, sizes[number]))
                for number in dict.fromkeys(numbers)
            ]
        whole = [number for number, (size, _) in sorted(stored.items()) if sizes.get(number) == size]
        return UploadParts(part_size(size_bytes), whole, addresses, expires_at)

    def complete(self, *, video_id: str, size_bytes: int) -> StoredObject:
        if finished := self.original(video_id):
            return finished
        sizes = part_sizes(size_bytes)
        with translated_errors():
            upload_id = self._open_upload_id(video_id)
            stored = self._stored(video_id, upload_id)
            if any(stored.get(number, (0, ""))[0] != size for number, size in sizes.items()):
                raise Conflict("upload_incomplete", "Some parts of the file are missing. Send them first.")
            self._client.complete_multipart_upload(
                Bucket=self.bucket,
                Key=original_key(video_id),
                UploadId=upload_id,
                MultipartUpload={"Parts": [{"PartNumber": number, "ETag": stored[number][1]} for number in sizes]},
            )
        self.abort(video_id=video_id)  # uploads that another tab opened at the same moment
        original = self.original(video_id)
        if original is None:
            raise Gone("upload_gone", "This film has been deleted.")
        return original

    def abort(self, *, video_id: str) -> None:
        with translated_errors():
            for each in self._open_uploads(video_id):
                self._abort(each)

    def abort_older(self, than: datetime) -> None:
        """Aborts the uploads of all videos that were opened before `than`.

        Services that list uploads only by exact name, such as MinIO, end them by a rule of their own.
        """
        with translated_errors():
            for page in self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket):
                for each in page.get("Uploads", []):
                    if each["Initiated"] < than:
                        self._abort(each)

    def _abort(self, upload: dict[str, Any]) -> None:
        with unless_missing("NoSuchUpload"):
            self._client.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])

    def _open_upload_id(self, video_id: str) -> str:
        """The open upload's id. If several were opened at the same moment, every caller chooses the same one."""
        found = self._open_uploads(video_id)
        if not found:
            raise Gone("upload_gone", "This upload was cancelled. Start it again.")
        return str(min(found, key=lambda each: (each["Initiated"], each["UploadId"]))["UploadId"])

    def _open_uploads(self, video_id: str) -> list[dict[str, Any]]:
        key = original_key(video_id)
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=key)
        return [each for page in pages for each in page.get("Uploads", []) if each["Key"] == key]

    def _stored(self, video_id: str, upload_id: str) -> dict[int, tuple[int, str]]:
        """Part number → size in bytes and ETag of the stored parts."""
        pages = self._client.get_paginator("list_parts").paginate(
            Bucket=self.bucket, Key=original_key(video_id), UploadId=upload_id
        )
        return {part["PartNumber"]: (part["Size"], part["ETag"]) for page in pages for part in page.get("Parts", [])}

    def _sign(self, video_id: str, upload_id: str, number: int, size_bytes: int) -> str:
        return str(
            self.signer().generate_presigned_url(
                "upload_part",
                Params={
                    "Bucket": self.bucket,
                    "Key": original_key(video_id),
                    "UploadId": upload_id,
                    "PartNumber": number,
                    "ContentLength": size_bytes,
                },
                ExpiresIn=int(PART_LIFE.total_seconds()),
            )
        )

    @cached_property
    def _client(self) -> Any:
        return self.client()


def original_key(video_id: str) -> str:
    """The key of a video's original in the uploads bucket."""
    return f"{video_id}/original"


def part_size(size_bytes: int) -> int:
    """The size of every part but the last, in bytes; a multiple of 1 MiB."""
    needed = -(-size_bytes // _MAX_PARTS)
    return max(_MIN_PART_BYTES, -(-needed // _MIB) * _MIB)


def part_sizes(size_bytes: int) -> dict[int, int]:
    """Part number, counted from 1 → size in bytes."""
    each = part_size(size_bytes)
    count = -(-size_bytes // each)
    return {number: min(each, size_bytes - (number - 1) * each) for number in range(1, count + 1)}
