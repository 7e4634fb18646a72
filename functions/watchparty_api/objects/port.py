"""The objects port: who may upload where, and what lies there. The bytes of films never pass through a function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class UploadStart:
    """What the browser needs to begin: POST `start_url` with exactly `headers`, before `expires_at`.

    Of `s3-multipart` the address is our own, the one that gives the addresses of parts.
    """

    protocol: str
    start_url: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True)
class StoredObject:
    """An original that has been finalised. `generation` tells this write of the name from any other."""

    name: str
    generation: str
    size_bytes: int
    content_type: str


@dataclass(frozen=True)
class PartAddress:
    """Where one part goes: PUT exactly `size_bytes` to `url`."""

    number: int
    size_bytes: int
    url: str


@dataclass(frozen=True)
class UploadParts:
    """How far an upload in parts has got, and where those go that were asked for, until `expires_at`."""

    part_size_bytes: int
    """Of every part but the last."""
    stored: Sequence[int]
    """The numbers of those that are there whole, counted from 1."""
    addresses: Sequence[PartAddress]
    expires_at: datetime


class MultipartUploads(Protocol):
    """The rest of an upload that goes in parts, in any order and several at once; one a video, opened by its start.

    Whoever takes part in it is known by the API, so no secret of the upload leaves the store but signed addresses.
    """

    def parts(self, *, video_id: str, size_bytes: int, numbers: Sequence[int]) -> UploadParts:
        """Raises Gone where no upload is open, Invalid for a number that the file has not."""

    def complete(self, *, video_id: str, size_bytes: int) -> StoredObject:
        """The original, finalised; the same when it was before. Raises Gone, and Conflict (`upload_incomplete`) unless
        every part is there with exactly its size.
        """

    def abort(self, *, video_id: str) -> None:
        """Removes all parts; where no upload is open is no error."""


class ObjectStore(Protocol):
    """One contract suite runs on every adapter. Names of media are `{video_id}/{generation}/…`."""

    @property
    def multipart(self) -> MultipartUploads | None:
        """None where uploads are `gcs-resumable`, which does all of it at the address that the start gives."""

    def start_upload(self, *, video_id: str, size_bytes: int, content_type: str, base_url: str) -> UploadStart:
        """A start of a resumable upload of exactly that length and type; first write only. Where the address
        is the permission, it is signed for 15 minutes.

        Raises DiskFull where it is known that the bytes will find no room.
        """

    def original(self, video_id: str) -> StoredObject | None:
        """The finalised original, if it is there."""

    def delete_original(self, video_id: str) -> None:
        """Removes the original and what is unfinished of it; nothing there is no error."""

    def delete_video(self, video_id: str) -> None:
        """Removes original, unfinished upload and media of the video; nothing there is no error."""

    def locate_media(self, name: str) -> Path | str | None:
        """Where the bytes of a media object are to be had: a file of this machine, or a URL signed for a minute."""

    def read_media(self, name: str) -> bytes | None:
        """A small media object (a playlist, a picture, subtitles) whole."""

    def write_media(self, name: str, content: bytes, *, content_type: str) -> None:
        """Creates or replaces a small media object, at once for every reader."""

    def delete_media(self, name: str) -> None:
        """Removes one media object; nothing there is no error."""

    def delete_abandoned_uploads(self, now: datetime) -> None:
        """Removes the bytes of uploads that nobody goes on with (a week), where the store does not do so itself."""
