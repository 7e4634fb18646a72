"""Subtitles that are pictures are shown where and when their author placed them, in their own colours."""

import json
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.films import FFMPEG, audio, make, video
from transcoder.running import Outcome, transcode
from transcoder.subtitles.bitmaps import SCREEN, Shown, write_pgs
from watchparty_transcoder.storage.folder import FolderStorage
from watchparty_transcoder.subtitles.images import image_track, png
from watchparty_transcoder.subtitles.palettes import BluRayPalettes, read_dvd_header

SHOWN = [Shown(1, 3, 480, 900, 960, 120), Shown(4, 4.5, 192, 108, 384, 60)]
PICTURE = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p"]
IN_TIME_S = 0.06


def film_with(folder: Path, *, size: str = "320x180") -> Path:
    subtitles = write_pgs(folder / "subtitles.sup", SHOWN)
    # ffmpeg subtracts the first time of an input; of these subtitles it is the first cue's
    tracks = ["-copyts", *video(size, "25", 6), *audio(6), "-i", str(subtitles), "-map", "0", "-map", "1", "-map", "2"]
    return make(
        folder / "film.mkv", [*tracks, *PICTURE, "-c:a", "aac", "-c:s", "copy", "-metadata:s:s", "language=eng"]
    )


def cues_of(outcome: Outcome) -> list[dict[str, float]]:
    assert (outcome.exit_code, outcome.last["kind"]) == (0, "finished"), outcome.log
    cues: list[dict[str, float]] = json.loads((outcome.folder / "s0" / "subtitles.json").read_text())["cues"]
    return cues


