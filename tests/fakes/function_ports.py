"""Fakes of the functions' ports, which record every call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from watchparty_api.objects.port import StoredObject, UploadStart


@dataclass
class RecordingRelay:
    """Acknowledges every notice while `reachable`."""

    reachable: bool = True
    delivered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        if self.reachable:
            self.delivered.append((room_id, dict(notice)))
        return self.reachable

    def kinds(self, room_id: str) -> list[str]:
        """The kinds of the notices delivered to a room, in order."""
        return [notice["kind"] for room, notice in self.delivered if room == room_id]


@dataclass
class RecordingJobs:
    """Records launches and cancellations. While `refuses` is set, `launch` raises it and records nothing."""

    launched: list[tuple[str, str, int]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    refuses: Exception | None = None
    meanwhile: Callable[[], None] = lambda: None
    """Called during each launch, to simulate concurrent changes."""

    def launch(self, *, video_id: str, generation: str, attempt: int) -> str:
        self.meanwhile()
        if self.refuses is not None:
            raise self.refuses
        self.launched.append((video_id, generation, attempt))
        return f"job-{len(self.launched)}"

    def cancel(self, *, video_id: str) -> None:
        self.cancelled.append(video_id)


@dataclass
class MemoryObjects:
    """An object store in memory. A test puts finalised originals into `originals`."""

    originals: dict[str, StoredObject] = field(default_factory=dict)
    bytes_of: dict[str, bytes] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    media: dict[str, bytes] = field(default_factory=dict)
    cleaned_at: datetime | None = None
    multipart: None = None
    free: int | None = None

    def free_bytes(self) -> int | None:
        return self.free

    def start_upload(self, *, video_id: str, size_bytes: int, content_type: str, base_url: str) -> UploadStart:
        self.started.append(video_id)
        return UploadStart(
            protocol="gcs-resumable",
            start_url=f"{base_url}/upload/{video_id}",
            headers={"x-goog-resumable": "start", "content-type": content_type},
            expires_at=datetime(2026, 11, 1, 20, 15, tzinfo=UTC),
        )

    def original(self, video_id: str) -> StoredObject | None:
        return self.originals.get(video_id)

    def original_start(self, video_id: str, *, at_most_bytes: int) -> bytes | None:
        content = self.bytes_of.get(video_id)
        return None if content is None else content[:at_most_bytes]

    def delete_original(self, video_id: str) -> None:
        self.originals.pop(video_id, None)
        self.bytes_of.pop(video_id, None)

    def delete_video(self, video_id: str) -> None:
        self.delete_original(video_id)
        self.media = {name: content for name, content in self.media.items() if not name.startswith(f"{video_id}/")}
        self.deleted.append(video_id)

    def locate_media(self, name: str) -> str | None:
        return f"https://media.test/{name}" if name in self.media else None

    def read_media(self, name: str) -> bytes | None:
        return self.media.get(name)

    def write_media(self, name: str, content: bytes, *, content_type: str) -> None:
        self.media[name] = content

    def delete_media(self, name: str) -> None:
        self.media.pop(name, None)

    def delete_abandoned_uploads(self, now: datetime) -> None:
        self.cleaned_at = now


@dataclass
class RecordingDeliveryQueue:
    """Records the deliveries that are due."""

    due: list[str] = field(default_factory=list)

    def deliveries_due(self, delivery_ids: Sequence[str]) -> None:
        self.due += delivery_ids


@dataclass
class RecordingMailer:
    """Keeps mail for the test to read. `delivers` is False on a machine without mail. `refuses` is raised instead."""

    delivers: bool = True
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    refuses: Exception | None = None

    def send(self, *, to: str, subject: str, text: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.sent.append((to, subject, text))
