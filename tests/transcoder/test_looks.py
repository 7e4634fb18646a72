"""Colours, edges and voices are preserved."""

from collections.abc import Sequence
from pathlib import Path

import av
import pytest

from transcoder.decoding import decode_audio, loudness
from transcoder.films import X264, make
from transcoder.running import transcode

pytestmark = pytest.mark.media

PATCHES = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "black": (0, 0, 0),
}
WIDTH, HEIGHT = 384, 180


def patches() -> list[str]:
    """Six fields of known colours side by side, as RGB."""
    field = WIDTH // len(PATCHES)
    boxes = ",".join(
        f"drawbox=x={place * field}:y=0:w={field}:h={HEIGHT}:t=fill:c=0x{red:02x}{green:02x}{blue:02x}"
        for place, (red, green, blue) in enumerate(PATCHES.values())
    )
    return ["-f", "lavfi", "-i", f"color=black:s={WIDTH}x{HEIGHT}:r=25:d=1,format=gbrp,{boxes}"]


def shown(folder: Path, playlist: str) -> dict[str, Sequence[int]]:
    """The middle of each field, converted from BT.709 to RGB as a browser does."""
    field = WIDTH // len(PATCHES)
    with av.open(str(folder / playlist)) as container:
        frame = next(iter(container.decode(video=0)))
    luma, cb, cr = frame.planes
    colours: dict[str, Sequence[int]] = {}
    for place, name in enumerate(PATCHES):
        x, y = place * field + field // 2, HEIGHT // 2
        y_value = (bytes(luma)[y * luma.line_size + x] - 16) * 255 / 219
        b_value = (bytes(cb)[y // 2 * cb.line_size + x // 2] - 128) * 255 / 224
        r_value = (bytes(cr)[y // 2 * cr.line_size + x // 2] - 128) * 255 / 224
        red = y_value + 1.5748 * r_value
        green = y_value - 0.1873 * b_value - 0.4681 * r_value
        blue = y_value + 1.8556 * b_value
        colours[name] = [round(max(0, min(255, value))) for value in (red, green, blue)]
    return colours


MATRIX = {
    "BT.601, untagged": ["-vf", "scale=out_color_matrix=bt601,format=yuv420p"],
    "BT.601, tagged": ["-vf", "scale=out_color_matrix=bt601,format=yuv420p", "-colorspace", "smpte170m"],
    "BT.709, tagged": ["-vf", "scale=out_color_matrix=bt709,format=yuv420p", "-colorspace", "bt709"],
    "full range": ["-vf", "scale=out_color_matrix=bt709:out_range=full,format=yuvj420p", "-color_range", "pc",
                   "-colorspace", "bt709"],
    "RGB": ["-vf", "format=gbrp"],
}  # fmt: skip


@pytest.mark.parametrize("kind", MATRIX)
def test_colours(kind: str, tmp_path: Path) -> None:
    """Whatever matrix and range a film uses, red is the same red."""
    codec = ["-c:v", "libx264rgb" if kind == "RGB" else "libx264", "-qp", "1"]
    source = make(tmp_path / "film.nut", [*patches(), *MATRIX[kind], *codec])  # which is never copied
    outcome = transcode(source, tmp_path / "out")
    assert outcome.exit_code == 0, outcome.log
    colours = shown(outcome.folder, outcome.last["renditions"][-1]["playlist"])
    for name, expected in PATCHES.items():
        assert colours[name] == pytest.approx(expected, abs=10), name


@pytest.mark.parametrize(("transfer", "encode"), [("smpte2084", "smpte2084"), ("arib-std-b67", "arib-std-b67")])
def test_high_dynamic_range_is_not_washed_out(transfer: str, encode: str, tmp_path: Path) -> None:
    """Pure colours keep nearly all of their saturation, black is black, grey is neutral."""
    to_hdr = (
        f"zscale=tin=bt709:pin=bt709:min=gbr:rin=full:t=linear:p=bt709:m=gbr:r=full:npl=203,format=gbrpf32le,zscale=p=bt2020,"
        f"zscale=t={encode}:m=bt2020nc:r=limited:npl=203,format=yuv420p10le"
    )
    source = make(
        tmp_path / "film.mkv",
        [*patches(), "-vf", to_hdr, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
         f"log-level=error:qp=4:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"],
    )  # fmt: skip
    outcome = transcode(source, tmp_path / "out")
    assert outcome.exit_code == 0, outcome.log
    colours = shown(outcome.folder, outcome.last["renditions"][-1]["playlist"])
    assert max(colours["black"]) < 20
    assert min(colours["white"]) > 150
    assert max(colours["grey"]) - min(colours["grey"]) < 12
    for place, name in enumerate(("red", "green", "blue")):
        others = [value for number, value in enumerate(colours[name]) if number != place]
        assert colours[name][place] > 110
        assert max(others) < 0.45 * colours[name][place]


def test_transparent_parts_are_black(tmp_path: Path) -> None:
    """A white frame with a transparent right half becomes white beside black."""
    film = ["-f", "lavfi", "-i", f"color=white:s={WIDTH}x{HEIGHT}:r=25:d=1,format=yuva444p10le,"
            f"geq=lum='lum(X,Y)':cb=512:cr=512:a='if(lt(X,{WIDTH // 2}),1023,0)'"]  # fmt: skip
    source = make(tmp_path / "film.mov", [*film, "-c:v", "prores_ks", "-profile:v", "4", "-pix_fmt", "yuva444p10le"])
    outcome = transcode(source, tmp_path / "out")
    colours = shown(outcome.folder, outcome.last["renditions"][-1]["playlist"])
    assert min(colours["red"]) > 240  # the left field
    assert max(colours["black"]) < 15  # the right field


def test_interlaced_film_has_no_combs(tmp_path: Path) -> None:
    """A bar that moves between the fields gets clean edges."""
    moving = (
        f"color=black:s={WIDTH}x{HEIGHT}:r=50:d=2[g];color=white:s=60x{HEIGHT}:r=50:d=2[b];[g][b]overlay=x='n*4':y=0"
    )
    source = make(
        tmp_path / "film.ts",
        ["-f", "lavfi", "-i", f"{moving},tinterlace=interleave_top,fieldorder=tff", "-c:v", "mpeg2video", "-b:v", "8M",
         "-flags", "+ildct+ilme"],
    )  # fmt: skip
    outcome = transcode(source, tmp_path / "out")
    assert outcome.exit_code == 0, outcome.log
    with av.open(str(outcome.folder / outcome.last["renditions"][-1]["playlist"])) as container:
        frame = list(container.decode(video=0))[12]
    plane = frame.planes[0]
    rows = [bytes(plane)[row * plane.line_size : row * plane.line_size + WIDTH] for row in range(20, HEIGHT - 20)]
    bright = [sum(value > 128 for value in row) for row in rows]
    edges = [next(place for place, value in enumerate(row) if value > 128) for row in rows]
    assert max(bright) - min(bright) <= 2
    assert max(edges) - min(edges) <= 2


def test_dialogue_is_heard_on_both_sides(tmp_path: Path) -> None:
    """The centre channel of 5.1 is as loud on each side as a stereo voice; surround is quieter, bass is dropped."""
    tone = "0.25*sin(2*PI*440*t)"
    speakers = ("left", "right", "centre", "bass", "behind", "behind right")
    levels = {}
    for name in ("centre", "left", "behind", "bass"):
        channels = [tone if emitter == name else "0" for emitter in speakers]
        source = make(
            tmp_path / f"{name}.mkv",
            ["-f", "lavfi", "-i", f"aevalsrc={'|'.join(channels)}:c=5.1:s=48000:d=2", "-c:a", "flac"],
        )
        outcome = transcode(source, tmp_path / name)
        decoded = decode_audio(outcome.folder / outcome.last["audio_tracks"][0]["playlist"])
        levels[name] = [loudness(channel[20_000:60_000]) for channel in decoded.samples]
    level = 0.25 / 2**0.5
    assert levels["centre"] == pytest.approx([level, level], rel=0.15)
    assert levels["left"] == pytest.approx([level, 0], rel=0.15, abs=0.002)
    assert 0.3 * level < levels["behind"][0] < 0.7 * level
    assert max(levels["bass"]) < 0.01


def test_poster_is_not_black(tmp_path: Path) -> None:
    """A film that begins and ends in black gets a poster from between."""
    parts = "color=black:s=384x180:r=25:d=2[a];testsrc2=s=384x180:r=25:d=1[b];color=black:s=384x180:r=25:d=5[c]"
    source = make(tmp_path / "film.mp4", ["-f", "lavfi", "-i", f"{parts};[a][b][c]concat=n=3", *X264, "-g", "25"])
    outcome = transcode(source, tmp_path / "out")
    with av.open(str(outcome.folder / outcome.last["poster"])) as container:
        frame = next(iter(container.decode(video=0)))
    assert frame.width == 384
    luma = bytes(frame.planes[0])
    assert sum(luma) / len(luma) > 60


def test_sprites_show_their_moments(tmp_path: Path) -> None:
    """Each cue's region of the sheet is the frame at that time."""
    shades = "color=black:s=384x180:r=25:d=12,geq=lum='40+15*floor(T/4)*4':cb=128:cr=128"
    source = make(tmp_path / "film.mp4", ["-f", "lavfi", "-i", shades, *X264, "-g", "50"])
    outcome = transcode(source, tmp_path / "out")
    cues = (outcome.folder / outcome.last["sprites"]).read_text().split("\n\n")[1:]
    assert [cue.splitlines()[0] for cue in cues] == [
        "00:00:00.000 --> 00:00:04.000", "00:00:04.000 --> 00:00:08.000", "00:00:08.000 --> 00:00:12.000",
    ]  # fmt: skip
    with av.open(str(outcome.folder / "sprites-0.jpg")) as container:
        frame = next(iter(container.decode(video=0)))
    luma = frame.planes[0]
    for number, cue in enumerate(cues):
        x, y, width, height = map(int, cue.rpartition("xywh=")[2].split(","))
        middle = bytes(luma)[(y + height // 2) * luma.line_size + x + width // 2]
        limited = middle * 219 / 255 + 16  # JPEG is full range
        assert limited == pytest.approx(40 + 60 * number, abs=8)
