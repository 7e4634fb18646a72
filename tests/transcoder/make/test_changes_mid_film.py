"""A film whose size or layout changes in the middle keeps its times."""

from pathlib import Path

import pytest

from transcoder.decoding import decode_audio, decode_video
from transcoder.films import audio, ffmpeg, video
from transcoder.running import transcode

pytestmark = pytest.mark.media

VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k"]
MPEG2 = ["-c:v", "mpeg2video", "-b:v", "1M", "-g", "15"]
SECONDS = 2


def joined(folder: Path, sizes: tuple[str, str], rate: str, codec: list[str], name: str) -> Path:
    """The same film in two sizes, one after the other, in one track; the sound runs on."""
    parts = [folder / f"{number}-{name}" for number in range(2)]
    for part, size in zip(parts, sizes, strict=True):
        ffmpeg(*video(size, rate=rate, seconds=SECONDS), *codec, part)
    listed = folder / "list"
    listed.write_text("".join(f"file {part.name}\n" for part in parts))
    sound = ["-c:a", "libopus"] if name.endswith(".webm") else ["-c:a", "mp2"]
    film = folder / name
    ffmpeg(
        "-f", "concat", "-i", listed, *audio(2 * SECONDS), "-map", "0:v", "-map", "1:a", "-c:v", "copy", *sound, film
    )
    return film


@pytest.mark.parametrize(
    ("sizes", "rate", "codec", "name"),
    [
        (("160x120", "120x160"), "15", VP8, "turned.webm"),
        (("160x90", "320x180"), "25", MPEG2, "larger.ts"),
    ],
    ids=["a turned phone", "a broadcast"],
)
def test_size(sizes: tuple[str, str], rate: str, codec: list[str], name: str, tmp_path: Path) -> None:
    """Every frame is shown once, the flashes stay where the beeps are, and nothing is damaged."""
    outcome = transcode(joined(tmp_path, sizes, rate, codec, name), tmp_path / "out")
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["warnings"] == []
    seen = decode_video(tmp_path / "out" / outcome.last["renditions"][-1]["playlist"])
    heard = decode_audio(tmp_path / "out" / outcome.last["audio_tracks"][0]["playlist"])
    expected = [1.0, SECONDS + 1.0]
    assert len(seen.times) == 2 * SECONDS * int(rate)
    assert seen.flashes == pytest.approx(expected, abs=0.5 / int(rate))
    assert heard.beeps == pytest.approx(expected, abs=0.03)
