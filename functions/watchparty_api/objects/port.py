"""The objects port: who may upload where, and what lies there. The bytes themselves never pass through a function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class UploadStart:
    """What the browser needs to begin: POST `start_url` with exactly `headers`, before `expires_at`."""

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


class ObjectStore(Protocol):
    """One contract suite runs on every adapter."""

    def start_upload(self, *, video_id: str, size_bytes: int, content_type: str, base_url: str) -> UploadStart:
        """A signed start of a resumable upload of exactly that length and type; 15 minutes; first write only."""

    def original(self, video_id: str) -> StoredObject | None:
        """The finalised original, if it is there."""

    def delete_video(self, video_id: str) -> None:
        """Removes original, unfinished upload and media of the video; nothing there is no error."""
