"""ffmpeg's filters for the picture. Pure: what is wrong with a picture in, the text of a filter graph out.

The picture is repaired once, brought to what every browser shows alike (upright, square pixels, progressive, constant
rate, BT.709, limited range, 8 bit 4:2:0), and scaled from the largest rung down, each rung from the one above it.
"""

from collections.abc import Sequence
from fractions import Fraction

from watchparty_transcoder.plan.models import Colour, DecodedVideo, Grid, RenditionPlan, VideoPlan

COARSE, FINE = "fast_bilinear", "bicubic"  # ways of scaling: for who waits, for who watches


def video_graph(
    video: VideoPlan, renditions: Sequence[RenditionPlan], *, frames: int, shift_s: Fraction, scaling: str
) -> str:
    """From the film's stream to outputs [v0], [v1], … in the order of `rungs`: exactly `frames` of each."""
    largest = max(renditions, key=lambda rendition: rendition.width)
    repair = [*repaired(video.decoded, video.grid, shift_s), *exactly(frames)]
    return cascade(
        f"0:{video.decoded.stream}",
        [*repair, displayable(video.decoded, largest.width, largest.height, scaling)],
        renditions,
        scaling,
    )


BLACK, MOVING = "color=black:", "testsrc2="  # pictures out of nothing: for what is lost, for a trial


def invented_graph(decoded: str, grid: Grid, renditions: Sequence[RenditionPlan], *, frames: int) -> str:
    """The same outputs without a film: of BLACK or MOVING."""
    largest = max(renditions, key=lambda rendition: rendition.width)
    source = f"{decoded}size={largest.width}x{largest.height}:rate={_ratio(grid)},format=yuv420p[invented]"
    return f"{source};{cascade('invented', exactly(frames), renditions, COARSE)}"


def cascade(feed: str, first: Sequence[str], renditions: Sequence[RenditionPlan], scaling: str) -> str:
    """`first` brings the picture to the largest rung; the others follow by size."""
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


def repaired(decoded: DecodedVideo, grid: Grid, shift_s: Fraction) -> list[str]:
    """ffmpeg has turned the picture upright before this (autorotate)."""
    return [
        *(["bwdif=mode=send_frame:deint=all"] if decoded.deinterlace else []),  # one frame of two fields
        f"setpts=PTS-{float(shift_s):.6f}/TB",  # the chunk's first frame at 0
        f"fps={_ratio(grid)}:start_time=0",  # constant rate: repeats or drops, fills a late start with the first frame
    ]


def exactly(frames: int) -> list[str]:
    return [
        "tpad=stop=-1:stop_mode=clone",  # the last frame stands until the planned number is reached ...
        f"trim=end_frame={frames}",  # ... here: -frames would close every rung as soon as one of them has it
    ]


def displayable(decoded: DecodedVideo, width: int, height: int, scaling: str) -> str:
    if decoded.hdr:
        return _tonemapped(decoded.colour, f"{width}:{height}")
    # transparent parts become black, as on every player's background
    flatten = "premultiply=inplace=1," if decoded.alpha else ""
    matrix = SCALE_MATRICES.get(decoded.colour.matrix or "", "bt709")
    given = "full" if decoded.colour.full_range else "limited"
    return (
        f"{flatten}scale={width}:{height}:flags={scaling}:in_color_matrix={matrix}:in_range={given}"
        f":out_color_matrix=bt709:out_range=limited,format=yuv420p"
    )


SCALE_MATRICES = {
    "bt709": "bt709", "bt470bg": "bt470", "smpte170m": "smpte170m", "smpte240m": "smpte240m", "fcc": "fcc",
    "bt2020nc": "bt2020", "bt2020c": "bt2020",
}  # fmt: skip


def _tonemapped(colour: Colour, size: str) -> str:
    """HDR10 or HLG to BT.709: scaled first because light is costly, then linear, tone-mapped, and back."""
    given = f"tin={colour.transfer}:pin={colour.primaries}:min={colour.matrix}"
    given += f":rin={'full' if colour.full_range else 'limited'}"
    return (
        f"scale={size}:flags=bicubic,"
        f"zscale={given}:t=linear:npl=100,format=gbrpf32le,"  # 100 nit is SDR white
        "zscale=p=bt709,tonemap=hable:desat=0,"  # bends highlights instead of clipping them, and keeps their colour
        "zscale=t=bt709:m=bt709:r=limited,format=yuv420p"
    )


def _ratio(grid: Grid) -> str:
    return f"{grid.rate.numerator}/{grid.rate.denominator}"
