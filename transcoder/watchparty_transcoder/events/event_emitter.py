"""Emits transcode events: numbers them, and limits progress to one per second."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from watchparty_transcoder.errors import TranscodeError
from watchparty_transcoder.events.sinks import EventSink
from watchparty_transcoder.events.transcode_event import Availability, Failed, Finished, Playable, Progress, Started

PROGRESS_EVERY_S = 1.0
PLAYABLE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIdentity:
    """Identifies the run in each of its events."""

    video_id: str
    generation: int
    task: int = 0
    attempt: int = 1


class EventEmitter:
    def __init__(
        self, identity: RunIdentity, sink: EventSink, clock: Callable[[], float], *, first_seq: int = 1
    ) -> None:
        self.identity = identity
        self._sink = sink
        self._clock = clock
        self._seq = first_seq - 1
        self._progress_at = float("-inf")
        self._playable_at = float("-inf")
        self._last_progress = -1
        self._last_state: Availability | None = None

    def started(self) -> None:
        self._sink.send(Started(**self._envelope()))

    def progress(self, done: int, total: int) -> None:
        now = self._clock()
        if done == self._last_progress or (now - self._progress_at < PROGRESS_EVERY_S and done < total):
            return
        self._progress_at, self._last_progress = now, done
        self._sink.send(Progress(done=done, total=total, **self._envelope()))

    def playable(self, state: Availability, duration_s: float) -> None:
        """Reports new renditions, tracks or images at once, and mere growth of the film at most once per second."""
        if state == self._last_state:
            return
        now = self._clock()
        if self._only_longer(state) and now - self._playable_at < PLAYABLE_EVERY_S:
            return
        self._playable_at, self._last_state = now, state
        self._sink.send(Playable(duration_s=duration_s, **_facts(state), **self._envelope()))

    def _only_longer(self, state: Availability) -> bool:
        last = self._last_state
        return last is not None and (
            [each.playlist for each in last.renditions],
            last.subtitle_tracks,
            last.poster,
            last.sprites,
            last.warnings,
        ) == (
            [each.playlist for each in state.renditions],
            state.subtitle_tracks,
            state.poster,
            state.sprites,
            state.warnings,
        )

    def finished(self, state: Availability, duration_s: float, *, media_bytes: int) -> Finished:
        event = Finished(duration_s=duration_s, media_bytes=media_bytes, **_facts(state), **self._envelope())
        self._sink.send(event)
        return event

    def repeat_finished(self, event: Finished) -> None:
        """A run over finished output emits the event again, because the first one may have been lost."""
        fields = {name: getattr(event, name) for name in event.__struct_fields__} | self._envelope()
        self._sink.send(Finished(**fields))

    def failed(self, error: TranscodeError) -> None:
        self._sink.send(Failed(code=error.code, message=error.sentence, waits_for=error.waits_for, **self._envelope()))

    def _envelope(self) -> dict[str, Any]:
        self._seq += 1
        return {**asdict(self.identity), "seq": self._seq}


def _facts(state: Availability) -> dict[str, Any]:
    return {name: getattr(state, name) for name in state.__slots__}
