"""When each stream of a file begins to be missing or ends, and how many frames it has. Called by `probe`.

An index that is written last (MP4, Matroska with its cues) is trusted unless bytes that it refers to are missing; a
header is trusted only as far as the index agrees with it. Any other file is read once from start to end, without
decoding: what is there counts, even if the file was cut off.
"""

import contextlib
import math
import re
import time
from dataclasses import dataclass, field, replace

import av.error
from av.container import InputContainer
from av.stream import Stream

from watchparty_transcoder.errors import TimedOut
from watchparty_transcoder.plan.models import Keyframe
from watchparty_transcoder.probe.cut_off import is_cut_off
from watchparty_transcoder.probe.cut_points import CutPointRecorder
from watchparty_transcoder.source.continuous import demux
from watchparty_transcoder.source.source import Source, open_media

Ends = dict[int, float]  # by stream index: seconds on the file's own clock

SMALL_BYTES = 32 << 20
"""Reading all of such a file takes no time, so its header need not be trusted."""
LAST_KEYFRAME_S = 30.0
LEAP_S = 60.0
"""One flipped bit in a timestamp would make a film days long. After an intended pause, more packets follow."""
HEADER_MAY_MISS_S = 0.5
"""A header that is this much shorter than the index is wrong."""
MICROSECONDS = 1_000_000
CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Durations:
    ends: Ends
    consumed: bool  # the container was read to its end
    cut_off: bool = False
    frames: dict[int, int] = field(default_factory=dict)  # packets per stream, where the container was read
    cut_points: dict[int, tuple[Keyframe, ...]] = field(default_factory=dict)  # the same, by presentation time
    begins: dict[int, float] = field(default_factory=dict)  # the same: when the first packet of a stream is presented


def measure_durations(
    source: Source, container: InputContainer, demuxer: str, *, fragmented: bool, at_most_s: float
) -> Durations:
    """Of Matroska, `container` has read its cues, and may be at any place."""
    size_bytes = source.size_bytes()
    with source.open() as file:
        cut_off = is_cut_off(file, demuxer, size_bytes)
    if demuxer == "matroska" and size_bytes >= SMALL_BYTES:
        with contextlib.suppress(av.error.FFmpegError):  # there may be no index
            container.seek(0)  # libav reads an index at the end of the file only for the first seek
    declared = _declared(container, demuxer)
    if not fragmented and _header_is_believed(container, demuxer, declared, size_bytes):
        there = {each.index: _end_of_bytes(each, size_bytes) for each in container.streams}
        short = {index: end for index, end in there.items() if end is not None}
        return Durations({**declared, **short}, consumed=False, cut_off=bool(short) or cut_off)
    with open_media(source) if demuxer == "matroska" else contextlib.nullcontext(container) as unread:
        read = _read_through(unread, demuxer, at_most_s=at_most_s)
    return replace(read, cut_off=cut_off)


def _header_is_believed(container: InputContainer, demuxer: str, declared: Ends, size_bytes: int) -> bool:
    if demuxer == "mov":
        return any(len(each.index_entries) for each in container.streams)
    if demuxer != "matroska" or not container.duration or size_bytes < SMALL_BYTES:
        return False
    # its index is written last: if it reaches the declared end, nothing is missing
    left = [declared[each.index] - at for each in container.streams if (at := _last_indexed(each)) is not None]
    return any(0 <= each < LAST_KEYFRAME_S for each in left) and min(left) >= 0


def _declared(container: InputContainer, demuxer: str) -> Ends:
    start_s, length_s = (container.start_time or 0) / MICROSECONDS, (container.duration or 0) / MICROSECONDS
    whole = start_s + length_s
    if demuxer == "matroska":
        # the header of a film whose clock begins late holds its end or its length, depending on the writer
        last = max((at for each in container.streams if (at := _last_indexed(each)) is not None), default=0.0)
        whole = length_s if length_s >= max(last, start_s) else whole
    return {each.index: _declared_end(each, demuxer, whole) for each in container.streams}


def _declared_end(stream: Stream, demuxer: str, whole: float) -> float:
    indexed = _indexed_length(stream) if demuxer == "mov" else 0.0
    if (stream.duration or indexed) and stream.time_base:
        start = float((stream.start_time or 0) * stream.time_base)
        return start + max(float((stream.duration or 0) * stream.time_base), indexed)
    # Matroska muxers write each track's end as a tag; the header only has that of the longest
    found = CLOCK.fullmatch(stream.metadata.get("DURATION", ""))
    return min(whole, int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])) if found else whole


def _indexed_length(stream: Stream) -> float:
    """Seconds from the first sample of an MP4's tables to the end of the last one, where the headers say less."""
    entries = stream.index_entries
    count = len(entries)
    if count < 3 or stream.time_base is None or entries[count - 1].is_discard:
        return 0.0
    first = next((entry.timestamp for entry in entries if not entry.is_discard), 0)
    last, before = entries[count - 1].timestamp, entries[count - 2].timestamp
    length = float((last + (last - before) - first) * stream.time_base)
    return length if length - float((stream.duration or 0) * stream.time_base) > HEADER_MAY_MISS_S else 0.0


def _last_indexed(stream: Stream) -> float | None:
    count = len(stream.index_entries)
    if not count or stream.time_base is None:
        return None
    return float(stream.index_entries[count - 1].timestamp * stream.time_base)


def _end_of_bytes(stream: Stream, size_bytes: int) -> float | None:
    """The time up to which the data is there, if the index points past the end of the file; None: all is there."""
    entries = stream.index_entries
    if not len(entries) or stream.time_base is None:
        return None
    last = entries[len(entries) - 1]
    if last.pos + max(0, last.size) <= size_bytes:
        return None
    end = next((entry.timestamp for entry in entries if entry.pos + max(0, entry.size) > size_bytes), 0)
    return float(end * stream.time_base)


def _read_through(container: InputContainer, demuxer: str, *, at_most_s: float) -> Durations:
    deadline = time.monotonic() + at_most_s
    begins: dict[int, float] = {}
    latest: Ends = {}  # when the last packet of a stream is presented
    steps: dict[int, float] = {}  # how long the last packet that was stored lasts
    frames: dict[int, int] = {}
    cut_points = CutPointRecorder(container.streams)
    leaps: Ends = {}  # a packet far ahead of the previous one, until another one continues from there
    with contextlib.suppress(av.error.FFmpegError):  # the film ends where a damaged tail begins
        for packet in demux(container, demuxer, container.streams):
            index = packet.stream_index
            known = latest.get(index)
            if packet.time_base is None:
                continue
            frames[index] = frames.get(index, 0) + 1
            cut_points.add(packet)
            # streams without a container have no timestamps: each frame follows the previous one
            following = (known or 0.0) + steps.get(index, 0.0)
            at = float(packet.pts * packet.time_base) if packet.pts is not None else following
            begins.setdefault(index, at)
            if known is not None and known + LEAP_S < at < leaps.get(index, math.inf):
                leaps[index] = at
                continue
            leaps.pop(index, None)
            # durations are distances in the order of storage: only that of the last packet is certainly none of a pause
            if packet.duration:
                steps[index] = float(packet.duration * packet.time_base)
            elif known is not None and at > known:
                steps[index] = at - known
            latest[index] = at if known is None else max(known, at)
            if time.monotonic() > deadline:
                raise TimedOut("reading the whole file")
    ends = {index: at + steps.get(index, 0.0) for index, at in latest.items()}
    return Durations(ends, consumed=True, frames=frames, cut_points=cut_points.found(), begins=begins)
