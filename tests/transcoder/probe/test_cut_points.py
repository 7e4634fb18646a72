"""Cut points in the cues of Matroska files count only where the file has an IDR frame."""

import re
from pathlib import Path

import pytest
from av.packet import Packet

from transcoder.films import make, video
from watchparty_transcoder.config import Limits
from watchparty_transcoder.plan.models import Facts
from watchparty_transcoder.probe import cut_points, durations
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

pytestmark = pytest.mark.media

SECONDS = 20
CUES = b"\x1c\x53\xbb\x6b"
CUE_TIME, CUE_POSITION = b"\xb3", b"\xf1"
CODING = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50"]
OPEN_GROUPS = ["-c:v", "libx264", "-preset", "fast", "-x264-params", "open-gop=1:keyint=50:bframes=3:scenecut=0"]


def make_large(folder: Path, coding: list[str]) -> Path:
    """Large enough that its header is believed, which the cues have to confirm; most of it is an attachment."""
    padding = folder / "padding.bin"
    with padding.open("wb") as file:
        file.truncate(durations.SMALL_BYTES)
    attached = ["-attach", str(padding), "-metadata:s:t", "mimetype=application/octet-stream"]
    return make(folder / "large.mkv", [*video("192x108", "25", SECONDS), *coding, *attached, "-write_crc32", "0"])


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_large(tmp_path_factory.mktemp("large"), CODING)


def test_a_pause_does_not_count_as_a_frame() -> None:
    """Decoding runs ahead by one frame more than the first groups need, however long one of them is shown."""
    frames = [(0, 512), (1024, 512), (512, 512), (17_920, 9216), (18_944, 512), (18_432, 512)]
    packets = [Packet(b"x") for _ in frames]
    for packet, (shown, duration) in zip(packets, frames, strict=True):
        packet.pts, packet.duration = shown, duration
    assert cut_points.lead_of(packets) == 512 + 512


def facts_of(film: Path) -> Facts:
    return probe(on_disk(film), Limits())


def places(film: Path) -> list[float]:
    facts = facts_of(film)
    assert facts.video
    video = facts.video
    return [round(float((each.decode + video.reorder) * video.time_base), 3) for each in video.keyframes]


def cues(data: bytes, element: bytes) -> list[slice]:
    """Where the value of this element is, in each cue."""
    begin = data.rindex(CUES)
    found = re.finditer(element + rb"([\x81-\x84])", data[begin:])
    return [slice(begin + each.end(), begin + each.end() + (each[1][0] & 0x0F)) for each in found]


def damaged(film: Path, target: Path, element: bytes, value: int) -> Path:
    """With another value in the seventh cue, which is not read before it is needed."""
    place = cues(film.read_bytes(), element)[6]
    data = bytearray(film.read_bytes())
    data[place] = value.to_bytes(place.stop - place.start, "big")
    target.write_bytes(data)
    return target


def test_cues_are_read_without_reading_the_film(large: Path) -> None:
    """They are at the end, and libav reads them only when it seeks."""
    facts = facts_of(large)
    assert facts.seekable
    assert places(large) == [2.0 * number for number in range(SECONDS // 2)]
    assert facts.video
    coded = large.stat().st_size - durations.SMALL_BYTES
    assert sum(each.bytes_to_next for each in facts.video.keyframes) == pytest.approx(coded, rel=0.02)


def test_cues_of_open_groups(tmp_path: Path) -> None:
    """The keyframes are there, but no frame after the first is an IDR frame."""
    film = make_large(tmp_path, OPEN_GROUPS)
    assert facts_of(film).seekable
    assert places(film) == []


def test_a_cue_with_a_wrong_time(large: Path, tmp_path: Path) -> None:
    """Nothing is cut where no frame is."""
    assert places(damaged(large, tmp_path / "film.mkv", CUE_TIME, 12_013)) == []


def test_a_cue_that_points_elsewhere(large: Path, tmp_path: Path) -> None:
    """Past the end of the file, or before the previous one, although the frame is found from there."""
    data = large.read_bytes()
    earlier = int.from_bytes(data[cues(data, CUE_POSITION)[4]], "big")
    for position in (0x7FFFFFFF, earlier):
        assert places(damaged(large, tmp_path / "film.mkv", CUE_POSITION, position)) == []


def test_how_far_decoding_has_to_run_ahead(tmp_path: Path) -> None:
    """By the depth of the B frames, and a frame more in case that later groups are deeper."""
    coding = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "3"]
    for name, b_frames in (("pyramid.mkv", ["-b_strategy", "0"]), ("none.mkv", ["-bf", "0"])):
        video_facts = facts_of(make(tmp_path / name, [*video("192x108", "25", 5), *coding, *b_frames])).video
        assert video_facts
        assert video_facts.reorder == (120 if name == "pyramid.mkv" else 40)


def test_a_film_without_cues(tmp_path: Path) -> None:
    """It is read to its end anyway, and its keyframes are seen then."""
    film = make(tmp_path / "film.mkv", [*video("192x108", "25", SECONDS), *CODING, "-live", "1"])
    assert places(film) == [2.0 * number for number in range(SECONDS // 2)]
