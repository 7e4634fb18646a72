"""Cuts one rendition's samples into segments and stores each segment as soon as it is complete.

An existing segment is never written again: a restarted run may encode the same frames slightly differently, and what a
player has cached under a name has to stay valid. Used for copying and for encoding.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from msgspec import Struct

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.writer import Sample, media_segment
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage


class StoredSegment(Struct, frozen=True, omit_defaults=True):
    """Reported to the main thread once the segment can be read. Stored in markers, so the names are fixed."""

    rendition: str
    number: int
    duration_s: float
    size: int
    frames: int
    begin: int  # first tick
    end: int  # tick after the last
    last: bool = False  # of a rendition whose number of segments was not planned


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A stretch of the film that the original has not, or that cannot be decoded. Stored in markers like segments."""

    of: str  # the name of the sound's rendition, or PICTURE
    begin_s: float
    end_s: float


PICTURE = "picture"
Report = Callable[[StoredSegment | MissingPart], None]


class SegmentCutter:
    """Takes samples in decode order. `bounds`: the ticks where segments begin, and the end of the last one."""

    def __init__(
        self,
        rendition: str,
        *,
        timescale: int,
        bounds: Sequence[int],
        first: int,
        storage: Storage,
        report: Report,
    ) -> None:
        self._rendition = rendition
        self._timescale = timescale
        self._bounds = bounds
        self._number = first
        self._bound = 1  # where the open segment ends
        self._storage = storage
        self._report = report
        self._samples: list[Sample] = []
        self._end = 0  # the tick after the last stored sample
        self.count = 0

    def add(self, sample: Sample) -> None:
        if not self._samples and not sample.sync:
            raise PlanMismatch(f"{self._rendition} segment {self._number} does not begin with a keyframe")
        self._samples.append(sample)
        self.count += 1
        if self._bound < len(self._bounds) - 1 and sample.decode + sample.duration >= self._bounds[self._bound]:
            self._cut()  # without waiting for the next sample, because viewers wait for the first segment
            self._bound += 1

    def close(self, *, tolerance: int | None = None) -> None:
        """Cuts the last segment. Its end may differ from the last bound by `tolerance` ticks; None: not checked."""
        self._cut()
        if self._bound != len(self._bounds) - 1:
            raise PlanMismatch(f"{self._rendition} ended before segment {self._number} of {len(self._bounds) - 1}")
        if tolerance is not None and abs(self._end - self._bounds[-1]) > tolerance:
            raise PlanMismatch(f"{self._rendition} ended at {self._end} of {self._bounds[-1]} ticks")

    def _cut(self) -> None:
        if not self._samples:
            raise PlanMismatch(f"{self._rendition} segment {self._number} is empty")
        segment = store_segment(self._storage, self._rendition, self._number, self._timescale, self._samples)
        self._end = segment.end
        self._report(segment)
        self._samples = []
        self._number += 1


def store_segment(
    storage: Storage, rendition: str, number: int, timescale: int, samples: Sequence[Sample], *, last: bool = False
) -> StoredSegment:
    """Stores the samples as one segment, unless it exists."""
    ticks = sum(sample.duration for sample in samples)
    if samples[0].decode < 0:
        samples = shifted_to_zero(samples)
    name = layout.segment(rendition, number)
    size = storage.size(name)
    if not size:
        data = media_segment(number + 1, samples)
        size = len(data) if storage.create(name, data) else storage.size(name) or 0
    return StoredSegment(
        rendition,
        number,
        duration_s=ticks / timescale,
        size=size,
        frames=len(samples),
        begin=samples[0].decode,
        end=samples[-1].decode + samples[-1].duration,
        last=last,
    )


def shifted_to_zero(samples: Sequence[Sample]) -> list[Sample]:
    """A film's first samples with their negative decode times moved to zero and above.

    Frames are decoded ahead of presentation, so decoding has to begin before the film does, but a segment's time is
    unsigned. Composition offsets could be negative instead, but libavformat reads such a film two frames late. So the
    few samples concerned get short decode durations, up to the first sample whose decode time is positive anyway. After
    a pause that can be much later than a sample is shown, which is then decoded earlier.
    """
    early = [sample for sample in samples if sample.decode <= 0]
    rest = samples[len(early) :]
    room = rest[0].decode if rest else samples[-1].decode + samples[-1].duration
    times = [number * room // len(early) for number in range(len(early) + 1)]
    for place in reversed(range(len(early))):
        times[place] = min(times[place], early[place].present, times[place + 1])
    squeezed = [
        replace(sample, decode=time, duration=following - time)
        for sample, time, following in zip(early, times, times[1:], strict=False)
    ]
    return [*squeezed, *rest]


def write_identical(storage: Storage, name: str, data: bytes) -> None:
    """For initialisation segments: every chunk writes one, and all have to be identical."""
    if not storage.create(name, data) and storage.read(name) != data:
        raise PlanMismatch(f"{name} differs between two chunks")
