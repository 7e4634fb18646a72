"""The list of decoded frames shows what was not decoded."""

from watchparty_transcoder.ffmpeg.decoded_frames import DecodedFrames

HEADER = [b"#software: Lavf59.27.100\n", b"#tb 0: 1/48000\n", b"#media_type 0: audio\n"]


def decoded(*begins: int) -> DecodedFrames:
    frames = DecodedFrames()
    for line in (*HEADER, *(b"0, %10d, %10d, 1024, 2048, 0x00000000\n" % (at, at) for at in begins)):
        assert frames.take(line)
    return frames


def test_without_a_gap() -> None:
    """Rounded times, and a first frame before the beginning, leave none."""
    assert list(decoded(-1024, 0, 1020, 2048).gaps(0.0, 0.064)) == []


def test_gaps() -> None:
    """In the middle and at both ends, only within the requested stretch."""
    frames = decoded(*range(48_000, 96_000, 1024), *range(192_000, 240_000, 1024))
    assert [(round(begin, 2), round(end, 2)) for begin, end in frames.gaps(0.5, 6.0)] == [
        (0.5, 1.0), (2.0, 4.0), (5.0, 6.0),
    ]  # fmt: skip
    assert list(frames.gaps(1.2, 1.9)) == []
    assert list(DecodedFrames().gaps(0.0, 2.0)) == [(0.0, 2.0)]


def test_lines_of_the_log_are_left_alone() -> None:
    """Also those that contain commas."""
    frames = decoded()
    for line in (b"[h264 @ 0x5] error while decoding MB 1 2, bytestream 3\n", b"a, b, c, d, e, f\n", b"\n"):
        assert not frames.take(line)
