"""A film whose size or layout changes in the middle keeps its times."""

from pathlib import Path

import av
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
        (("160x120", "140x140"), "15", VP8, "turned.webm"),
        (("160x90", "320x180"), "25", MPEG2, "larger.ts"),
    ],
    ids=["a resized window", "a broadcast"],
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


def test_turned_picture_keeps_its_shape(tmp_path: Path) -> None:
    """A turned phone's picture is shown between black bars, not stretched; before that, there are none."""
    film = joined(tmp_path, ("160x120", "120x160"), "15", VP8, "turned.webm")
    outcome = transcode(film, tmp_path / "out")
    seen: list[tuple[int, int]] = []  # the mean at the left edge and in the middle
    with av.open(str(tmp_path / "out" / outcome.last["renditions"][-1]["playlist"])) as container:
        for frame in container.decode(video=0):
            plane = frame.planes[0]
            data, line = bytes(plane), plane.line_size
            rows = [data[at : at + plane.width] for at in range(0, line * plane.height, line)]
            seen.append((sum(row[4] for row in rows) // len(rows), sum(row[80] for row in rows) // len(rows)))
    half = len(seen) // 2
    assert min(edge for edge, _ in seen[2 : half - 2]) > 40
    assert max(edge for edge, _ in seen[half + 2 :]) < 24
    assert min(middle for _, middle in seen[half + 2 :]) > 30


@pytest.mark.parametrize("name", ["a.ts", "a.mkv"])
def test_layout(name: str, tmp_path: Path) -> None:
    """Sound that changes from stereo to 5.1 and to mono is heard throughout, at its times."""
    sound = tmp_path / "a.ac3"
    with sound.open("wb") as joined:
        for layout in ("stereo", "5.1", "mono"):
            part = tmp_path / f"{layout}.ac3"
            ffmpeg(*audio(SECONDS, layout=layout), "-c:a", "ac3", part)
            joined.write(part.read_bytes())
    ffmpeg(
        *video("64x48", rate="25", seconds=3 * SECONDS), "-i", sound, "-map", "0", "-map", "1", *MPEG2, "-c:a", "copy",
        tmp_path / name,
    )  # fmt: skip
    outcome = transcode(tmp_path / name, tmp_path / "out")
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["warnings"] == []
    heard = decode_audio(tmp_path / "out" / outcome.last["audio_tracks"][0]["playlist"])
    assert heard.beeps == pytest.approx([1.0, 3.0, 5.0], abs=0.06)
