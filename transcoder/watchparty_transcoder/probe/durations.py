"""When each stream of a file ends. Called by `probe`.

A header that is written last (MP4, Matroska with its index) is trusted unless bytes that it refers to are missing. Any
other file is read once from start to end, without decoding: what is there counts, even if the file was cut off.
"""

import contextlib
import math
import re
import time
from dataclasses import dataclass

import av.error
from av.container import InputContainer
from av.stream import Stream

from watchparty_transcoder.errors import TimedOut
from watchparty_transcoder.source.source import Source

Ends = dict[int, float]  # by stream index: seconds on the file's own clock

CUT_OFF = "The end of this file is missing: it was cut off or not copied completely. Try uploading it again."
SAYS_ITS_LENGTH = ("mov", "matroska", "flv", "asf")
MAY_JUMP = ("mpegts", "mpeg")
"""Recorded streams, whose clock restarts when the programme was interrupted."""
SMALL_BYTES = 32 << 20
"""Reading all of such a file takes no time, so its header need not be trusted."""
LAST_KEYFRAME_S = 30.0
JUMP_S = 10.0
"""ffmpeg's own limit; it closes larger jumps."""
LEAP_S = 60.0
"""One flipped bit in a timestamp would make a film days long. After an intended pause, more packets follow."""
MISSING_SHARE, MISSING_S = 0.03, 0.5
MICROSECONDS = 1_000_000
CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Durations:
    ends: Ends
    consumed: bool  # the container was read to its end
    warnings: tuple[str, ...] = ()


def measure_durations(source: Source, container: InputContainer, demuxer: str, *, at_most_s: float) -> Durations:
    size_bytes = source.size_bytes()
    declared = _declared(container)
    if _header_is_believed(container, demuxer, declared, size_bytes):
        there = {each.index: _end_of_bytes(each, size_bytes) for each in container.streams}
        short = {index: end for index, end in there.items() if end is not None}
        return Durations({**declared, **short}, consumed=False, warnings=(CUT_OFF,) if short else ())
    ends = _read_through(container, demuxer, at_most_s=at_most_s)
    says, has = max(declared.values(), default=0.0), max(ends.values(), default=0.0)
    too_short = demuxer in SAYS_ITS_LENGTH and says - has > max(MISSING_S, MISSING_SHARE * says)
    missing = too_short or _riff_is_cut_off(source, size_bytes)
    return Durations(ends, consumed=True, warnings=(CUT_OFF,) if missing else ())


def _header_is_believed(container: InputContainer, demuxer: str, declared: Ends, size_bytes: int) -> bool:
    if demuxer == "mov":
        return any(len(each.index_entries) for each in container.streams)
    if demuxer != "matroska" or not container.duration or size_bytes < SMALL_BYTES:
        return False
    # its index is written last: if it reaches the declared end, nothing is missing
    return any(
        declared[each.index] - float(each.index_entries[len(each.index_entries) - 1].timestamp * each.time_base)
        < LAST_KEYFRAME_S
        for each in container.streams
        if len(each.index_entries) and each.time_base
    )


def _declared(container: InputContainer) -> Ends:
    whole = ((container.start_time or 0) + (container.duration or 0)) / MICROSECONDS
    return {each.index: _declared_end(each, whole) for each in container.streams}


def _declared_end(stream: Stream, whole: float) -> float:
    if stream.duration and stream.time_base:
        return float(((stream.start_time or 0) + stream.duration) * stream.time_base)
    # Matroska muxers write each track's end as a tag; the header only has that of the longest
    found = CLOCK.fullmatch(stream.metadata.get("DURATION", ""))
    return min(whole, int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])) if found else whole


def _end_of_bytes(stream: Stream, size_bytes: int) -> float | None:
    """The time up to which the data is there, if the index points past the end of the file; None: all is there."""
    entries = stream.index_entries
    if not len(entries) or stream.time_base is None:
        return None
    last = entries[len(entries) - 1]
    if last.size <= 0 or last.pos + last.size <= size_bytes:
        return None
    end = next((entry.timestamp for entry in entries if entry.pos + entry.size > size_bytes), 0)
    return float(end * stream.time_base)


def _riff_is_cut_off(source: Source, size_bytes: int) -> bool:
    """AVI and WAV begin with their length; a writer that does not know it writes all zeros or all ones."""
    with source.open() as file:
        head = file.read(8)
    return head[:4] == b"RIFF" and size_bytes < int.from_bytes(head[4:], "little") < 0xFFFFFFFF


def _read_through(container: InputContainer, demuxer: str, *, at_most_s: float) -> Ends:
    deadline = time.monotonic() + at_most_s
    ends: Ends = {}
    leaps: Ends = {}  # a packet far ahead of the previous one, until another one continues from there
    shift = 0.0
    # the film ends where a damaged tail begins; PyAV fails on streams that appear mid-file
    with contextlib.suppress(av.error.FFmpegError, IndexError):
        for packet in container.demux():
            known = ends.get(packet.stream_index)
            if packet.time_base is None or not packet.size:
                continue
            # streams without a container have no timestamps: each frame follows the previous one
            at = float(packet.pts * packet.time_base) + shift if packet.pts is not None else known or 0.0
            if known is not None and demuxer in MAY_JUMP and abs(at - known) > JUMP_S:
                shift += known - at
                at = known
            end = at + float((packet.duration or 0) * packet.time_base)
            if known is not None and known + LEAP_S < at < leaps.get(packet.stream_index, math.inf):
                leaps[packet.stream_index] = at
                continue
            leaps.pop(packet.stream_index, None)
            ends[packet.stream_index] = end if known is None else max(known, end)
            if time.monotonic() > deadline:
                raise TimedOut("reading the whole file")
    return ends
