"""The objects port: starts uploads and reads and writes media. Films never pass through a function, except for the
beginning of one that could not be prepared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class UploadStart:
    """What the browser needs to start an upload: POST to `start_url` with exactly `headers`, before `expires_at`.

    For `s3-multipart` it is the URL of our own call that returns the URLs of the parts.
    """

    protocol: str
    start_url: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True)
class StoredObject:
    """An original that has been finalised. `generation` distinguishes this write of the name from any other."""

    name: str
    generation: str
    size_bytes: int
    content_type: str


@dataclass(frozen=True)
class PartAddress:
    """The URL of one part: PUT exactly `size_bytes` to `url`."""

    number: int
    size_bytes: int
    url: str


@dataclass(frozen=True)
class UploadParts:
    """The progress of a multipart upload, and the URLs of the requested parts, valid until `expires_at`."""

    part_size_bytes: int
    """The size of every part but the last."""
    stored: Sequence[int]
    """The numbers of the parts that are stored completely, counted from 1."""
    addresses: Sequence[PartAddress]
    expires_at: datetime


class MultipartUploads(Protocol):
    """Multipart uploads, whose parts are sent in any order and in parallel; one per video, opened by `start_upload`.

    The API has authenticated the caller, so the only secrets that leave the store are signed URLs.
    """

    def parts(self, *, video_id: str, size_bytes: int, numbers: Sequence[int]) -> UploadParts:
        """Raises Gone if no upload is open, and Invalid for a part number that the file does not have."""

    def complete(self, *, video_id: str, size_bytes: int) -> StoredObject:
        """Finalises the original and returns it; an already finalised one is returned unchanged.

        Raises Gone, and Conflict (`upload_incomplete`) unless every part is stored with exactly its size.
        """

    def abort(self, *, video_id: str) -> None:
        """Removes all parts. It is no error if no upload is open."""


class ObjectStore(Protocol):
    """Every adapter passes one contract suite. Names of media are `{video_id}/{generation}/…`."""

    @property
    def multipart(self) -> MultipartUploads | None:
        """None if uploads are `gcs-resumable`: the browser then needs only the URL of the start."""

    def free_bytes(self) -> int | None:
        """What else can be stored; None if the storage service has no limit of its own."""

    def start_upload(self, *, video_id: str, size_bytes: int, content_type: str, base_url: str) -> UploadStart:
        """Starts an upload of exactly that length and type; only the first write of an original is accepted. A URL that
        carries the permission is signed for 15 minutes.

        Raises DiskFull if the store knows that the bytes will not fit.
        """

    def original(self, video_id: str) -> StoredObject | None:
        """The finalised original, or None."""

    def original_start(self, video_id: str, *, at_most_bytes: int) -> bytes | None:
        """The first bytes of the finalised original, or None if there is none."""

    def delete_original(self, video_id: str) -> None:
        """Deletes the original and unfinished uploads of it. It is no error if there are none."""

    def delete_video(self, video_id: str) -> None:
        """Deletes the video's original, unfinished uploads and media. It is no error if there are none."""

    def locate_media(self, name: str) -> Path | str | None:
        """Where to read a media object: a local file, or a URL signed for a minute. None if it does not exist."""

    def read_media(self, name: str) -> bytes | None:
        """The content of a small media object (a playlist, a picture, subtitles), or None."""

    def write_media(self, name: str, content: bytes, *, content_type: str) -> None:
        """Creates or replaces a small media object atomically."""

    def delete_media(self, name: str) -> None:
        """Deletes one media object. It is no error if it does not exist."""

    def delete_abandoned_uploads(self, now: datetime) -> None:
        """Deletes the bytes of uploads older than a week, unless the storage service does this itself."""
