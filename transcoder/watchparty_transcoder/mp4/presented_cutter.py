"""Cuts a copied video into segments where only its presentation times are known, at the IDR frames that it has.

Frames are held until the next cut, because their decode times depend on all frames up to it. Used for files without an
index of every frame.
"""

from dataclasses import dataclass

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.decode_times import decode_times
from watchparty_transcoder.mp4.segment import PICTURE, MissingPart, Report, store_segment
from watchparty_transcoder.mp4.writer import Sample
from watchparty_transcoder.plan import timeline
from watchparty_transcoder.plan.losses import NOTICED_S
from watchparty_transcoder.plan.models import CopyPlan
from watchparty_transcoder.storage.port import Storage


@dataclass(frozen=True, slots=True)
class _Held:
    data: bytes
    shown: int
    duration: int
    key: bool


class PresentedCutter:
    """Takes frames in decode order, with ticks from the film's beginning."""

    def __init__(self, plan: CopyPlan, storage: Storage, report: Report, *, sends_every_frame: bool = False) -> None:
        """With `sends_every_frame`, as broadcasts do, a time without a frame is reported as missing."""
        self._plan = plan
        self._sends_every_frame = sends_every_frame
        self._storage = storage
        self._report = report
        self._held: list[_Held] = []
        self._latest = -1  # of all frames of earlier segments
        self._number = 0

    def add(self, data: bytes, shown: int, duration: int, *, key: bool) -> None:
        """`key`: nothing after this frame refers to anything before it. Raises PlanMismatch."""
        plan = self._plan
        if not self._held and not (key and shown == 0):
            raise PlanMismatch(f"{plan.name} does not begin with a keyframe")
        begin = self._held[0].shown if self._held else shown
        if key and self._held and timeline.is_cut(shown, begin, plan.timescale, plan.duration):
            self._cut(shown)
            begin = shown
        if shown - begin > plan.longest:
            raise PlanMismatch(f"{plan.name} segment {self._number} is longer than {plan.longest} ticks")
        self._held.append(_Held(data, shown, duration, key))

    def close(self) -> None:
        """Cuts the last segment; its last frame is shown until the planned end."""
        if not self._held:
            raise PlanMismatch(f"{self._plan.name} is empty")
        last = max(self._held, key=lambda frame: frame.shown)
        end = last.shown + max(1, last.duration)
        if abs(end - self._plan.duration) > self._plan.tolerance:
            raise PlanMismatch(f"{self._plan.name} ended at {end} of {self._plan.duration} ticks")
        self._cut(max(end, self._plan.duration), last=True)

    def _cut(self, end: int, *, last: bool = False) -> None:
        lead = self._plan.reorder
        shown = [frame.shown for frame in self._held]
        if max(shown) >= end or min(shown) <= self._latest:
            raise PlanMismatch(f"{self._plan.name} segment {self._number} overlaps its neighbour")
        times = [*decode_times(shown, lead), end - lead]
        samples = [
            Sample(frame.data, time, frame.shown, following - time, frame.key)
            for frame, time, following in zip(self._held, times, times[1:], strict=False)
        ]
        segment = store_segment(self._storage, self._plan.name, self._number, self._plan.timescale, samples, last=last)
        self._report(segment)
        if self._sends_every_frame:
            self._report_gaps(end)
        self._latest = max(shown)
        self._held = []
        self._number += 1

    def _report_gaps(self, end: int) -> None:
        per_s = self._plan.timescale
        frames = sorted(self._held, key=lambda frame: frame.shown)
        for frame, following in zip(frames, [*(each.shown for each in frames[1:]), end], strict=True):
            until = frame.shown + frame.duration
            if following - until >= NOTICED_S * per_s:
                self._report(MissingPart(PICTURE, round(until / per_s, 3), round(following / per_s, 3)))
