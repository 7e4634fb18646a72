"""Builds ffmpeg's video filter graphs. Pure: the properties of the decoded video in, the text of a graph out.

The video is corrected once, to what every browser shows in the same way (upright, square pixels, progressive, constant
rate, BT.709, limited range, 8 bit 4:2:0), and scaled from the largest rendition down, each from the one above it.
"""

from collections.abc import Sequence
from fractions import Fraction

from watchparty_transcoder.plan.models import Colour, DecodedVideo, Grid, RenditionPlan, VideoPlan

COARSE, FINE = "fast_bilinear", "bicubic"
"""Scaling algorithms: for the fast pass, and for the ladder."""


def video_graph(
    video: VideoPlan,
    renditions: Sequence[RenditionPlan],
    *,
    feed: str,
    frames: int,
    shift_s: Fraction,
    scaling: str,
    lists_frames: bool = False,
) -> str:
    """From the film's stream, `feed`, to outputs [v0], [v1], … in order: exactly `frames` of each.

    With `lists_frames`, the decoded frames themselves are the output [listed].
    """
    largest = max(renditions, key=lambda rendition: rendition.width)
    corrections = [*corrected(video.decoded, video.grid, shift_s), *exactly(frames)]
    listed = ""
    if lists_frames:
        length_s = float(frames / video.grid.rate)
        listed = f"[{feed}]split[decoded][list];[list]{_shifted(shift_s)},trim=end={length_s:.6f}[listed];"
        feed = "decoded"
    return listed + cascade(
        feed,
        [*corrections, displayable(video.decoded, largest.width, largest.height, scaling)],
        renditions,
        scaling,
    )


BLACK, MOVING = "color=black:", "testsrc2="
"""Generated video: for damaged parts, and for the hardware trial."""


def generated_graph(generator: str, grid: Grid, renditions: Sequence[RenditionPlan], *, frames: int) -> str:
    """The same outputs from `generator` (BLACK or MOVING) instead of a film."""
    largest = max(renditions, key=lambda rendition: rendition.width)
    source = f"{generator}size={largest.width}x{largest.height}:rate={_ratio(grid)},format=yuv420p[generated]"
    return f"{source};{cascade('generated', exactly(frames), renditions, COARSE)}"


def cascade(feed: str, first: Sequence[str], renditions: Sequence[RenditionPlan], scaling: str) -> str:
    """`first` are the filters up to the largest rendition; the others follow by size."""
    by_size = sorted(range(len(renditions)), key=lambda number: -renditions[number].width)
    steps = []
    filters = list(first)
    for place, number in enumerate(by_size):
        last = place == len(by_size) - 1
        ends = f"setsar=1[v{number}]" if last else f"setsar=1,split[v{number}][below{place}]"
        steps.append(f"[{feed}]{','.join([*filters, ends])}")
        if not last:
            following = renditions[by_size[place + 1]]
            filters = [f"scale={following.width}:{following.height}:flags={scaling}"]
            feed = f"below{place}"
    return ";".join(steps)


def corrected(decoded: DecodedVideo, grid: Grid, shift_s: Fraction) -> list[str]:
    """ffmpeg has already turned the frames upright (autorotate)."""
    return [
        *(["bwdif=mode=send_frame:deint=all"] if decoded.deinterlace else []),  # one frame from two fields
        _shifted(shift_s),
        f"fps={_ratio(grid)}:start_time=0",  # constant rate: repeats or drops, fills a late start with the first frame
    ]


def _shifted(shift_s: Fraction) -> str:
    """The chunk's first frame at 0."""
    return f"setpts=PTS-{float(shift_s):.6f}/TB"


def exactly(frames: int) -> list[str]:
    return [
        "tpad=stop=-1:stop_mode=clone",  # repeat the last frame until the planned number is reached ...
        f"trim=end_frame={frames}",  # ... here, because -frames would end all renditions as soon as one has enough
    ]


def displayable(decoded: DecodedVideo, width: int, height: int, scaling: str) -> str:
    if decoded.hdr:
        return _tonemapped(decoded.colour, width, height)
    # transparent parts become black, like the background of every player
    flatten = "premultiply=inplace=1," if decoded.alpha else ""
    matrix = SCALE_MATRICES.get(decoded.colour.matrix or "", "bt709")
    given_range = "full" if decoded.colour.full_range else "limited"
    return (
        f"{flatten}scale={_fitted(width, height)}:flags={scaling}:in_color_matrix={matrix}:in_range={given_range}"
        f":out_color_matrix=bt709:out_range=limited,format=yuv420p,{_bars(width, height)}"
    )


SAME_SHAPE = 0.06
"""Sizes are rounded to whole pixels, and a picture this much wider or narrower need not get bars."""


def _fitted(width: int, height: int) -> str:
    """The size, or what fits into it: a phone that is turned mid-film changes the shape of its picture."""
    same = f"lt(abs(dar*{height}/{width}-1),{SAME_SHAPE})"
    return (
        f"w='if({same},{width},max(2,2*trunc(min({width},{height}*dar)/2)))'"
        f":h='if({same},{height},max(2,2*trunc(min({height},{width}/dar)/2)))':eval=frame"
    )


def _bars(width: int, height: int) -> str:
    return f"pad={width}:{height}:(ow-iw)/2:(oh-ih)/2:eval=frame"


SCALE_MATRICES = {
    "bt709": "bt709", "bt470bg": "bt470", "smpte170m": "smpte170m", "smpte240m": "smpte240m", "fcc": "fcc",
    "bt2020nc": "bt2020", "bt2020c": "bt2020",
}  # fmt: skip


def _tonemapped(colour: Colour, width: int, height: int) -> str:
    """HDR10 or HLG to BT.709: scaled first because linear light is costly, then tone-mapped in linear light."""
    given = f"tin={colour.transfer}:pin={colour.primaries}:min={colour.matrix}"
    given += f":rin={'full' if colour.full_range else 'limited'}"
    return (
        f"scale={_fitted(width, height)}:flags=bicubic,"
        f"zscale={given}:t=linear:npl=100,format=gbrpf32le,"  # 100 nit is SDR white
        "zscale=p=bt709,tonemap=hable:desat=0,"  # compresses highlights, does not clip them
        f"zscale=t=bt709:m=bt709:r=limited,format=yuv420p,{_bars(width, height)}"
    )


def _ratio(grid: Grid) -> str:
    return f"{grid.rate.numerator}/{grid.rate.denominator}"
