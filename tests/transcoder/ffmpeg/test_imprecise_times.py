"""Sound whose times are a little wrong is decoded without holes."""

import array
import subprocess
from pathlib import Path

import pytest

from transcoder.films import FFMPEG, make
from transcoder.running import transcode

pytestmark = pytest.mark.media

RATE = 48_000
WINDOW = RATE * 4 // 1000
CLICKS = "0.2*sin(2*PI*500*t)+0.5*sin(2*PI*3000*t)*lt(mod(t,0.7),0.02)"
"""A steady tone, with bursts for which Vorbis uses short blocks."""


def samples(path: Path) -> "array.array[int]":
    command = [FFMPEG, "-v", "error", "-i", str(path), "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
    return array.array("h", subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)


@pytest.mark.parametrize("rate", [32_000, 44_100])
def test_vorbis_in_ogg(rate: int, tmp_path: Path) -> None:
    """libav states times up to 14 ms too late where short blocks begin; the tone is never interrupted for that."""
    source = make(
        tmp_path / "film.ogg", ["-f", "lavfi", "-i", f"aevalsrc='{CLICKS}':s={rate}:d=4", "-c:a", "libvorbis"]
    )
    outcome = transcode(source, tmp_path / "out")
    found = samples(outcome.folder / "a0" / "aac.m3u8")
    windows = range(20 * WINDOW, len(found) - 40 * WINDOW, WINDOW)
    assert [at / RATE for at in windows if max(map(abs, found[at : at + WINDOW])) < 1500] == []
