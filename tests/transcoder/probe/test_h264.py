"""Whether an H.264 parameter set allows fields, in sets that x264 wrote."""

from pathlib import Path

import av
import pytest

from transcoder.films import make
from watchparty_transcoder.config import Limits
from watchparty_transcoder.probe.h264 import declares_progressive
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.probe.tracks import FRAMES_SAMPLED, _first_frames
from watchparty_transcoder.source.source import on_disk

VIDEO = ["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=1", "-c:v", "libx264", "-preset", "ultrafast"]


def configuration(path: Path) -> bytes:
    with av.open(str(path)) as container:
        return container.streams.video[0].codec_context.extradata or b""


@pytest.mark.media
@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        (["-pix_fmt", "yuv420p"], True),
        (["-pix_fmt", "yuv444p"], True),  # the profile's set is longer
        (["-pix_fmt", "yuv420p", "-flags", "+ildct+ilme", "-x264-params", "interlaced=1"], False),
        (["-pix_fmt", "yuv420p", "-x264-params", "fake-interlaced=1"], False),
    ],
)
def test_whether_there_can_be_fields(coding: list[str], expected: bool, tmp_path: Path) -> None:
    """Excluded only if the set is certain; otherwise frames are decoded to find out."""
    progressive = declares_progressive(configuration(make(tmp_path / "film.mp4", [*VIDEO, *coding])))
    assert progressive == expected


@pytest.mark.media
def test_a_damaged_set_is_uncertain(tmp_path: Path) -> None:
    """Cut off before the flag, of another kind, or one of several: uncertain, and not an error."""
    whole = configuration(make(tmp_path / "film.mp4", [*VIDEO, "-pix_fmt", "yuv420p"]))
    assert not any(declares_progressive(whole[:length]) for length in range(12))
    assert not declares_progressive(b"\x00\x00\x00\x01" + whole[8:])
    assert not declares_progressive(whole[:8] + bytes(len(whole) - 8))
    assert not declares_progressive(whole[:5] + b"\xe2" + whole[6:])  # another set may be used mid-film


@pytest.mark.media
@pytest.mark.parametrize(
    ("coding", "interlaced", "sampled"),
    [
        ([], False, 1),
        (["-flags", "+ildct+ilme", "-x264-params", "interlaced=1"], True, FRAMES_SAMPLED),
        (["-x264-params", "fake-interlaced=1"], False, FRAMES_SAMPLED),  # fields are possible, but there are none
    ],
)
def test_only_the_necessary_frames_are_decoded(
    coding: list[str], interlaced: bool, sampled: int, tmp_path: Path
) -> None:
    """Each frame delays the film; interlaced films are detected nevertheless."""
    film = make(tmp_path / "film.mp4", [*VIDEO, "-pix_fmt", "yuv420p", *coding])
    video = probe(on_disk(film), Limits()).video
    assert video
    assert video.interlaced == interlaced
    with av.open(str(film)) as container:
        assert len(_first_frames(container, container.streams.video[0])[1]) == sampled
