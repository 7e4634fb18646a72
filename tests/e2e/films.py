"""Generated films with audio. Each is one ffmpeg command; the files are cached under .build/ between runs."""

import subprocess
from pathlib import Path

BUILD = Path(__file__).parents[2] / ".build" / "films"


def film(name: str, *arguments: str) -> Path:
    """The film of that name, generated on first use."""
    path = BUILD / name
    if not path.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"partial-{name}")
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments, str(partial)], check=True)
        partial.rename(path)
    return path


def video_and_audio(seconds: int, *, size: str = "640x360", rate: int = 24) -> list[str]:
    return [
        *("-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds}"),
        *("-f", "lavfi", "-i", f"sine=f=330:r=48000:d={seconds}"),
    ]


def copyable(seconds: int = 60) -> Path:
    """H.264 and AAC with the index at the end of the file, as phones write it."""
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "48", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    return film(f"copyable-{seconds}.mp4", *video_and_audio(seconds), *codecs)


def long(minutes: int = 10) -> Path:
    """`copyable` repeated: longer than what a player buffers ahead."""
    return film(f"long-{minutes}.mp4", "-stream_loop", str(minutes - 1), "-i", str(copyable(60)), "-c", "copy")


def small(minutes: int = 10) -> Path:
    """Like `copyable`, with a picture that takes little to prepare, send and decode."""
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "24", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    return film(f"small-{minutes}.mp4", *video_and_audio(60 * minutes, size="160x90", rate=12), *codecs)


def _two_lines() -> Path:
    """A subtitle file with two cues."""
    subtitles = BUILD / "two-lines.srt"
    BUILD.mkdir(parents=True, exist_ok=True)
    subtitles.write_text("1\n00:00:01,000 --> 00:00:04,000\nHello there\n\n2\n00:00:05,000 --> 00:00:08,000\nGoodbye\n")
    return subtitles


def captioned(seconds: int = 60) -> Path:
    """`copyable` with an English text track."""
    return _with_captions(f"captioned-{seconds}.mp4", copyable(seconds))


def small_captioned() -> Path:
    """`small` with an English text track."""
    return _with_captions("small-captioned.mp4", small())


def _with_captions(name: str, without: Path) -> Path:
    tracks = ["-i", str(without), "-i", str(_two_lines()), "-map", "0", "-map", "1"]
    return film(name, *tracks, "-c", "copy", "-c:s", "mov_text", "-metadata:s:s:0", "language=eng")


def must_be_encoded(seconds: int = 40) -> Path:
    """10-bit HEVC with AC-3 5.1 and a subtitle track, as in an old download: nothing in it can be copied."""
    return film(
        f"hevc-{seconds}.mkv",
        *video_and_audio(seconds, size="640x360"),
        *("-i", str(_two_lines()), "-map", "0:v", "-map", "1:a", "-map", "2:s"),
        *("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p10le"),
        *("-c:a", "ac3", "-ac", "6", "-c:s", "srt", "-metadata:s:s:0", "language=eng"),
    )


def webm(seconds: int = 8) -> Path:
    """VP9 and Opus, as screen recorders write it."""
    codecs = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]
    return film(f"vp9-{seconds}.webm", *video_and_audio(seconds, size="320x180"), *codecs)


def silent(seconds: int = 8) -> Path:
    """A film without an audio track."""
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "48", "-pix_fmt", "yuv420p"]
    return film(f"silent-{seconds}.mp4", "-f", "lavfi", "-i", f"testsrc2=s=320x180:r=24:d={seconds}", *codecs)


def silent_end(seconds: int = 8) -> Path:
    """A film whose sound ends after three seconds."""
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "48", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    return film(f"silent-end-{seconds}.mp4", *video_and_audio(seconds, size="320x180"), "-af", "atrim=end=3", *codecs)
