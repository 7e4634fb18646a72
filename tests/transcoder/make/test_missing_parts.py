"""What a film has lost is found while it is encoded, in every kind of container; a whole film has no warning."""

from pathlib import Path
from typing import Any

import av
import pytest

from transcoder.films import X264, audio, make, video
from transcoder.running import transcode

pytestmark = pytest.mark.media

SECONDS = 6
LOST = (2.0, 4.0)
PICTURE = video("64x48", rate="25", seconds=SECONDS)
MPEG2 = ["-c:v", "mpeg2video", "-b:v", "500k", "-g", "12", "-c:a", "mp2"]
H264 = [*X264, "-g", "12", "-c:a", "ac3"]


def without(film: Path, kind: str) -> Path:
    """The film without the packets of a kind during LOST."""
    target = film.with_name(f"lost-{film.name}")
    with av.open(str(film)) as given, av.open(str(target), "w") as written:
        streams = {stream.index: written.add_stream_from_template(stream) for stream in given.streams}
        for packet in given.demux():
            if packet.dts is None or (packet.stream.type == kind and _is_lost(packet)):
                continue
            packet.stream = streams[packet.stream_index]
            written.mux(packet)
    return target


def damaged(film: Path, kind: str) -> Path:
    """The film with other bytes in those packets."""
    data, at = bytearray(film.read_bytes()), 0
    with av.open(str(film)) as container:
        for packet in container.demux():
            if packet.dts is None or packet.stream.type != kind:
                continue
            at = data.index(bytes(packet), at + 1)  # those of silence are all the same
            if _is_lost(packet):
                data[at : at + packet.size] = bytes(number * 167 % 251 for number in range(packet.size))
    target = film.with_name(f"damaged-{film.name}")
    target.write_bytes(data)
    return target


def _is_lost(packet: "av.Packet[Any]") -> bool:
    return packet.pts is not None and LOST[0] <= float(packet.pts * packet.time_base) - _start(packet) < LOST[1]


def _start(packet: "av.Packet[Any]") -> float:
    return float((packet.stream.start_time or 0) * packet.time_base)


def losses(film: Path, folder: Path) -> list[dict[str, Any]]:
    outcome = transcode(film, folder / "out")
    assert outcome.exit_code == 0, outcome.log
    found: list[dict[str, Any]] = outcome.last["losses"]
    assert outcome.last["warnings"] == [each["message"] for each in found]
    return found


@pytest.mark.parametrize(
    ("name", "codecs", "spoil", "kind", "expected"),
    [
        ("a.mkv", H264, without, "audio", ["sound_missing"]),
        ("a.mkv", H264, damaged, "audio", ["sound_missing"]),
        ("a.mkv", H264, damaged, "video", ["picture_missing"]),
        ("a.ts", MPEG2, without, "audio", ["sound_missing"]),
        ("a.ts", MPEG2, without, "video", ["picture_missing"]),
        ("a.ts", H264, without, "video", ["picture_missing"]),  # a copy
        ("a.mkv", H264, without, "video", []),  # a recorded screen on which nothing moved
    ],
    ids=["gap", "damaged sound", "damaged picture", "lost sound", "lost picture", "lost from a copy", "nothing moves"],
)
def test_two_seconds(name: str, codecs: list[str], spoil: Any, kind: str, expected: list[str], tmp_path: Path) -> None:
    """Each loss has its kind, and its times in seconds of the film."""
    film = make(tmp_path / name, [*PICTURE, *audio(SECONDS), *codecs])
    found = losses(spoil(film, kind), tmp_path)
    assert [each["kind"] for each in found] == expected
    for each in found:
        first, last = each["parts"][0], each["parts"][-1]  # a damaged frame may still decode to something
        assert (first["begin_s"], last["end_s"]) == (pytest.approx(LOST[0], abs=0.3), pytest.approx(LOST[1], abs=0.5))


def test_sound_that_ends_early(tmp_path: Path) -> None:
    """The track is named where there are two; the other one, which ends a moment early, has lost nothing."""
    both = ["-map", "0", "-map", "1", "-map", "2", "-metadata:s:a:1", "language=ger"]
    film = make(tmp_path / "a.mkv", [*PICTURE, *audio(SECONDS - 0.1), *audio(3), *both, *H264])
    (loss,) = losses(film, tmp_path)
    assert loss["message"] == "The sound track “German” ends at 0:03, before the film does."
    assert loss["track"] == "German"
    assert loss["parts"] == [{"begin_s": pytest.approx(3.0, abs=0.05), "end_s": SECONDS}]


SHORT = video("64x48", rate="25", seconds=3)


@pytest.mark.parametrize(
    ("name", "inputs", "kinds"),
    [
        ("a.ts", ["-itsoffset", "1", *SHORT, *audio(4)], []),
        ("a.ts", [*SHORT, *audio(SECONDS)], ["picture_missing"]),  # it says that the last frame stays
        ("a.ts", [*video("64x48", "25", 40), "-itsoffset", "30", *audio(10)], []),
        ("a.mkv", [*video("64x48", "25", 40), "-itsoffset", "30", *audio(10)], []),
        ("a.flv", [*PICTURE, "-itsoffset", "3", *audio(3)], []),
    ],
    ids=["sound first", "sound last", "late sound in TS", "late sound in Matroska", "late sound in FLV"],
)
def test_streams_that_begin_or_end_apart(name: str, inputs: list[str], kinds: list[str], tmp_path: Path) -> None:
    """A stream is not missing where its author has put none."""
    film = make(tmp_path / name, [*inputs, *X264, "-c:a", "aac"])
    assert [each["kind"] for each in losses(film, tmp_path)] == kinds
