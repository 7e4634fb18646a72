"""Builds ffmpeg's command lines for images: posters, covers, waveforms and sheets of thumbnails. Pure."""

from fractions import Fraction
from math import ceil

from watchparty_transcoder.ffmpeg import filters
from watchparty_transcoder.ffmpeg.commands import still_arguments
from watchparty_transcoder.plan.models import Plan, VideoPlan
from watchparty_transcoder.source.source import Source

JPEG_QUALITY = "4"  # of 2 (best) to 31
POSTER_LONG_SIDE = 1280
CARD = "1280x720"
WAVEFORM_S = "600"  # ten minutes of a long recording are enough


def poster_size(video: VideoPlan) -> tuple[int, int]:
    width, height = video.decoded.width, video.decoded.height
    scale = min(Fraction(1), Fraction(POSTER_LONG_SIDE, max(width, height)))
    return _even(width * scale), _even(height * scale)


def still(ffmpeg: str, source: Source, plan: Plan, video: VideoPlan, frame: int) -> list[str]:
    """The keyframe before a frame, corrected like the film, as JPEG on standard output."""
    decoded = video.decoded
    width, height = poster_size(video)
    seek_s = max(Fraction(0), Fraction(plan.origin_s).limit_denominator(1_000_000) + frame / video.grid.rate)
    graph = [
        "setpts=0",  # a keyframe before the position would otherwise be dropped as too early
        *(["bwdif=deint=all"] if decoded.deinterlace else []),
        filters.displayable(decoded, width, height, filters.FINE),
        "setsar=1",
    ]
    return [
        *still_arguments(ffmpeg, source, plan, seek_s=seek_s, keyframes_only=True),
        "-map", f"0:{decoded.stream}", "-vf", ",".join(graph),
        *_one_jpeg(),
    ]  # fmt: skip


def cover(ffmpeg: str, source: Source, plan: Plan, stream: int) -> list[str]:
    """The cover art of a recording."""
    scale = f"scale='min({POSTER_LONG_SIDE},iw)':-2,format=yuvj420p"
    return [
        *still_arguments(ffmpeg, source, plan, seek_s=Fraction(0)),
        "-map",
        f"0:{stream}",
        "-vf",
        scale,
        *_one_jpeg(),
    ]


def waveform(ffmpeg: str, source: Source, plan: Plan, stream: int) -> list[str]:
    """The waveform of a recording, on a dark background."""
    graph = (
        f"[0:{stream}]atrim=duration={WAVEFORM_S},aformat=channel_layouts=mono,"
        f"showwavespic=s={CARD}:colors=0x7c9cff[wave];color=0x14161f:s={CARD}[ground];[ground][wave]overlay,format=yuvj420p[card]"
    )
    return [
        *still_arguments(ffmpeg, source, plan, seek_s=Fraction(0)),
        "-filter_complex", graph, "-map", "[card]",
        *_one_jpeg(),
    ]  # fmt: skip


def sprite_sheet(ffmpeg: str, width: int, height: int, *, columns: int, rows: int) -> list[str]:
    """One image of `columns` x `rows` thumbnails, from a stream of keyframes on standard input."""
    return [
        ffmpeg, "-hide_banner", "-v", "error",
        "-protocol_whitelist", "pipe", "-f", "mov", "-i", "pipe:0",
        "-vf", f"scale={width}:{height}:flags=area,setsar=1,tile={columns}x{rows},format=yuvj420p",
        *_one_jpeg(),
    ]  # fmt: skip


def _one_jpeg() -> list[str]:
    return ["-an", "-sn", "-dn", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", JPEG_QUALITY, "-f", "image2pipe", "pipe:1"]


def _even(length: Fraction) -> int:
    return max(2, ceil(length / 2 - Fraction(1, 2)) * 2)
