"""Where the original's own video could be cut into segments, about two seconds apart. Called by `probe`.

An MP4 lists every frame in its tables; Matroska lists keyframes in its cues, of which some are looked up; of any other
file the packets are seen anyway, because it is read to its end. A keyframe counts only if it is an IDR frame.
"""

import contextlib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from statistics import median_low
from typing import Any

import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4 import avc, coded_video
from watchparty_transcoder.mp4.coded_video import ReadFrame
from watchparty_transcoder.mp4.decode_times import needed_lead
from watchparty_transcoder.plan.models import Keyframe
from watchparty_transcoder.probe.h264 import IdrFinder
from watchparty_transcoder.source.source import Source

CUT_SPACING_S = Fraction(19, 10)
"""Two seconds, less a little for keyframes that are not quite on time."""
CUES_LOOKED_UP = 6
"""Spread over the film: each costs a seek."""
PACKETS_AFTER_A_SEEK = 200
"""Read at most until the keyframe follows to which a cue points."""


def in_tables(source: Source, stream: VideoStream, codec: str) -> tuple[Keyframe, ...]:
    """The cut points in an MP4's own index; empty for a broken one.

    Of H.264 each is looked up. The keyframes of VP9 and AV1 are checked while they are copied: they have no other kind.
    """
    header = stream.codec_context.extradata or b""
    sets = avc.read_sets(header) if codec == coded_video.H264 else None
    if stream.time_base is None or (codec == coded_video.H264 and (sets is None or not sets.length_bytes)):
        return ()
    if frame_reader_of(stream, codec) is None:
        return ()
    spacing = int(CUT_SPACING_S / stream.time_base)
    places: list[tuple[int, int]] = []  # decode time, bytes of video before it
    before = 0
    last = None
    with IdrFinder(source, sets.length_bytes if sets else 4) as idr:
        if sets:
            idr.prefetch(entry.pos for entry in stream.index_entries if entry.is_keyframe)
        for entry in stream.index_entries:
            timestamp, position, size = entry.timestamp, entry.pos, entry.size
            if entry.is_discard or (last is not None and timestamp <= last) or position + size > idr.size:
                return ()
            last = timestamp
            if (
                entry.is_keyframe
                and (not places or timestamp - places[-1][0] >= spacing)
                and (sets is None or idr.is_idr(position, size))
            ):
                places.append((timestamp, before))
            before += size
    return _keyframes(places, before)


def frame_reader_of(stream: VideoStream, codec: str) -> ReadFrame | None:
    context = stream.codec_context
    return coded_video.frame_reader(codec, context.extradata or b"", context.width, context.height)


def in_cues(
    container: InputContainer, stream: VideoStream, read: ReadFrame | None, size_bytes: int
) -> tuple[Keyframe, ...]:
    """The cut points of a Matroska file whose cues have been read, by presentation time; empty if they are wrong.

    The bytes from one to the next include the other streams.
    """
    if read is None or stream.time_base is None:
        return ()
    spacing = int(CUT_SPACING_S / stream.time_base)
    places: list[tuple[int, int]] = []
    for entry in stream.index_entries:
        timestamp, position = entry.timestamp, entry.pos
        if not entry.is_keyframe or (places and timestamp - places[-1][0] < spacing):
            continue
        if position >= size_bytes or (places and position < places[-1][1]):
            return ()
        places.append((timestamp, position))
    step = max(1, len(places) // CUES_LOOKED_UP)
    if not all(_is_idr_at(container, stream, timestamp, read) for timestamp, _ in places[::step]):
        return ()
    return _keyframes(places, size_bytes)


def _is_idr_at(container: InputContainer, stream: VideoStream, timestamp: int, read: ReadFrame) -> bool:
    with contextlib.suppress(av.error.FFmpegError, PlanMismatch):
        container.seek(timestamp, stream=stream)
        for packet in islice(container.demux(stream), PACKETS_AFTER_A_SEEK):
            if packet.pts == timestamp:
                return read(bytes(packet)).idr
    return False


class CutPointRecorder:
    """Notes the cut points of each stream that may be copied while a file is read to its end."""

    def __init__(self, streams: Iterable[Stream]) -> None:
        self._streams: dict[int, _Recorded] = {}
        for stream in streams:
            if isinstance(stream, VideoStream) and stream.codec_context and stream.time_base:
                read = frame_reader_of(stream, stream.codec_context.codec.canonical_name)
                if read:
                    self._streams[stream.index] = _Recorded(read, int(CUT_SPACING_S / stream.time_base))

    def add(self, packet: "Packet[Stream]") -> None:
        if (recorded := self._streams.get(packet.stream_index)) is not None:
            recorded.add(packet)

    def found(self) -> dict[int, tuple[Keyframe, ...]]:
        """By stream, with presentation times instead of decode times."""
        return {index: _keyframes(each.places, each.bytes) for index, each in self._streams.items() if each.usable}


class _Recorded:
    def __init__(self, read: ReadFrame, spacing: int) -> None:
        self._read = read
        self._spacing = spacing
        self.places: list[tuple[int, int]] = []
        self.bytes = 0
        self.usable = True

    def add(self, packet: "Packet[Stream]") -> None:
        at = packet.pts
        if at is None:
            self.usable = False
        elif packet.is_keyframe and (not self.places or at - self.places[-1][0] >= self._spacing):
            try:
                if self._read(bytes(packet)).idr:
                    self.places.append((at, self.bytes))
            except PlanMismatch:
                self.usable = False
        self.bytes += packet.size


def lead_of(packets: Iterable["Packet[Any]"]) -> int:
    """By how many ticks of the stream decoding has to run ahead, judged by the first packets of a film."""
    times = [(packet.pts, packet.duration or 0) for packet in packets if packet.pts is not None]
    frame = median_low([duration for _, duration in times] or [0])  # a pause makes some of them last long
    return needed_lead([shown for shown, _ in times]) + frame  # later groups may be reordered by one frame more


def _keyframes(places: Sequence[tuple[int, int]], end: int) -> tuple[Keyframe, ...]:
    sizes = [following[1] - this[1] for this, following in pairwise([*places, (0, end)])]
    return tuple(Keyframe(decode=place[0], bytes_to_next=size) for place, size in zip(places, sizes, strict=True))
