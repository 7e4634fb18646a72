"""What people upload: each case is a recipe for ffmpeg and what has to come of it.

The fast ones run in `make test`; `--media-full` (make test-media) runs them all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from transcoder.films import AAC, FAST_START, X264, X265, ffmpeg, picture, sound

Recipe = Sequence[str] | Callable[[Path], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    file: str
    recipe: Recipe
    fails: str | None = None  # the code, where it has to fail
    duration_s: float = 5.0
    size: tuple[int, int] | None = (320, 180)  # of the best picture; None: sound alone
    source: str = "ladder"  # of the best picture
    channels: int = 2
    languages: Sequence[str] = ("und",)  # of the sound, in order; empty: silent
    subtitles: Sequence[str] = ()
    beeps: bool = True  # flashes and beeps are there to be compared
    flashes: bool = True
    tolerance_s: float = 0.045
    warned: bool = False
    fast: bool = False
    at_most_fps: float = 60.1
    rates: Sequence[float] = field(default=())


def _srt(path: Path) -> Path:
    target = path.with_suffix(".srt")
    target.write_text(
        "1\n00:00:00,500 --> 00:00:02,000\n<i>Hello</i> & goodbye\n\n2\n00:00:02,500 --> 00:00:04,000\nSecond line\n",
        encoding="utf-8",
    )
    return target


def with_subtitles(codec: str, language: str, *rest: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        ffmpeg(
            *picture(), *sound(), "-i", _srt(path), "-map", "0", "-map", "1", "-map", "2", *X264, *AAC,
            "-c:s", codec, "-metadata:s:s:0", f"language={language}", *rest, path,
        )  # fmt: skip

    return make


def two_steps(first: Sequence[str], second: Sequence[str], suffix: str = ".mp4") -> Callable[[Path], None]:
    """A file made of another one: `second` gets its name as input."""

    def make(path: Path) -> None:
        middle = path.with_name(f"{path.stem}-before{suffix}")
        ffmpeg(*first, middle)
        ffmpeg(*[str(middle) if word == "MIDDLE" else word for word in second], path)

    return make


def cut_off(first: Sequence[str], keep: float) -> Callable[[Path], None]:
    """The beginning of a file."""

    def make(path: Path) -> None:
        ffmpeg(*first, path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * keep)])

    return make


def holding(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


GARBAGE = bytes((number * 2_654_435_761 >> 13) & 0xFF for number in range(200_000))
QUICK_VP9 = ["-deadline", "realtime", "-cpu-used", "8"]
PLAIN = [*picture(), *sound(), *X264, *AAC]

CASES = [
    # -- the table -----------------------------------------------------------------------------------------------------
    Case(name="plain faststart", file="a.mp4", recipe=[*PLAIN, *FAST_START], source="copy", fast=True),
    Case(name="moov at the end", file="a.mp4", recipe=PLAIN, source="copy", fast=True),
    Case(
        name="one keyframe only", file="a.mp4", fast=True, duration_s=12,
        recipe=[*picture(seconds=12), *sound(12), *X264, "-g", "9999", "-sc_threshold", "0", *AAC],
    ),
    Case(
        name="open groups", file="a.mp4", source="ladder",
        recipe=[*picture(), *sound(), "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-x264-params",
                "open-gop=1:keyint=30:bframes=3:scenecut=0", *AAC],
    ),
    Case(
        name="variable rate", file="a.mp4", fast=True,
        recipe=[*picture(rate="60"), *sound(), "-vf", "select='not(mod(n,1+mod(floor(t),4)))'", "-fps_mode", "vfr",
                *X264, *AAC],
        source="copy",
    ),
    Case(
        name="variable rate in matroska", file="a.mkv",
        recipe=[*picture(rate="60"), *sound(), "-vf", "select='not(mod(n,1+mod(floor(t),4)))'", "-fps_mode", "vfr",
                *X264, *AAC],
    ),
    Case(
        name="rotated by 90", file="a.mp4", fast=True, size=(180, 320),
        recipe=two_steps(PLAIN, ["-i", "MIDDLE", "-c", "copy", "-metadata:s:v:0", "rotate=90"]),
    ),
    Case(
        name="odd size 4:4:4", file="a.mkv", fast=True, size=(320, 178),
        recipe=[*picture("321x179"), *sound(), *X264, "-pix_fmt", "yuv444p", *AAC],
    ),
    Case(
        name="HDR10", file="a.mkv",
        recipe=[*picture(), *sound(), "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le",
                "-x265-params", "log-level=error:hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
                "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", *AAC],
        flashes=False,
    ),
    Case(
        name="HLG", file="a.mov",
        recipe=[*picture(), *sound(), "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v",
                "hvc1", "-x265-params", "log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc",
                "-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc", *AAC],
        flashes=False,
    ),
    Case(name="H.264 10 bit", file="a.mp4", recipe=[*picture(), *sound(), *X264, "-pix_fmt", "yuv420p10le", *AAC]),
    Case(name="H.264 4:2:2", file="a.mp4", recipe=[*picture(), *sound(), *X264, "-pix_fmt", "yuv422p", *AAC]),
    Case(
        name="HEVC 10 bit, AC-3 5.1 and SRT", file="a.mkv", fast=True, languages=("en",), subtitles=("en",),
        recipe=lambda path: ffmpeg(
            *picture(), *sound(layout="5.1"), "-i", _srt(path), "-map", "0", "-map", "1", "-map", "2",
            *X265, "-pix_fmt", "yuv420p10le", "-c:a", "ac3", "-c:s", "srt",
            "-metadata:s:a:0", "language=eng", "-metadata:s:s:0", "language=eng", path,
        ),
    ),
    Case(name="silent", file="a.mp4", recipe=[*picture(), *X264], source="copy", languages=(), fast=True),
    Case(name="sound alone", file="a.mp3", recipe=[*sound(), "-c:a", "libmp3lame"], size=None, fast=True),
    Case(name="ASS subtitles", file="a.mkv", recipe=with_subtitles("ass", "ger"), subtitles=("de",)),
    Case(name="mov_text", file="a.mp4", recipe=with_subtitles("mov_text", "fra"), subtitles=("fr",), source="copy"),
    Case(
        name="two languages", file="a.mp4", fast=True, source="copy", languages=("en", "fr"),
        recipe=[*picture(), *sound(), *sound(), "-map", "0", "-map", "1", "-map", "2", *X264, *AAC,
                "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra",
                "-disposition:a:0", "0", "-disposition:a:1", "default"],
    ),
    Case(
        name="XviD and MP3", file="a.avi",
        recipe=[*picture(), *sound(), "-c:v", "mpeg4", "-vtag", "XVID", "-q:v", "4", "-c:a", "libmp3lame"],
    ),
    Case(
        name="VP9 and Opus", file="a.webm", fast=True,
        recipe=[*picture(), *sound(), "-c:v", "libvpx-vp9", *QUICK_VP9, "-c:a", "libopus"],
    ),
    Case(
        name="AV1", file="a.mkv",
        recipe=[*picture(), *sound(), "-c:v", "libsvtav1", "-preset", "12", "-c:a", "libopus"],
    ),
    Case(
        name="interlaced MPEG-2", file="a.ts", size=(320, 240),
        recipe=[*picture("320x240", rate="50"), *sound(), "-vf", "tinterlace=interleave_top,fieldorder=tff",
                "-c:v", "mpeg2video", "-b:v", "3M", "-flags", "+ildct+ilme", "-c:a", "mp2"],
    ),
    Case(
        name="anamorphic", file="a.ts", size=(512, 288),
        recipe=[*picture("360x288"), *sound(), "-vf", "setsar=64/45",
                "-c:v", "mpeg2video", "-b:v", "3M", "-c:a", "mp2"],
    ),
    Case(name="120 frames a second", file="a.mp4", recipe=[*picture(rate="120"), *sound(), *X264, *AAC]),
    Case(
        name="ProRes with transparency", file="a.mov",
        recipe=[*picture(), *sound(), "-vf", "format=yuva444p10le", "-c:v", "prores_ks", "-profile:v", "4",
                "-pix_fmt", "yuva444p10le", "-c:a", "pcm_s16le"],
    ),
    Case(
        name="VP9 with transparency", file="a.webm",
        recipe=[*picture(), *sound(), "-c:v", "libvpx-vp9", *QUICK_VP9,
                "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-c:a", "libopus"],
    ),
    Case(
        name="sound begins late", file="a.mp4", source="copy", fast=True,
        recipe=two_steps(
            [*sound(3.5, begins=1.5), *AAC],
            [*picture(), "-itsoffset", "1.5", "-i", "MIDDLE", "-map", "0", "-map", "1", *X264, "-c:a", "copy"],
            suffix=".m4a",
        ),
    ),
    Case(
        name="one frame a second", file="a.mp4", flashes=False,
        recipe=["-f", "lavfi", "-i", "color=teal:s=320x180:r=1:d=5", *sound(), *X264, *AAC], source="copy",
    ),
    Case(name="truncated, no moov", file="a.mp4", recipe=cut_off(PLAIN, 0.5), fails="incomplete", fast=True),
    Case(
        name="truncated AVI", file="a.avi", warned=True, duration_s=2.5, tolerance_s=0.6, flashes=False,
        recipe=cut_off([*picture(), *sound(), "-c:v", "mpeg4", "-q:v", "4", "-c:a", "libmp3lame"], 0.5),
    ),
    Case(name="garbage", file="a.mp4", recipe=holding(GARBAGE), fails="unsupported", fast=True),
    Case(name="empty", file="a.mp4", recipe=holding(b""), fails="no_media", fast=True),
    Case(name="text", file="a.mp4", recipe=holding(b"This is not a film.\n" * 500), fails="unsupported", fast=True),
    Case(
        name="PCM 22 kHz mono", file="a.mov",
        recipe=[*picture(), *sound(rate=22_050, layout="mono"), *X264, "-c:a", "pcm_s16le"], source="copy",
    ),
    Case(
        name="0.4 seconds", file="a.mp4", duration_s=0.4, size=(64, 48), flashes=False, source="copy", fast=True,
        recipe=[*picture("64x48", seconds=0.4), *sound(0.4), *X264, *AAC],
    ),
    Case(
        name="4K", file="a.mp4", size=(1920, 1080), duration_s=2, flashes=False,
        recipe=[*picture("3840x2160", seconds=2), *sound(2), *X264, *AAC],
    ),
    Case(
        name="portrait", file="a.mp4", size=(180, 320), source="copy", fast=True,
        recipe=[*picture("180x320"), *sound(), *X264, *AAC],
    ),
    Case(name="GIF", file="a.gif", recipe=[*picture(rate="10")], languages=(), tolerance_s=0.11),
]  # fmt: skip
