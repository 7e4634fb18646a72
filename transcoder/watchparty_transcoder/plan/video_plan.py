"""Plans the picture: repair, copy or encode, and the lanes through the film. Pure."""

from watchparty_transcoder.plan import remux_check, timeline
from watchparty_transcoder.plan.frame_rate import output_rate
from watchparty_transcoder.plan.models import Colour, CopyPlan, DecodedVideo, Facts, Grid, Pass, VideoFacts, VideoPlan
from watchparty_transcoder.plan.rendition_ladder import fast_renditions, ladder_renditions
from watchparty_transcoder.plan.timeline import ChunkSizes, Span

HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
COPY_FAILED = "frames that fit together"


def plan_video(facts: Facts, video: VideoFacts, span: Span, sizes: ChunkSizes, *, may_copy: bool) -> VideoPlan:
    grid = timeline.grid(output_rate(video.rate, video.base_rate), span.length_s)
    decoded = _decoded(video)
    video_leads = span == Span(video.start_s, video.start_s + video.duration_s)
    not_copied = remux_check.why_video_not_copied(facts, video, video_leads=video_leads)
    if not may_copy:
        not_copied = (*not_copied, COPY_FAILED)
    copy = None if not_copied else _copy(video)
    return VideoPlan(
        grid=grid,
        decoded=decoded,
        copy=copy,
        not_copied=not_copied,
        passes=_passes(grid, decoded, copy, sizes, seekable=facts.seekable),
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
    """Upright and with square pixels; narrow pixels widen the picture, they never cost lines."""
    width = max(2, round(video.width * video.pixel_aspect))
    return (video.height, width) if video.rotation in (90, 270) else (width, video.height)


def _full_colour(video: VideoFacts) -> Colour:
    """What the file leaves unsaid, as every player guesses it: by the size of the picture."""
    said = video.colour
    if said.transfer in HDR_TRANSFERS:
        return Colour(
            primaries=said.primaries or "bt2020",
            transfer=said.transfer,
            matrix=said.matrix or "bt2020nc",
            full_range=said.full_range,
        )
    usual = "bt709" if video.height >= 720 or video.width >= 1280 else "smpte170m"
    return Colour(
        primaries=said.primaries or usual,
        transfer=said.transfer or usual,
        matrix=said.matrix or usual,
        full_range=said.full_range,
    )


def _copy(video: VideoFacts) -> CopyPlan:
    timescale = video.time_base.denominator
    start = round(video.start_s * timescale)
    duration = round(video.duration_s * timescale)
    places = [keyframe.decode + video.reorder - start for keyframe in video.keyframes]
    return CopyPlan(
        name=f"v{min(video.width, video.height)}/copy",
        stream=video.index,
        width=video.width,
        height=video.height,
        rate=output_rate(video.rate, video.base_rate),
        timescale=timescale,
        start=start,
        reorder=video.reorder,
        bit_rate=round(remux_check.average_bit_rate(video)),
        configuration=video.configuration,
        cuts=timeline.copy_cuts(places, timescale, duration),
        duration=duration,
    )


def _passes(
    grid: Grid, decoded: DecodedVideo, copy: CopyPlan | None, sizes: ChunkSizes, *, seekable: bool
) -> tuple[Pass, ...]:
    renditions = ladder_renditions(grid, decoded.width, decoded.height, copied_bit_rate=copy.bit_rate if copy else None)
    fast = () if copy else fast_renditions(grid, decoded.width, decoded.height)
    if not seekable:
        fast = fast[-1:]  # nothing can be tried out on a beginning, so nothing but the surest
    segments = len(grid.starts)
    awaited = timeline.chunks(segments, opening=sizes.opening, length=sizes.length, whole=not seekable)
    steady = timeline.chunks(segments, opening=0, length=sizes.length, whole=not seekable)
    passes = []
    if fast:
        passes.append(Pass(kind="fast", preset="ultrafast", renditions=fast, chunks=awaited))
    if renditions:
        first = not fast and copy is None
        passes.append(
            Pass(kind="ladder", preset="veryfast", renditions=renditions, chunks=awaited if first else steady)
        )
    return tuple(passes)
