"""What has been made of each rendition so far, and what of it may be shown. No I/O.

A rendition grows by segments that may arrive out of order; only the run from the beginning without a gap counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from watchparty_transcoder.mp4.segment import SegmentMade
from watchparty_transcoder.plan.models import AAC_FRAME, AudioPlan, Film, LaneKind, Plan

SOUND_PEAK = 200_000


@dataclass(slots=True, kw_only=True)
class Progressing:
    """One rendition while it is made."""

    name: str
    timescale: int
    bounds: Sequence[int]  # planned ticks where segments begin, ending with the end of the last
    tolerance: int  # ticks by which the end may differ from the plan
    planned_peak: int  # bits a second, until it can be measured
    reorder: int = 0  # ticks by which decoding runs ahead of showing
    frame_rate: float
    late_frame: int = 0  # ticks by which a segment may begin after its bound
    made: dict[int, SegmentMade] = field(default_factory=dict)
    ready: int = 0  # segments from the beginning without a gap
    ready_s: float = 0.0

    def take(self, segment: SegmentMade) -> None:
        self.made[segment.number] = segment
        while (following := self.made.get(self.ready)) is not None:
            self.ready += 1
            self.ready_s += following.duration_s

    @property
    def expected(self) -> int:
        return len(self.bounds) - 1

    @property
    def planned_frames(self) -> int:
        return round(self.bounds[-1] / self.timescale * self.frame_rate)

    @property
    def longest_s(self) -> float:
        """Of the planned segments, in seconds; known before the first one is made."""
        longest = max(following - this for this, following in pairwise(self.bounds))
        return (longest + self.late_frame) / self.timescale

    @property
    def complete(self) -> bool:
        return self.ready == self.expected

    def run(self) -> list[SegmentMade]:
        return [self.made[number] for number in range(self.ready)]

    @property
    def peak(self) -> int:
        """Bits a second of its heaviest segment; planned while it is not complete."""
        if not self.complete:
            return self.planned_peak
        return max(bit_rate(segment) for segment in self.run())

    @property
    def average(self) -> int | None:
        if not self.complete or not self.ready_s:
            return None
        return round(sum(segment.size for segment in self.run()) * 8 / self.ready_s)


@dataclass(slots=True, kw_only=True)
class ProgressingPicture(Progressing):
    lane: LaneKind
    width: int
    height: int


def bit_rate(segment: SegmentMade) -> int:
    """A last segment of a few frames says nothing about the rate that a line must sustain."""
    return round(segment.size * 8 / max(segment.duration_s, 1.0))


class Renditions:
    """All of one film's."""

    def __init__(self, plan: Plan) -> None:
        self.sound = [_sound(track) for track in plan.audio]
        self.picture = list(_pictures(plan.film)) if plan.film else []
        self._by_name = {each.name: each for each in (*self.sound, *self.picture)}
        self._leading = self.picture[0].lane if self.picture else None
        self._shown: set[str] = set()  # of the leading lane; what was offered once stays
        self.duration_s = plan.duration_s

    @property
    def names(self) -> frozenset[str]:
        """Of everything that was planned."""
        return frozenset(self._by_name)

    def take(self, segment: SegmentMade) -> None:
        self._by_name[segment.rendition].take(segment)

    def take_over(self, earlier: "Renditions") -> None:
        """By another plan for the same film: what both have in common has been made already, and dropped already."""
        self.drop(set(earlier._by_name) - {each.name for each in (*earlier.sound, *earlier.picture)})
        for name in earlier._by_name.keys() & self._by_name.keys():
            for segment in earlier._by_name[name].made.values():
                self.take(segment)

    def listed(self) -> list[ProgressingPicture]:
        """Pictures that a player may choose now, lowest first.

        The first lane is shown while it grows; anything later only when it is complete, so that nobody who changes
        quality finds the film shorter there. The complete ladder takes the fast lane's place.
        """
        leading = [each for each in self.picture if each.lane == self._leading]
        furthest = max((each.ready for each in leading), default=0)
        self._shown |= {each.name for each in leading if 0 < each.ready == furthest}
        listed = [each for each in leading if each.name in self._shown]
        later = [each for each in self.picture if each.lane != self._leading]
        if later and all(each.complete for each in later):
            listed = later if self._leading == "fast" else [*listed, *later]
        return sorted(listed, key=lambda each: (each.height * each.width, each.planned_peak))

    def playable_s(self) -> float:
        """How far from the beginning everything that is listed can be watched, and heard."""
        if any(not each.ready for each in self.sound):
            return 0.0
        pictures = self.listed()
        if self.picture and not pictures:
            return 0.0
        limits = [each.ready_s for each in (*pictures, *self.sound) if not each.complete]
        return min([*limits, self.duration_s])

    def lowest_leading(self) -> ProgressingPicture | None:
        """The cheapest complete picture of the whole film, where there is one yet."""
        leading = [each for each in self.picture if each.lane == self._leading]
        return leading[-1] if leading and leading[-1].complete else None

    def drop(self, names: Iterable[str]) -> None:
        """What was planned and will not be made."""
        self.picture = [each for each in self.picture if each.name not in set(names)]

    def frames_planned(self) -> int:
        return max(1, sum(each.planned_frames for each in self.picture or self.sound))

    def frames_done(self) -> int:
        counted = self.picture or self.sound
        return sum(segment.frames for each in counted for segment in each.made.values())


def _sound(track: AudioPlan) -> Progressing:
    return Progressing(
        name=track.name,
        timescale=track.sample_rate,
        bounds=track.bounds,
        tolerance=track.tolerance,
        planned_peak=SOUND_PEAK,
        frame_rate=track.sample_rate / AAC_FRAME,
        late_frame=AAC_FRAME,
    )


def _pictures(film: Film) -> Iterable[ProgressingPicture]:
    copy, grid = film.copy, film.grid
    if copy:
        yield ProgressingPicture(
            name=copy.name,
            timescale=copy.timescale,
            bounds=copy.bounds,
            tolerance=copy.tolerance,
            planned_peak=round(copy.bit_rate * 1.5),
            reorder=copy.reorder,
            lane="copy",
            width=copy.width,
            height=copy.height,
            frame_rate=float(copy.rate),
        )
    for lane in film.lanes:
        for rung in lane.rungs:
            yield ProgressingPicture(
                name=rung.name,
                timescale=grid.timescale,
                bounds=[frame * grid.frame_ticks for frame in grid.bounds],
                tolerance=0,
                planned_peak=round(rung.max_rate * 1.1),
                reorder=grid.reorder_ticks,
                lane=lane.kind,
                width=rung.width,
                height=rung.height,
                frame_rate=float(grid.rate),
            )
