"""Generates the sample film of the demo: hills pass at dusk, with soft chords and a burned-in frame number.

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

_SIZE = "1280x720"
_SKY = (
    f"gradients=s={_SIZE}:r=1:d=1:speed=0.00001:nb_colors=4:c0=0x241f45:c1=0x7b3f61:c2=0xe08a55:c3=0xf7c877"
    ":x0=640:y0=0:x1=640:y1=620:type=linear"
)
_SUN = (
    "color=c=0xffe9b8:s=720x720:r=1:d=1,format=rgba,"
    "geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':"
    "a='max(255*clip((108-hypot(X-360,Y-360))/2,0,1),190*pow(clip(1-hypot(X-360,Y-360)/360,0,1),2))'"
)
"""A disc in its glow, drawn once."""
_HILLS = (
    # colour, height of the highest hill, hills per period, speed in pixels per second
    ("0x8c4359", 330, (2, 5), 5),
    ("0x4b2848", 250, (3, 7), 11),
    ("0x22172f", 160, (2, 6), 22),
)
"""From the back to the front. Near hills pass faster, so the film looks as seen from a slow train."""
_PERIOD = 2560
_COUNTER = (
    f"testsrc=s=320x180:r=1:d={FIRST_NUMBER + FPS * SECONDS},trim=start={FIRST_NUMBER},settb=1/{FPS},setpts=N,"
    "crop=128:52:160:64,format=gray,format=yuv420p,scale=256:104:flags=neighbor"
)
"""testsrc at one frame per second prints the second; played at the film's rate, that is the number of the frame. The
crop keeps only the digits.
"""


def _hills(colour: str, height: int, waves: tuple[int, int]) -> str:
    """One range of hills, drawn once: two periods of two sine waves."""
    first, second = (f"sin(2*PI*{count}*X/{_PERIOD}+{count})" for count in waves)
    ridge = f"{height}*(0.38-0.26*{first}-0.12*{second})"
    return (
        f"color=c={colour}:s={2 * _PERIOD}x{height}:r=1:d=1,format=rgba,"
        f"geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*clip((Y-{ridge})/2,0,1)'"
    )


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
    hills = [_hills(colour, height, waves) for colour, height, waves, _ in _HILLS]
    ink = f"color=c=0xffe9b8:s=256x104:r={FPS}:d={SECONDS}"
    sources = (_SKY, _COUNTER, _chords(), _SUN, *hills, ink)
    inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
    still = f"loop=loop=-1:size=1:start=0,fps={FPS},format=yuva420p"
    graph = [f"[0]{still}[sky];[3]{still}[sun];[sky][sun]overlay=x=280:y='70+1.5*t'[scene0]"]
    for number, (_, height, _, speed) in enumerate(_HILLS):
        graph.append(f"[{number + 4}]{still}[hills{number}]")
        graph.append(f"[scene{number}][hills{number}]overlay=x='-{speed}*t':y={720 - height}[scene{number + 1}]")
    graph.append(
        f"[{len(_HILLS) + 4}][1]alphamerge[number];[scene{len(_HILLS)}][number]overlay=x=40:y=36:shortest=1[film]"
    )
    return [
        *(ffmpeg, "-v", "error", "-nostdin", "-y", *inputs, "-filter_complex", ";".join(graph)),
        *("-map", "[film]", "-map", "2:a"),
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
