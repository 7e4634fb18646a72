"""How much of each rendition exists so far, and which renditions players may be offered. No I/O.

A rendition grows by segments that may arrive out of order; only those from the beginning up to the first gap count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from watchparty_transcoder.mp4.segment import StoredSegment
from watchparty_transcoder.plan.models import AAC_FRAME, AudioPlan, PassKind, Plan, VideoPlan

AUDIO_PEAK = 200_000


@dataclass(slots=True, kw_only=True)
class RenditionProgress:
    """One rendition while its segments are being stored."""

    name: str
    timescale: int
    bounds: Sequence[int]  # planned ticks where segments begin, and the end of the last one
    tolerance: int  # ticks by which the end may differ from the plan
    planned_peak: int  # bits per second, until it can be measured
    reorder: int = 0  # ticks by which decoding runs ahead of presentation
    frame_rate: float
    late_frame: int = 0  # ticks by which a segment may begin after its bound
    unplanned: bool = False  # `bounds` are an estimate: the last segment is marked as such
    longest: int = 0  # ticks of a segment, where the bounds do not tell
    count: int | None = None  # of segments, once the last one is stored
    stored: dict[int, StoredSegment] = field(default_factory=dict)
    ready: int = 0  # segments from the beginning up to the first gap
    ready_s: float = 0.0

    def add(self, segment: StoredSegment) -> None:
        self.stored[segment.number] = segment
        if segment.last:
            self.count = segment.number + 1
        while (following := self.stored.get(self.ready)) is not None:
            self.ready += 1
            self.ready_s += following.duration_s

    @property
    def expected(self) -> int:
        return len(self.bounds) - 1 if self.count is None else self.count

    @property
    def planned_frames(self) -> int:
        return round(self.bounds[-1] / self.timescale * self.frame_rate)

    @property
    def longest_s(self) -> float:
        """The longest planned segment in seconds; known before the first one exists."""
        longest = self.longest or max(following - this for this, following in pairwise(self.bounds))
        return (longest + self.late_frame) / self.timescale

    @property
    def complete(self) -> bool:
        return self.ready == self.expected and not (self.unplanned and self.count is None)

    def playable_segments(self) -> list[StoredSegment]:
        return [self.stored[number] for number in range(self.ready)]

    @property
    def peak(self) -> int:
        """Bits per second of its heaviest segment; the planned value until the rendition is complete."""
        if not self.complete:
            return self.planned_peak
        return max(bit_rate(segment) for segment in self.playable_segments())

    @property
    def average(self) -> int | None:
        if not self.complete or not self.ready_s:
            return None
        return round(sum(segment.size for segment in self.playable_segments()) * 8 / self.ready_s)


@dataclass(slots=True, kw_only=True)
class VideoProgress(RenditionProgress):
    source: PassKind
    width: int
    height: int
    for_every_browser: bool = True


def bit_rate(segment: StoredSegment) -> int:
    """At least a second counts: a last segment of a few frames does not show what rate a connection has to sustain."""
    return round(segment.size * 8 / max(segment.duration_s, 1.0))


class FilmProgress:
    """The renditions of one film."""

    def __init__(self, plan: Plan) -> None:
        self.audio = [_audio_progress(track) for track in plan.audio]
        self.video = list(_video_progress(plan.video)) if plan.video else []
        self._by_name = {each.name: each for each in (*self.audio, *self.video)}
        self._leading = next((each.source for each in self.video if each.for_every_browser), None)
        self._offered: set[str] = set()  # of the first pass; what was offered once stays
        self.duration_s = plan.duration_s

    @property
    def names(self) -> frozenset[str]:
        """Of every planned rendition."""
        return frozenset(self._by_name)

    def add(self, segment: StoredSegment) -> None:
        self._by_name[segment.rendition].add(segment)

    def inherit(self, earlier: "FilmProgress") -> None:
        """After a change of plan: takes over segments and dropped renditions that both plans have in common."""
        self.drop(set(earlier._by_name) - {each.name for each in (*earlier.audio, *earlier.video)})
        for name in earlier._by_name.keys() & self._by_name.keys():
            for segment in earlier._by_name[name].stored.values():
                self.add(segment)

    def offered(self) -> list[VideoProgress]:
        """The video renditions that a player may choose now, lowest first.

        Those of the first pass are offered while they grow. Later ones are offered when they are complete, so that
        switching renditions never makes the film shorter. The complete ladder replaces the fast pass. A copy that only
        some browsers play is a further rendition, beside those that every browser plays.
        """
        leading = [each for each in self.video if each.source == self._leading]
        furthest = max((each.ready for each in leading), default=0)
        self._offered |= {each.name for each in leading if 0 < each.ready == furthest}
        offered = [each for each in leading if each.name in self._offered]
        further = [each for each in self.video if not each.for_every_browser and each.complete]
        later = [each for each in self.video if each.source != self._leading and each.for_every_browser]
        if later and all(each.complete for each in later):
            offered = later if self._leading == "fast" else [*offered, *later]
        offered += further if offered else []
        return sorted(offered, key=lambda each: (each.height * each.width, each.planned_peak))

    def playable_s(self) -> float:
        """The time up to which every offered rendition and every audio track is playable."""
        if any(not each.ready for each in self.audio):
            return 0.0
        videos = self.offered()
        if self.video and not videos:
            return 0.0
        limits = [each.ready_s for each in (*videos, *self.audio) if not each.complete]
        return min([*limits, self.duration_s])

    def lowest_complete(self) -> VideoProgress | None:
        """The lowest rendition of the first pass, once it is complete."""
        leading = [each for each in self.video if each.source == self._leading]
        return leading[-1] if leading and leading[-1].complete else None

    def drop(self, names: Iterable[str]) -> None:
        """Removes renditions that were planned and will not be encoded."""
        self.video = [each for each in self.video if each.name not in set(names)]

    def frames_planned(self) -> int:
        return max(1, sum(each.planned_frames for each in self.video or self.audio))

    def frames_done(self) -> int:
        counted = self.video or self.audio
        return sum(segment.frames for each in counted for segment in each.stored.values())


def _audio_progress(track: AudioPlan) -> RenditionProgress:
    return RenditionProgress(
        name=track.name,
        timescale=track.sample_rate,
        bounds=track.bounds,
        tolerance=track.tolerance,
        planned_peak=AUDIO_PEAK,
        frame_rate=track.sample_rate / AAC_FRAME,
        late_frame=AAC_FRAME,
    )


def _video_progress(video: VideoPlan) -> Iterable[VideoProgress]:
    copy, grid = video.copy, video.grid
    if copy:
        yield VideoProgress(
            name=copy.name,
            timescale=copy.timescale,
            bounds=copy.bounds,
            tolerance=copy.tolerance,
            planned_peak=round(copy.bit_rate * 1.5),
            reorder=copy.reorder,
            unplanned=copy.presented,
            longest=copy.longest,
            source="copy",
            width=copy.width,
            height=copy.height,
            frame_rate=float(copy.rate),
            for_every_browser=copy.for_every_browser,
        )
    for encode_pass in video.passes:
        for rendition in encode_pass.renditions:
            yield VideoProgress(
                name=rendition.name,
                timescale=grid.timescale,
                bounds=[frame * grid.frame_ticks for frame in grid.bounds],
                tolerance=0,
                planned_peak=round(rendition.max_rate * 1.1),
                reorder=grid.reorder_ticks,
                source=encode_pass.kind,
                width=rendition.width,
                height=rendition.height,
                frame_rate=float(grid.rate),
            )
