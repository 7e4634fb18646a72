"""Cuts one rendition's samples into segments and stores each as soon as it is whole.

A segment that is there already is never written again: a restarted run may code the same frames a little differently,
and what a player has cached under a name must stay true. Used by copying and by encoding alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.writer import Sample, media_segment
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """Told to whoever publishes, once the segment can be read."""

    rendition: str
    number: int
    duration_s: float
    size: int
    frames: int
    begin: int  # first tick and the tick after the last
    end: int


@dataclass(frozen=True, slots=True)
class FilmWarning:
    """Told about what the person should know, though the film goes on."""

    sentence: str


Report = Callable[[StoredSegment | FilmWarning], None]


class SegmentCutter:
    """Takes samples in decode order; `bounds` are the ticks where segments begin, ending with the end of the last."""

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
        self._end = 0  # the tick after the last sample that was cut
        self.count = 0

    def add(self, sample: Sample) -> None:
        if not self._samples and not sample.sync:
            raise PlanMismatch(f"{self._rendition} segment {self._number} does not begin with a keyframe")
        self._samples.append(sample)
        self.count += 1
        if self._bound < len(self._bounds) - 1 and sample.decode + sample.duration >= self._bounds[self._bound]:
            self._cut()  # without waiting for the next sample: the first segment is waited for
            self._bound += 1

    def close(self, *, tolerance: int | None = None) -> None:
        """Cuts the last segment, which ends at the last bound within `tolerance` ticks; None: counted elsewhere."""
        self._cut()
        if self._bound != len(self._bounds) - 1:
            raise PlanMismatch(f"{self._rendition} ended before segment {self._number} of {len(self._bounds) - 1}")
        if tolerance is not None and abs(self._end - self._bounds[-1]) > tolerance:
            raise PlanMismatch(f"{self._rendition} ended at {self._end} of {self._bounds[-1]} ticks")

    def _cut(self) -> None:
        if not self._samples:
            raise PlanMismatch(f"{self._rendition} segment {self._number} is empty")
        ticks = sum(sample.duration for sample in self._samples)
        if self._samples[0].decode < 0:
            self._samples = shifted_to_zero(self._samples)
        name = layout.segment(self._rendition, self._number)
        size = self._storage.size(name)
        if not size:
            data = media_segment(self._number + 1, self._samples)
            size = len(data) if self._storage.create(name, data) else self._storage.size(name) or 0
        begin, last = self._samples[0].decode, self._samples[-1]
        self._end = last.decode + last.duration
        self._report(
            StoredSegment(
                self._rendition,
                self._number,
                duration_s=ticks / self._timescale,
                size=size,
                frames=len(self._samples),
                begin=begin,
                end=self._end,
            )
        )
        self._samples = []
        self._number += 1


def shifted_to_zero(samples: Sequence[Sample]) -> list[Sample]:
    """A film's first samples, whose decode times run below zero, with those times squeezed in after it.

    Frames are coded ahead of the ones shown before them, so decoding has to begin before the film does; a segment's
    time has no sign. Composition offsets could have one, but libavformat reads such a film two frames late. The few
    samples concerned get short decode steps instead, up to the first one whose time is positive as it is.
    """
    early = [sample for sample in samples if sample.decode <= 0]
    rest = samples[len(early) :]
    room = rest[0].decode if rest else samples[-1].decode + samples[-1].duration
    times = [number * room // len(early) for number in range(len(early) + 1)]
    squeezed = [
        replace(sample, decode=time, duration=following - time)
        for sample, time, following in zip(early, times, times[1:], strict=False)
    ]
    return [*squeezed, *rest]


def write_identical(storage: Storage, name: str, data: bytes) -> None:
    """Initialisation segments: made by every chunk, and all of them must agree to the byte."""
    if not storage.create(name, data) and storage.read(name) != data:
        raise PlanMismatch(f"{name} differs between two chunks")
