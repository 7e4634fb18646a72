"""The films of the benchmark: generated, hard to encode, kept between runs.

Ten seconds each of a fractal with noise, a test pattern with noise, and growing cells; 1080p30. Noise costs an encoder
most, so real footage takes less time and fewer bits.
"""

from pathlib import Path

from e2e.films import film

PART_S = 10
HARD_S = 3 * PART_S
_PICTURE = (
    f"mandelbrot=s=1920x1080:r=30,noise=alls=10:allf=t,trim=duration={PART_S},format=yuv420p[fractal];"
    f"testsrc2=s=1920x1080:r=30:d={PART_S},noise=alls=6:allf=t,format=yuv420p[test];"
    f"life=s=480x270:r=30:mold=20:ratio=0.2:death_color=#402010:life_color=#e0f0ff,trim=duration={PART_S},"
    "scale=1920:1080:flags=bicubic,format=yuv420p[life];"
    "[fractal][test][life]concat=n=3,setsar=1[picture]"
)
_SOUND = f"aevalsrc=0.3*sin(2*PI*(300+40*t)*t)+0.1*sin(2*PI*1700*t):s=48000:d={HARD_S}"
_X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p")
_AAC = ("-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart")


def _rate(megabits: int) -> tuple[str, ...]:
    return ("-b:v", f"{megabits}M", "-maxrate", f"{megabits}M", "-bufsize", f"{2 * megabits}M")


def hard() -> Path:
    """30 s of H.264 at 17 Mb/s and AAC, like the output of a camera; copyable."""
    inputs = ("-filter_complex", _PICTURE, "-f", "lavfi", "-i", _SOUND, "-map", "[picture]", "-map", "0:a")
    return film("transcode-hard.mp4", *inputs, *_X264, *_rate(17), *_AAC)


def not_copyable() -> Path:
    """The same film in HEVC."""
    hevc = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=60", "-tag:v", "hvc1")
    return film("transcode-hard-hevc.mp4", "-i", str(hard()), *hevc, *_rate(12), "-c:a", "copy")


def minute() -> Path:
    """60 s at 5 Mb/s, copyable."""
    return film("transcode-60s.mp4", "-stream_loop", "1", "-i", str(hard()), *_X264, *_rate(5), *_AAC)


def two_hours() -> Path:
    """That minute 120 times, 4.5 GB."""
    return film("transcode-2h.mp4", "-stream_loop", "119", "-i", str(minute()), "-c", "copy", "-movflags", "+faststart")


CONTAINERS = {
    "Matroska, AAC": ("transcode-60s.mkv", ("-c", "copy")),
    "Matroska, AC-3 5.1": ("transcode-60s-ac3.mkv", ("-c:v", "copy", "-ac", "6", "-c:a", "ac3")),
    "transport stream, AAC": ("transcode-60s.ts", ("-c", "copy")),
    "fragmented MP4, AAC": (
        "transcode-60s-fragments.mp4", ("-c", "copy", "-movflags", "+frag_keyframe+empty_moov+default_base_moof")
    ),
    "FLV, AAC": ("transcode-60s.flv", ("-c", "copy")),
}  # fmt: skip


def minute_in(container: str) -> Path:
    """The minute in another container."""
    name, options = CONTAINERS[container]
    return film(name, "-i", str(minute()), *options)


def two_hours_of_matroska() -> Path:
    """A minute 120 times in the commonest form of a downloaded film: H.264, AC-3 5.1 and subtitles; 7.7 GB.

    Its rate and its distance of keyframes, ten seconds, are those of films: 24 frames per second, x264's default.
    """
    picture = ("-f", "lavfi", "-i", "mandelbrot=s=1920x1080:r=24,noise=alls=12:allf=t")
    sound = ("-f", "lavfi", "-i", "sine=f=330:r=48000", "-t", "60")
    x264 = ("-c:v", "libx264", "-preset", "ultrafast", *_rate(8), "-g", "250", "-pix_fmt", "yuv420p")
    one = film("transcode-8m-ac3.mkv", *picture, *sound, *x264, "-ac", "6", "-c:a", "ac3", "-b:a", "448k")
    subtitles = one.with_name("transcode-2h.srt")
    subtitles.write_text(
        "".join(
            f"{n + 1}\n{n // 60:02d}:{n % 60:02d}:00,000 --> {n // 60:02d}:{n % 60:02d}:03,000\nLine {n}\n\n"
            for n in range(120)
        )
    )
    loop = ("-stream_loop", "119", "-i", str(one), "-i", str(subtitles))
    return film("transcode-8m-2h.mkv", *loop, "-map", "0", "-map", "1", "-c", "copy", "-c:s", "srt")
