"""The kinds of files that people upload: each case is a recipe for ffmpeg and the expected result.

The fast cases run in `make test`; `--media-full` (make test-media) runs all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from transcoder.films import AAC, FAST_START, FLASHES, X264, X265, audio, ffmpeg, video

Recipe = Sequence[str] | Callable[[Path], object]


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    file: str
    recipe: Recipe
    fails: str | None = None  # the expected error code
    duration_s: float = 5.0
    size: tuple[int, int] | None = (320, 180)  # of the best rendition; None: audio only
    source: str = "ladder"  # of the best rendition that every browser plays
    further_copies: Sequence[tuple[str, tuple[int, int]]] = ()  # source and size of those that some browsers play
    channels: int = 2
    languages: Sequence[str] = ("und",)  # of the audio tracks, in order; empty: silent
    subtitles: Sequence[str] = ()
    flashes: bool = True  # it has flashes and beeps to compare
    tolerance_s: float = 0.045
    warned: bool = False
    fast: bool = False
    at_most_fps: float = 60.1
    flash_times: Sequence[float] = FLASHES


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
            *video(), *audio(), "-i", _srt(path), "-map", "0", "-map", "1", "-map", "2", *X264, *AAC,
            "-c:s", codec, "-metadata:s:s:0", f"language={language}", *rest, path,
        )  # fmt: skip

    return make


def two_steps(first: Sequence[str], second: Sequence[str], suffix: str = ".mp4") -> Callable[[Path], None]:
    """A file generated from another one: `second` has "MIDDLE" where the name of the first file belongs."""

    def make(path: Path) -> None:
        middle = path.with_name(f"{path.stem}-before{suffix}")
        ffmpeg(*first, middle)
        ffmpeg(*[str(middle) if word == "MIDDLE" else word for word in second], path)

    return make


def cut_off(first: Sequence[str], keep: float) -> Callable[[Path], None]:
    """The first part of a file."""

    def make(path: Path) -> None:
        ffmpeg(*first, path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * keep)])

    return make


def holding(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def joined_streams(path: Path) -> None:
    """Two recordings in one file, each with its own clock."""
    part = path.with_name("part.ts")
    joined = b""
    for offset in ("5000", "20"):
        ffmpeg(*PLAIN, "-output_ts_offset", offset, part)
        joined += part.read_bytes()
    path.write_bytes(joined)


GARBAGE = bytes((number * 2_654_435_761 >> 13) & 0xFF for number in range(200_000))
QUICK_VP9 = ["-deadline", "realtime", "-cpu-used", "8"]
PLAIN = [*video(), *audio(), *X264, *AAC]

CASES = [
    # -- common inputs -------------------------------------------------------------------------------------------------
    Case(name="plain faststart", file="a.mp4", recipe=[*PLAIN, *FAST_START], source="copy", fast=True),
    Case(name="moov at the end", file="a.mp4", recipe=PLAIN, source="copy", fast=True),
    Case(
        name="one keyframe only", file="a.mp4", fast=True, duration_s=12,
        recipe=[*video(seconds=12), *audio(12), *X264, "-g", "9999", "-sc_threshold", "0", *AAC],
    ),
    Case(
        name="open groups", file="a.mp4", duration_s=12,
        recipe=[*video(seconds=12), *audio(12), "-c:v", "libx264", "-preset", "fast",
                "-pix_fmt", "yuv420p", "-x264-params", "open-gop=1:keyint=30:bframes=3:scenecut=0", *AAC],
    ),
    Case(
        name="variable rate", file="a.mp4", fast=True,
        recipe=[*video(rate="60"), *audio(), "-vf", "select='not(mod(n,1+mod(floor(t),4)))'", "-fps_mode", "vfr",
                *X264, *AAC],
        source="copy",
    ),
    Case(
        name="variable rate in matroska", file="a.mkv",
        recipe=[*video(rate="60"), *audio(), "-vf", "select='not(mod(n,1+mod(floor(t),4)))'", "-fps_mode", "vfr",
                *X264, *AAC],
    ),
    Case(
        name="rotated by 90", file="a.mp4", fast=True, size=(180, 320),
        recipe=two_steps(PLAIN, ["-i", "MIDDLE", "-c", "copy", "-metadata:s:v:0", "rotate=90"]),
    ),
    Case(
        name="odd size 4:4:4", file="a.mkv", fast=True, size=(320, 178),
        recipe=[*video("321x179"), *audio(), *X264, "-pix_fmt", "yuv444p", *AAC],
    ),
    Case(
        name="HDR10", file="a.mkv",
        recipe=[*video(), *audio(), "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le",
                "-x265-params", "log-level=error:hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
                "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", *AAC],
        flashes=False,
    ),
    Case(
        name="HLG", file="a.mov",
        recipe=[*video(), *audio(), "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v",
                "hvc1", "-x265-params", "log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc",
                "-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc", *AAC],
        flashes=False,
    ),
    Case(name="H.264 10 bit", file="a.mp4", recipe=[*video(), *audio(), *X264, "-pix_fmt", "yuv420p10le", *AAC]),
    Case(name="H.264 4:2:2", file="a.mp4", recipe=[*video(), *audio(), *X264, "-pix_fmt", "yuv422p", *AAC]),
    Case(
        name="HEVC 10 bit, AC-3 5.1 and SRT", file="a.mkv", fast=True, languages=("en",), subtitles=("en",),
        recipe=lambda path: ffmpeg(
            *video(), *audio(layout="5.1"), "-i", _srt(path), "-map", "0", "-map", "1", "-map", "2",
            *X265, "-pix_fmt", "yuv420p10le", "-c:a", "ac3", "-c:s", "srt",
            "-metadata:s:a:0", "language=eng", "-metadata:s:s:0", "language=eng", path,
        ),
    ),
    Case(name="silent", file="a.mp4", recipe=[*video(), *X264], source="copy", languages=(), fast=True),
    Case(name="audio only", file="a.mp3", recipe=[*audio(), "-c:a", "libmp3lame"], size=None, fast=True),
    Case(name="ASS subtitles", file="a.mkv", recipe=with_subtitles("ass", "ger"), subtitles=("de",)),
    Case(name="mov_text", file="a.mp4", recipe=with_subtitles("mov_text", "fra"), subtitles=("fr",), source="copy"),
    Case(
        name="two languages", file="a.mp4", fast=True, source="copy", languages=("en", "fr"),
        recipe=[*video(), *audio(), *audio(), "-map", "0", "-map", "1", "-map", "2", *X264, *AAC,
                "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=fra",
                "-disposition:a:0", "0", "-disposition:a:1", "default"],
    ),
    Case(
        name="XviD and MP3", file="a.avi",
        recipe=[*video(), *audio(), "-c:v", "mpeg4", "-vtag", "XVID", "-q:v", "4", "-c:a", "libmp3lame"],
    ),
    Case(
        name="VP9 and Opus", file="a.webm", fast=True, further_copies=[("copy", (320, 180))],
        recipe=[*video(), *audio(), "-c:v", "libvpx-vp9", *QUICK_VP9, "-c:a", "libopus"],
    ),
    Case(
        name="AV1", file="a.mkv", further_copies=[("copy", (320, 180))],
        recipe=[*video(), *audio(), "-c:v", "libsvtav1", "-preset", "12", "-c:a", "libopus"],
    ),
    Case(
        name="interlaced MPEG-2", file="a.ts", size=(320, 240),
        recipe=[*video("320x240", rate="50"), *audio(), "-vf", "tinterlace=interleave_top,fieldorder=tff",
                "-c:v", "mpeg2video", "-b:v", "3M", "-flags", "+ildct+ilme", "-c:a", "mp2"],
    ),
    Case(
        name="anamorphic", file="a.ts", size=(512, 288),
        recipe=[*video("360x288"), *audio(), "-vf", "setsar=64/45",
                "-c:v", "mpeg2video", "-b:v", "3M", "-c:a", "mp2"],
    ),
    Case(name="120 frames a second", file="a.mp4", recipe=[*video(rate="120"), *audio(), *X264, *AAC]),
    Case(
        name="ProRes with transparency", file="a.mov",
        recipe=[*video(), *audio(), "-vf", "format=yuva444p10le", "-c:v", "prores_ks", "-profile:v", "4",
                "-pix_fmt", "yuva444p10le", "-c:a", "pcm_s16le"],
    ),
    Case(
        name="VP9 with transparency", file="a.webm",
        recipe=[*video(), *audio(), "-c:v", "libvpx-vp9", *QUICK_VP9,
                "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-c:a", "libopus"],
    ),
    Case(
        name="audio begins late", file="a.mp4", source="copy", fast=True,
        recipe=two_steps(
            [*audio(3.5, begins=1.5), *AAC],
            [*video(), "-itsoffset", "1.5", "-i", "MIDDLE", "-map", "0", "-map", "1", *X264, "-c:a", "copy"],
            suffix=".m4a",
        ),
    ),
    Case(
        name="one frame a second", file="a.mp4", flashes=False,
        recipe=["-f", "lavfi", "-i", "color=teal:s=320x180:r=1:d=5", *audio(), *X264, *AAC], source="copy",
    ),
    Case(name="truncated, no moov", file="a.mp4", recipe=cut_off(PLAIN, 0.5), fails="incomplete", fast=True),
    Case(
        name="truncated AVI", file="a.avi", warned=True, duration_s=2.5, tolerance_s=0.6, flashes=False,
        recipe=cut_off([*video(), *audio(), "-c:v", "mpeg4", "-q:v", "4", "-c:a", "libmp3lame"], 0.5),
    ),
    Case(name="garbage", file="a.mp4", recipe=holding(GARBAGE), fails="unsupported", fast=True),
    Case(name="empty", file="a.mp4", recipe=holding(b""), fails="no_media", fast=True),
    Case(name="text", file="a.mp4", recipe=holding(b"This is not a film.\n" * 500), fails="unsupported", fast=True),
    Case(
        name="PCM 22 kHz mono", file="a.mov",
        recipe=[*video(), *audio(rate=22_050, layout="mono"), *X264, "-c:a", "pcm_s16le"], source="copy",
    ),
    Case(
        name="0.4 seconds", file="a.mp4", duration_s=0.4, size=(64, 48), flashes=False, source="copy", fast=True,
        recipe=[*video("64x48", seconds=0.4), *audio(0.4), *X264, *AAC],
    ),
    Case(
        name="4K", file="a.mp4", size=(1920, 1080), duration_s=2, flashes=False,
        recipe=[*video("3840x2160", seconds=2), *audio(2), *X264, *AAC],
    ),
    Case(
        name="portrait", file="a.mp4", size=(180, 320), source="copy", fast=True,
        recipe=[*video("180x320"), *audio(), *X264, *AAC],
    ),
    Case(name="GIF", file="a.gif", recipe=[*video(rate="10")], languages=(), tolerance_s=0.11),
    # -- further inputs ------------------------------------------------------------------------------------------------
    Case(
        name="cover art", file="a.mp3", size=None,
        recipe=two_steps(
            ["-f", "lavfi", "-i", "testsrc2=s=500x500:d=1", "-frames:v", "1"],
            [*audio(), "-i", "MIDDLE", "-map", "0", "-map", "1", "-c:a", "libmp3lame", "-c:v", "copy",
             "-disposition:v", "attached_pic"],
            suffix=".png",
        ),
    ),
    Case(
        name="film with cover art", file="a.mp4", source="copy",
        recipe=two_steps(
            ["-f", "lavfi", "-i", "testsrc2=s=500x500:d=1", "-frames:v", "1"],
            [*video(), *audio(), "-i", "MIDDLE", "-map", "0", "-map", "1", "-map", "2", *X264, *AAC,
             "-c:v:1", "copy", "-disposition:v:1", "attached_pic"],
            suffix=".png",
        ),
    ),
    Case(
        name="one frame under long audio", file="a.mp4", flashes=False,
        recipe=["-f", "lavfi", "-i", "testsrc2=s=320x180:r=1:d=1", *audio(), *X264, *AAC],
    ),
    Case(
        name="fragmented", file="a.mp4", recipe=[*PLAIN, "-movflags", "+frag_keyframe+empty_moov+default_base_moof"],
    ),
    Case(
        name="recorded by a browser", file="a.webm", tolerance_s=0.1, warned=False,
        recipe=[*video(), *audio(), "-c:v", "libvpx", *QUICK_VP9, "-c:a", "libopus", "-live", "1", "-f", "webm"],
    ),
    Case(
        name="audio begins first", file="a.mp4", flash_times=(2.5, 4.5), duration_s=6.5,
        recipe=two_steps(
            [*video(), *X264],
            ["-itsoffset", "1.5", "-i", "MIDDLE", *audio(6.5, begins=0.5), "-map", "0", "-map", "1", "-c:v", "copy",
             *AAC],
        ),
    ),
    Case(
        name="audio is longer", file="a.mp4", flash_times=(1.0,), flashes=False, warned=True,
        recipe=[*video(seconds=2), *audio(), *X264, *AAC],
    ),
    Case(name="audio is shorter", file="a.mp4", source="copy", warned=True, recipe=[*video(), *audio(2), *X264, *AAC]),
    Case(
        name="cut off, index first", file="a.mp4", warned=True, duration_s=4, tolerance_s=0.8, flashes=False,
        recipe=cut_off([*PLAIN, *FAST_START], 0.8),
    ),
    Case(
        name="cut off matroska", file="a.mkv", warned=True, duration_s=4, tolerance_s=0.8, flashes=False,
        recipe=cut_off(PLAIN, 0.8),
    ),
    Case(
        name="trimmed on a phone", file="a.mp4", duration_s=6.5, flash_times=(1.5, 3.5, 5.5), tolerance_s=0.1,
        recipe=two_steps([*video(seconds=8), *audio(8), *X264, *AAC], ["-ss", "1.5", "-i", "MIDDLE", "-c", "copy"]),
    ),
    Case(
        name="7.1 FLAC", file="a.mkv",
        recipe=[*video(), *audio(layout="7.1"), *X264, "-c:a", "flac"],
    ),
    Case(
        name="full range", file="a.mp4", source="copy",
        recipe=[*video(), *audio(), *X264, "-pix_fmt", "yuvj420p", "-color_range", "pc", *AAC],
    ),
    Case(
        name="RGB", file="a.mkv",
        recipe=[*video(), *audio(), "-c:v", "libx264rgb", "-preset", "ultrafast", "-g", "60", *AAC],
    ),
    Case(name="grey", file="a.mkv", recipe=[*video(), *audio(), "-c:v", "ffv1", "-pix_fmt", "gray", *AAC]),
    Case(
        name="transport stream", file="a.ts", tolerance_s=0.1,
        recipe=[*PLAIN, "-output_ts_offset", "100"],
    ),
    Case(
        name="recording with a break", file="a.ts", duration_s=10, tolerance_s=0.3, flashes=False,
        recipe=joined_streams,
    ),
    Case(
        name="WMV", file="a.wmv", tolerance_s=0.1,
        recipe=[*video(), *audio(), "-c:v", "wmv2", "-b:v", "1M", "-c:a", "wmav2"],
    ),
    Case(
        name="FLV", file="a.flv", tolerance_s=0.1,
        recipe=[*video(), *audio(rate=44_100), "-c:v", "flv1", "-b:v", "1M", "-c:a", "libmp3lame"],
    ),
    Case(
        name="Theora", file="a.ogv",
        recipe=[*video(), *audio(), "-c:v", "libtheora", "-b:v", "1M", "-c:a", "libvorbis"],
    ),
    Case(name="motion JPEG", file="a.avi", recipe=[*video(), *audio(), "-c:v", "mjpeg", "-c:a", "pcm_s16le"]),
    Case(
        name="old phone", file="a.3gp", size=(352, 288),
        recipe=[*video("352x288", rate="15"), *audio(rate=22_050, layout="mono"), "-c:v", "h263", "-c:a", "aac"],
        tolerance_s=0.08,
    ),
    Case(
        name="camcorder", file="a.dv", size=(768, 576), duration_s=2, flash_times=(1.0,), tolerance_s=0.09,
        recipe=[*video("720x576", rate="25", seconds=2), *audio(2), "-target", "pal-dv"],
    ),
    Case(
        name="film rate with B frames", file="a.mp4", source="copy",
        recipe=[*video(rate="24000/1001"), *audio(rate=44_100), "-c:v", "libx264", "-preset", "veryfast",
                "-pix_fmt", "yuv420p", "-g", "48", *AAC],
    ),
    Case(
        name="anamorphic MP4", file="a.mp4", size=(426, 180),
        recipe=[*video(), *audio(), "-vf", "setsar=4/3", *X264, *AAC],
    ),
    Case(
        name="upside down", file="a.mov",
        recipe=two_steps(PLAIN, ["-i", "MIDDLE", "-c", "copy", "-metadata:s:v:0", "rotate=180"]),
    ),
    Case(name="time code track", file="a.mov", source="copy", recipe=[*PLAIN, "-timecode", "01:00:00:00"]),
    Case(name="Vorbis", file="a.mkv", recipe=[*video(), *audio(rate=44_100), *X264, "-c:a", "libvorbis"]),
    Case(name="WAV", file="a.wav", size=None, recipe=audio()),
    Case(
        name="two recordings", file="a.m4a", size=None, languages=("en", "de"),
        recipe=[*audio(), *audio(), "-map", "0", "-map", "1", *AAC,
                "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"],
    ),
    Case(
        name="photograph", file="a.mp4", fails="unsupported",
        recipe=["-f", "lavfi", "-i", "testsrc2=s=640x480", "-frames:v", "1", "-c:v", "mjpeg", "-f", "image2"],
    ),
]  # fmt: skip
