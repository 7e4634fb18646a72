"""VP9 and AV1 are recognised by the first bits of their frames; anything unexpected ends the copy."""

import contextlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4 import av1, coded_video, vp9
from watchparty_transcoder.mp4.writer import video_init

VP9_KEY = bytes.fromhex("82498342001df010df")
"""Key frame, profile 0, 480 x 270."""
VP9_INTER = bytes.fromhex("8600409c")
AV1_SEQUENCE = bytes.fromhex("0a0a00000003b5feb3efe401")
AV1_KEY = AV1_SEQUENCE + bytes.fromhex("3204100021c8")
AV1_INTER = bytes.fromhex("320428080012")
AV1_RECORD = bytes.fromhex("81000c00") + AV1_SEQUENCE


def test_vp9_key_frames() -> None:
    """Their header states the size of the picture; other frames, and a frame shown again, cannot be joined at."""
    assert vp9.key_frame(VP9_KEY) == vp9.KeyFrame(480, 270)
    assert vp9.read_frame(VP9_KEY, 480, 270).idr
    assert not vp9.read_frame(VP9_INTER, 480, 270).idr
    assert not vp9.read_frame(b"\x88", 480, 270).idr
    with pytest.raises(PlanMismatch, match="size"):
        vp9.read_frame(VP9_KEY, 640, 360)
    for damaged in (b"", b"\x00\x00", b"\xa2" + VP9_KEY[1:], VP9_KEY[:3], b"\x82\x00\x00\x00"):
        with pytest.raises(PlanMismatch):
            vp9.read_frame(damaged, 480, 270)


def test_av1_key_frames() -> None:
    """A shown key frame after its sequence header; that header must not change."""
    read = av1.FrameReader()
    assert read(AV1_KEY).idr
    assert not read(AV1_INTER).idr
    assert not read(AV1_KEY[len(AV1_SEQUENCE) :]).idr
    with pytest.raises(PlanMismatch, match="changes"):
        read(AV1_KEY.replace(b"\xb3", b"\xb7"))
    for damaged in (b"", b"\x32\xff\xff", b"\x32" + b"\xff" * 9, AV1_SEQUENCE, b"\xb2\x01\x10"):
        with pytest.raises(PlanMismatch):
            av1.FrameReader()(damaged)


@given(st.binary(max_size=64))
def test_hostile_frames(data: bytes) -> None:
    """Any bytes are a frame or end the copy; nothing else happens."""
    for codec, header in ((coded_video.VP9, b""), (coded_video.AV1, AV1_RECORD), (coded_video.AV1, data)):
        read = coded_video.frame_reader(codec, header, 480, 270)
        if read is None:
            continue
        with contextlib.suppress(PlanMismatch):
            assert read(data).data == data


def test_names_of_codecs() -> None:
    """As browsers ask for them in `MediaSource.isTypeSupported`."""
    record = vp9.configuration(1920, 1080, Fraction(24), (1, 1, 1), full_range=False)
    names = [(coded_video.VP9, record, "vp09.00.40.08"), (coded_video.AV1, AV1_RECORD, "av01.0.00M.08")]
    for codec, configuration, name in names:
        entry = coded_video.entry(codec, configuration, 1920, 1080)
        assert coded_video.codec_name(video_init(entry, 90_000, 1920, 1080)) == name
    assert coded_video.frame_reader("hevc", AV1_RECORD, 1, 1) is None
