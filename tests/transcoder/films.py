"""Generates the films that the tests transcode, with lavfi.

Most of them flash white and beep at the same known times, so that the timing of the output can be checked.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

FFMPEG = shutil.which("ffmpeg") or "ffmpeg"
FLASHES = (1.0, 3.0)  # seconds, within the first five
FLASH_S = 0.2


def video(size: str = "320x180", rate: str = "30", seconds: float = 5) -> list[str]:
    """A moving test pattern that turns white at every flash."""
    flash = f"drawbox=c=white:t=fill:enable='between(mod(t,2),1,{1 + FLASH_S - 0.01})'"
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:r={rate}:d={seconds},{flash}"]


def audio(seconds: float = 5, rate: int = 48_000, layout: str = "stereo", begins: float = 0) -> list[str]:
    """Silence with a beep at every flash; `begins` shifts the beeps, for a track that starts late."""
    beep = f"if(between(mod(t+{begins},2),1,{1 + FLASH_S}),0.5*sin(2*PI*880*t),0)"
    channels = {"mono": 1, "stereo": 2, "5.1": 6, "7.1": 8}[layout]
    source = f"aevalsrc={'|'.join(['B'] * channels)}:c={layout}:s={rate}:d={seconds}"
    return ["-f", "lavfi", "-i", source.replace("B", beep.replace(",", "\\,"))]


X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60"]
X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"]
AAC = ["-c:a", "aac", "-b:a", "96k"]
FAST_START = ["-movflags", "+faststart"]


def ffmpeg(*arguments: str | Path) -> None:
    command = [FFMPEG, "-hide_banner", "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def make(path: Path, arguments: Sequence[str]) -> Path:
    ffmpeg(*arguments, path)
    return path
