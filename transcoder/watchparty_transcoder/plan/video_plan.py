"""Plans the video: what has to be corrected, whether it is copied, and the passes that encode it. Pure."""

from itertools import pairwise

from watchparty_transcoder.plan import remux_check, timeline
from watchparty_transcoder.plan.frame_rate import output_rate
from watchparty_transcoder.plan.models import Colour, CopyPlan, DecodedVideo, Facts, Grid, Pass, VideoFacts, VideoPlan
from watchparty_transcoder.plan.rendition_ladder import fast_renditions, ladder_renditions
from watchparty_transcoder.plan.timeline import ChunkSizes, Span

HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
COPY_FAILED = "frames that fit together"
PRESENTED_TIMESCALE = 90_000
"""Of copies whose frames are placed by presentation: milliseconds and the clock of MPEG are whole ticks."""
LONGEST_S = remux_check.LONGEST_SEGMENT_S + timeline.GOP_S * timeline.SEGMENT_GOPS
"""A segment is cut at the first keyframe after about four seconds, and the next one may be that far away."""


def plan_video(
    facts: Facts, video: VideoFacts, span: Span, sizes: ChunkSizes, *, uncopied: frozenset[int]
) -> VideoPlan:
    grid = timeline.grid(output_rate(video.rate, video.base_rate), span.length_s)
    decoded = _decoded(video)
    video_leads = span == Span(video.start_s, video.start_s + video.duration_s)
    not_copied = remux_check.why_video_not_copied(facts, video, video_leads=video_leads)
    if video.index in uncopied:
        not_copied = (*not_copied, COPY_FAILED)
    copy = None if not_copied else _copy(video, presented=not remux_check.lists_every_frame(facts))
    return VideoPlan(
        grid=grid,
        decoded=decoded,
        copy=copy,
        not_copied=not_copied,
        passes=_passes(
            grid, decoded, copy if copy and copy.for_every_browser else None, sizes, seekable=facts.seekable
        ),
        begins_s=round(video.start_s - span.begin_s, 3),
        ends_s=round(video.start_s + video.duration_s - span.begin_s, 3),
    )


def _decoded(video: VideoFacts) -> DecodedVideo:
    width, height = _displayed(video)
    return DecodedVideo(
        stream=video.index,
        width=width,
        height=height,
        deinterlace=video.interlaced,
        alpha=video.alpha,
        hdr=video.colour.transfer in HDR_TRANSFERS,
        colour=_full_colour(video),
    )


def _displayed(video: VideoFacts) -> tuple[int, int]:
    """Upright and with square pixels; the pixel aspect changes the width, so no lines are lost."""
    width = max(2, round(video.width * video.pixel_aspect))
    return (video.height, width) if video.rotation in (90, 270) else (width, video.height)


def _full_colour(video: VideoFacts) -> Colour:
    """Fills in what the file leaves unspecified, as every player does: by the size of the frame."""
    given = video.colour
    if given.transfer in HDR_TRANSFERS:
        return Colour(
            primaries=given.primaries or "bt2020",
            transfer=given.transfer,
            matrix=given.matrix or "bt2020nc",
            full_range=given.full_range,
        )
    guess = "bt709" if video.height >= 720 or video.width >= 1280 else "smpte170m"
    return Colour(
        primaries=given.primaries or guess,
        transfer=given.transfer or guess,
        matrix=given.matrix or guess,
        full_range=given.full_range,
    )


def _copy(video: VideoFacts, *, presented: bool) -> CopyPlan:
    timescale = PRESENTED_TIMESCALE if presented else video.time_base.denominator
    ticks = video.time_base * timescale
    start = round(video.start_s * timescale)
    duration = round(video.duration_s * timescale)
    places = [round((keyframe.decode + video.reorder) * ticks) - start for keyframe in video.keyframes]
    cuts = timeline.copy_cuts(places, timescale, duration)
    return CopyPlan(
        name=f"v{min(video.width, video.height)}/copy",
        stream=video.index,
        width=video.width,
        height=video.height,
        rate=output_rate(video.rate, video.base_rate),
        timescale=timescale,
        start=start,
        reorder=round(video.reorder * ticks),
        bit_rate=round(remux_check.average_bit_rate(video)),
        configuration=video.configuration,
        cuts=cuts,
        duration=duration,
        presented=presented,
        codec=video.codec,
        longest=_longest(cuts, duration, timescale) if presented else 0,
    )


def _longest(cuts: tuple[int, ...], duration: int, timescale: int) -> int:
    """The longest planned segment, and a group of frames more, because a cue may point to a frame that is no cut."""
    planned = max(following - this for this, following in pairwise((*cuts, duration)))
    return min(round(LONGEST_S * timescale), planned + timeline.GOP_S * timescale)


def _passes(
    grid: Grid, decoded: DecodedVideo, copy: CopyPlan | None, sizes: ChunkSizes, *, seekable: bool
) -> tuple[Pass, ...]:
    renditions = ladder_renditions(grid, decoded.width, decoded.height, copied_bit_rate=copy.bit_rate if copy else None)
    fast = () if copy else fast_renditions(grid, decoded.width, decoded.height)
    if not seekable:
        fast = fast[-1:]  # without an opening chunk the machine cannot be measured; the lowest is safe
    segments = len(grid.starts)
    opening_first = timeline.chunks(segments, opening=sizes.opening, length=sizes.length, whole=not seekable)
    equal = timeline.chunks(segments, opening=0, length=sizes.length, whole=not seekable)
    passes = []
    if fast:
        passes.append(Pass(kind="fast", preset="ultrafast", renditions=fast, chunks=opening_first))
    if renditions:
        first = not fast and copy is None
        passes.append(
            Pass(kind="ladder", preset="veryfast", renditions=renditions, chunks=opening_first if first else equal)
        )
    return tuple(passes)