def drawn(image: Path) -> list[tuple[int, ...]]:
    """What plain ffmpeg decodes: the pixel in the corner, and one inside."""
    command = [FFMPEG, "-v", "error", "-i", str(image), "-f", "rawvideo", "-pix_fmt", "rgba", "-"]
    pixels = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    width, height = struct.unpack(">II", image.read_bytes()[16:24])
    inside = (height // 2 * width + width // 2) * 4
    return [tuple(pixels[:4]), tuple(pixels[inside : inside + 4])]


@pytest.mark.media
def test_blu_ray_subtitles(tmp_path: Path) -> None:
    """The list has each picture's times, place and size; the track is offered like others, without a loss."""
    outcome = transcode(film_with(tmp_path), tmp_path / "out")
    found = cues_of(outcome)
    assert [each["begin_s"] for each in found] == pytest.approx([1, 4], abs=IN_TIME_S)
    assert [each["end_s"] for each in found] == pytest.approx([3, 4.5], abs=IN_TIME_S)
    for cue, shown in zip(found, SHOWN, strict=True):
        assert (cue["x"], cue["width"]) == pytest.approx((shown.x / SCREEN[0], shown.width / SCREEN[0]), abs=0.001)
        assert (cue["y"], cue["height"]) == pytest.approx((shown.y / SCREEN[1], shown.height / SCREEN[1]), abs=0.001)
    assert drawn(tmp_path / "out" / "s0" / str(found[0]["image"])) == [(0, 0, 0, 255), (255, 255, 255, 255)]
    (track,) = outcome.last["subtitle_tracks"]
    assert (track["language"], track["shown"], track["playlist"]) == ("en", True, "s0/subtitles.m3u8")
    assert (outcome.last["warnings"], outcome.last["losses"]) == ([], [])
    assert 'X-IMAGES="s0/subtitles.json"' in (tmp_path / "out" / "master.m3u8").read_text()


@pytest.mark.media
def test_a_cropped_film(tmp_path: Path) -> None:
    """Subtitles made for 16:9 keep their shape, and those on the black bars are moved into the picture."""
    found = cues_of(transcode(film_with(tmp_path, size="320x128"), tmp_path / "out"))
    shape = found[0]["width"] * 320 / (found[0]["height"] * 128)
    assert shape == pytest.approx(SHOWN[0].width / SHOWN[0].height, rel=0.01)
    assert found[0]["y"] + found[0]["height"] == pytest.approx(1, abs=0.001)
    assert found[1]["y"] == pytest.approx(0, abs=0.001)


@pytest.mark.media
def test_dvd_subtitles(tmp_path: Path) -> None:
    """They have the size and the colours that the header of their track states."""
    source = film_with(tmp_path)
    film = make(tmp_path / "dvd.mkv", ["-i", str(source), "-map", "0", "-c", "copy", "-c:s", "dvdsub"])
    outcome = transcode(film, tmp_path / "out")
    found = cues_of(outcome)
    assert len(found) == len(SHOWN)
    assert (found[0]["x"], found[0]["width"]) == pytest.approx((0.25, 0.5), abs=0.002)
    corner, inside = drawn(tmp_path / "out" / "s0" / str(found[0]["image"]))
    assert sum(corner[:3]) < 100 < 600 < sum(inside[:3])
    assert corner[3] == inside[3] == 255


@given(st.binary(max_size=200), st.text(max_size=200))
def test_hostile_palettes(packet: bytes, header: str) -> None:
    """Damaged packets and headers give some colours, never an error."""
    assert len(BluRayPalettes().take(packet)) == 256
    if (colours := read_dvd_header(header)) is not None:
        assert len(colours.take(packet)) == 4
    usual = read_dvd_header("size: 0x0\npalette: " + ", ".join(["808080"] * 16))
    assert usual
    assert usual.screen == (720, 576)
    assert len(usual.take(packet)) == 4


@pytest.mark.parametrize("command", [b"\x03", b"\x03\x12", b"\x04", b"\x04\xff"])
def test_a_dvd_packet_that_ends_within_a_command(command: bytes) -> None:
    """The incomplete command chooses nothing, and the track keeps its other pictures."""
    colours = read_dvd_header("palette: " + ", ".join(["808080"] * 16))
    assert colours
    usual = [(128, 128, 128, opacity) for opacity in (0, 255, 255, 255)]
    assert colours.take(b"\0\0\0\0" + command) == usual


def test_a_palette_is_chosen_until_another_one_is() -> None:
    """In a transport stream the palette is chosen by an earlier packet than that which completes the picture."""
    palettes = BluRayPalettes()
    for number, luma in ((0, 16), (1, 235)):
        palettes.take(pgs_segment(0x14, bytes([number, 0, 1, luma, 128, 128, 255])))
    palettes.take(pgs_segment(0x16, struct.pack(">HHBHBBBB", *SCREEN, 0x10, 0, 0, 0, 1, 1)))
    assert palettes.take(pgs_segment(0x80, b""))[1] == (255, 255, 255, 255)


def pgs_segment(kind: int, content: bytes) -> bytes:
    return struct.pack(">BH", kind, len(content)) + content


@pytest.mark.parametrize("codec", ["dvd_subtitle", "hdmv_pgs_subtitle"])
@given(st.tuples(*[st.integers(1, 5000)] * 4), st.tuples(*[st.integers(1, 5000)] * 2), st.data())
def test_every_picture_is_within_the_film(
    codec: str, film_and_screen: tuple[int, int, int, int], picture: tuple[int, int], data: st.DataObject
) -> None:
    """Whatever sizes the track states: a page could not place a picture that is larger than the film."""
    film, screen = film_and_screen[:2], film_and_screen[2:]
    header = f"size: {screen[0]}x{screen[1]}\npalette: " + ", ".join(["808080"] * 16)
    track = image_track("s0/subtitles", codec, header, film=film, storage=FolderStorage(Path("unused")))
    if isinstance(track.colours, BluRayPalettes):
        track.colours.screen = screen
    left, top = data.draw(st.tuples(*[st.integers(0, 5000)] * 2))
    x, y, width, height = track.place(left, top, *picture)
    assert 0 <= x <= x + width <= 1.00002
    assert 0 <= y <= y + height <= 1.00002


def test_a_png_holds_the_pixels() -> None:
    """Its rows are those of the indices, each after the number of its filter."""
    data = png(3, 2, bytes([0, 1, 1, 1, 0, 0]), [(1, 2, 3, 4), (5, 6, 7, 8)])
    at = data.index(b"IDAT")
    length = int.from_bytes(data[at - 4 : at], "big")
    assert zlib.decompress(data[at + 4 : at + 4 + length]) == bytes([0, 0, 1, 1, 0, 1, 0, 0])
