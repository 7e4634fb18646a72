"""Uploads in parts to an S3-compatible bucket: `port.MultipartUploads`.

Nothing of them is kept by us: which upload is open, and which parts of it are there, the bucket is asked each time. A
part's address is signed for exactly its length, the type was fixed when the upload was opened, and completing it
compares every part with what was announced, for services that do not hold uploads to the signed length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from watchparty_api.errors import Conflict, Gone, Invalid
from watchparty_api.objects.part_plan import part_size, part_sizes
from watchparty_api.objects.port import PartAddress, StoredObject, UploadParts
from watchparty_api.objects.s3_client import translated, unless_missing

PART_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class S3Multipart:
    """`client` makes calls; `signer` is one whose endpoint browsers reach, and only signs."""

    bucket: str
    client: Callable[[], Any]
    signer: Callable[[], Any]
    original: Callable[[str], StoredObject | None]
    now: Callable[[], datetime]

    def open(self, *, video_id: str, content_type: str) -> None:
        """Opens an upload unless one is open, which then goes on."""
        with translated():
            if not self._open_ones(video_id):
                self._client.create_multipart_upload(
                    Bucket=self.bucket, Key=original_key(video_id), ContentType=content_type
                )

    def parts(self, *, video_id: str, size_bytes: int, numbers: Sequence[int]) -> UploadParts:
        sizes = part_sizes(size_bytes)
        if not sizes.keys() >= set(numbers):
            raise Invalid("no_such_part", f"This file has the parts 1 to {len(sizes)}.")
        expires_at = self.now() + PART_LIFE
        with translated():
            upload_id = self._going_on(video_id)
            stored = self._stored(video_id, upload_id)
            addresses = [
                PartAddress(number, sizes[number], self._sign(video_id, upload_id, number, sizes[number]))
                for number in dict.fromkeys(numbers)
            ]
        whole = [number for number, (size, _) in sorted(stored.items()) if sizes.get(number) == size]
        return UploadParts(part_size(size_bytes), whole, addresses, expires_at)

    def complete(self, *, video_id: str, size_bytes: int) -> StoredObject:
        if there := self.original(video_id):
            return there
        sizes = part_sizes(size_bytes)
        with translated():
            upload_id = self._going_on(video_id)
            stored = self._stored(video_id, upload_id)
            if any(stored.get(number, (0, ""))[0] != size for number, size in sizes.items()):
                raise Conflict("upload_incomplete", "Parts of the file are missing. Send them first.")
            self._client.complete_multipart_upload(
                Bucket=self.bucket,
                Key=original_key(video_id),
                UploadId=upload_id,
                MultipartUpload={"Parts": [{"PartNumber": number, "ETag": stored[number][1]} for number in sizes]},
            )
        self.abort(video_id=video_id)  # what another tab opened at the same moment
        original = self.original(video_id)
        if original is None:
            raise Gone("upload_gone", "This film has been deleted.")
        return original

    def abort(self, *, video_id: str) -> None:
        with translated():
            for each in self._open_ones(video_id):
                self._abort(each)

    def abort_older(self, than: datetime) -> None:
        """Ends uploads of any video that were opened before. Services that list uploads by exact name only, as MinIO
        does, end them by a rule of their own."""
        with translated():
            for page in self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket):
                for each in page.get("Uploads", []):
                    if each["Initiated"] < than:
                        self._abort(each)

    def _abort(self, upload: dict[str, Any]) -> None:
        with unless_missing("NoSuchUpload"):
            self._client.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])

    def _going_on(self, video_id: str) -> str:
        """The upload that counts: of several that were opened at one moment everybody takes the same."""
        found = self._open_ones(video_id)
        if not found:
            raise Gone("upload_gone", "This upload was cancelled. Start it again.")
        return str(min(found, key=lambda each: (each["Initiated"], each["UploadId"]))["UploadId"])

    def _open_ones(self, video_id: str) -> list[dict[str, Any]]:
        key = original_key(video_id)
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=key)
        return [each for page in pages for each in page.get("Uploads", []) if each["Key"] == key]

    def _stored(self, video_id: str, upload_id: str) -> dict[int, tuple[int, str]]:
        """Number → size in bytes and ETag of the parts that are there."""
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
    """Where the original of a video lies in the uploads bucket."""
    return f"{video_id}/original"
