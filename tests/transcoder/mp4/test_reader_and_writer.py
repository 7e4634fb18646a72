"""Fragmented MP4 that we write reads back unchanged, by our reader and by libav."""

import io
from itertools import pairwise

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_transcoder.mp4.boxes import HEADER_BYTES, box, find, walk
from watchparty_transcoder.mp4.reader import Track, read_stream, samples
from watchparty_transcoder.mp4.writer import Sample, aac_entry, audio_init, avc_entry, media_segment, video_init

AVCC = bytes.fromhex("0142c00bffe100166742c00bda0505f97011000003000100000300328f142ae001000468ce3c80")


def read_back(segment: bytes) -> list[Sample]:
    moof, mdat = find(segment, b"moof"), find(segment, b"mdat")
    assert moof
    assert mdat
    base = mdat.start - moof.start + HEADER_BYTES
    read = samples(segment[moof.start : moof.end], segment[mdat.start : mdat.end], data_base=base)
    return [sample for _, sample in read]


SAMPLES = st.lists(
    st.builds(
        lambda data, duration, ahead, sync: (data, duration, ahead, sync),
        st.binary(min_size=1, max_size=50),
        st.integers(min_value=1, max_value=5000),
        st.integers(min_value=-5000, max_value=5000),
        st.booleans(),
    ),
    min_size=1,
    max_size=20,
)


@given(SAMPLES, st.integers(min_value=0, max_value=2**40))
def test_segment_reads_back(rows: list[tuple[bytes, int, int, bool]], start: int) -> None:
    """Data, both times, duration and the keyframe flag of every sample survive."""
    written, at = [], start
    for data, duration, ahead, sync in rows:
        written.append(Sample(data, at, at + ahead, duration, sync))
        at += duration
    assert read_back(media_segment(3, written)) == written


def test_stream_reads_back_track_by_track() -> None:
    """A stream of initialisation segment and fragments returns the tracks, then their samples."""
    init = video_init(avc_entry(AVCC, 320, 180), 30_000, 320, 180)
    frames = [Sample(b"abc", 0, 0, 1000, sync=True), Sample(b"de", 1000, 1000, 1000, sync=False)]
    read = list(read_stream(io.BytesIO(init + media_segment(1, frames[:1]) + media_segment(2, frames[1:]))))
    assert read == [Track(1, 30_000, AVCC), (1, frames[0]), (1, frames[1])]


@pytest.mark.parametrize("keep", [3, 40, 700, -1])
def test_a_truncated_stream_ends_without_an_error(keep: int) -> None:
    """An incomplete fragment is ignored; the caller counts the frames."""
    init = video_init(avc_entry(AVCC, 320, 180), 30_000, 320, 180)
    whole = init + media_segment(1, [Sample(b"abc" * 50, 0, 0, 1000, sync=True)])
    assert not [item for item in read_stream(io.BytesIO(whole[:keep])) if isinstance(item, tuple)]


def test_libav_understands_our_audio() -> None:
    """The initialisation segment of encoded audio states AAC-LC, 48 kHz, two channels."""
    init = audio_init(aac_entry(bytes([0x11, 0x90]), 48_000, 2), 48_000)
    frame = bytes.fromhex("210049900219002380")
    data = init + media_segment(1, [Sample(frame, place * 1024, place * 1024, 1024, sync=True) for place in range(4)])
    with av.open(io.BytesIO(data), "r") as container:
        context = container.streams.audio[0].codec_context
        assert (context.name, context.sample_rate, context.channels) == ("aac", 48_000, 2)
        assert [packet.pts for packet in container.demux() if packet.size] == [0, 1024, 2048, 3072]


def test_walk_finds_consecutive_boxes() -> None:
    """walk finds each box, and ends at an impossible length without an error."""
    data = box(b"aaaa", b"12") + box(b"bbbb") + b"\x00\x00\xff\xffcccc"
    assert [(each.kind, data[each.start : each.end]) for each in walk(data)] == [(b"aaaa", b"12"), (b"bbbb", b"")]
    assert find(box(b"moov", box(b"trak", box(b"mdia", b"x"))), b"moov", b"trak", b"mdia") is not None
    assert find(b"", b"moov") is None


@given(st.binary(max_size=200))
def test_walking_garbage_ends(data: bytes) -> None:
    """For any bytes, the boxes found are in order and within bounds."""
    found = list(walk(data))
    assert all(0 <= each.start <= each.end <= len(data) for each in found)
    assert all(this.end <= following.start for this, following in pairwise(found))
