"""Generates the sample film of the demo: slow colours, drifting cells, soft chords and a burned-in frame number.

ffmpeg's own sources generate it, so it is free of rights. It is H.264 and AAC, which the transcoder copies without
encoding, so the demo plays within a second. Called at set-up (`python -m watchparty.sample_film OUT`).
"""

import sys
from pathlib import Path

from watchparty.process import find_ffmpeg, run_quietly

FPS = 24
SECONDS = 60
FIRST_NUMBER = 1000
"""The counter starts here, so that it always has four digits and the same width."""

_COLOURS = (
    f"gradients=s=480x270:r={FPS}:d={SECONDS}:speed=0.012:nb_colors=4:c0=0x141b34:c1=0x7a2e4d:c2=0xe08a3c:c3=0x1f4b5a"
    ":x0=0:y0=0:x1=480:y1=270:type=radial,scale=1280:720:flags=bilinear"
)
_CELLS = (
    "life=s=160x90:r=12:mold=25:ratio=0.12:death_color=0x7a2e4d:life_color=0xffd9a0:mold_color=0x40203a:seed=7,"
    f"format=rgba,colorchannelmixer=aa=0.22,scale=1280:720:flags=neighbor,fps={FPS},format=yuva420p"
)
_COUNTER = (
    f"testsrc=s=320x180:r=1:d={FIRST_NUMBER + FPS * SECONDS},trim=start={FIRST_NUMBER},settb=1/{FPS},setpts=N,"
    "crop=128:52:160:64,format=gray,format=yuv420p,scale=320:130:flags=neighbor"
)
"""testsrc at one frame per second prints the second; played at the film's rate, that is the number of the frame. The
crop keeps only the digits.
"""


def _chords() -> str:
    """Three alternating notes, each fading within two seconds; the right channel has two of them."""
    notes = ((0.12, 220.0, 0.0), (0.10, 277.18, 1.5), (0.08, 329.63, 1.0))
    left, right = (
        "+".join(f"{gain}*sin(2*PI*t*{hertz})*exp(-2*mod(t+{shift},2))" for gain, hertz, shift in chosen)
        for chosen in (notes, notes[:2])
    )
    return f"aevalsrc=exprs='{left}|{right}':s=48000:d={SECONDS}"


def command(ffmpeg: str, out: Path) -> list[str]:
    """Returns the ffmpeg command that generates the film."""
    inputs = [part for source in (_COLOURS, _CELLS, _COUNTER, _chords()) for part in ("-f", "lavfi", "-i", source)]
    graph = "[0][1]overlay=shortest=1[scene];[scene][2]overlay=x=48:y=H-h-48[film]"
    return [
        *(ffmpeg, "-v", "error", "-nostdin", "-y", *inputs, "-filter_complex", graph, "-map", "[film]", "-map", "3:a"),
        *("-t", str(SECONDS), "-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-pix_fmt", "yuv420p"),
        *("-g", str(2 * FPS), "-keyint_min", str(2 * FPS), "-sc_threshold", "0", "-c:a", "aac", "-b:a", "128k"),
        *("-movflags", "+faststart", "-f", "mp4", str(out)),
    ]


def sample_film() -> Path:
    """Returns the film from set-up; without set-up (an installed wheel) it is generated now and stored."""
    checkout = Path(__file__).parents[2]
    folder = checkout / ".build" if (checkout / "Makefile").exists() else Path.home() / ".cache" / "watchparty"
    film = folder / "sample.mp4"
    if not film.exists():
        make(film)
    return film


def make(out: Path) -> None:
    """Writes the film to `out` atomically."""
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_suffix(".partial")
    run_quietly(command(find_ffmpeg(), partial))
    partial.rename(out)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
