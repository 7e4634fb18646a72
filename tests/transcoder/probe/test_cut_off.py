"""A file counts as cut off if its own structure says that bytes are missing, and never because of a duration."""

import io
from pathlib import Path

import pytest

from transcoder.films import AAC, X264, audio, make, video
from watchparty_transcoder.probe.cut_off import is_cut_off

KINDS = {
    "mov": ("a.mp4", [*X264, *AAC, "-movflags", "+frag_keyframe+empty_moov"]),
    "matroska": ("a.mkv", [*X264, *AAC]),
    "flv": ("a.flv", [*X264, *AAC]),
    "asf": ("a.wmv", ["-c:v", "wmv2", "-c:a", "wmav2"]),
    "avi": ("a.avi", ["-c:v", "mpeg4", "-c:a", "libmp3lame"]),
}


@pytest.mark.media
@pytest.mark.parametrize("demuxer", KINDS)
def test_only_a_shortened_file_is_cut_off(demuxer: str, tmp_path: Path) -> None:
    """The complete file is not, and no shorter beginning of it passes as complete."""
    name, codecs = KINDS[demuxer]
    data = make(tmp_path / name, [*video("64x48", seconds=1), *audio(1), *codecs]).read_bytes()
    assert not is_cut_off(io.BytesIO(data), demuxer, len(data))
    for share in (0.5, 0.8, 0.99):
        short = data[: int(len(data) * share)]
        assert is_cut_off(io.BytesIO(short), demuxer, len(short)), share


@pytest.mark.parametrize("demuxer", [*KINDS, "mpegts", "wav"])
@pytest.mark.parametrize("data", [b"", b"\0" * 40, bytes(range(256)) * 3])
def test_what_is_no_container_is_never_read_for_long(demuxer: str, data: bytes) -> None:
    """Any bytes have an answer."""
    assert is_cut_off(io.BytesIO(data), demuxer, len(data)) in (True, False)
