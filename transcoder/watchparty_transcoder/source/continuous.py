"""Puts the packets of a file on one continuous clock. Pure, apart from the container that `demux` reads.

In MPEG transport and programme streams a clock may begin anywhere, and starts again where a recording was interrupted,
where discs change cells and where files were joined. A packet that is more than 0.1 s earlier or 10 s later than its
predecessor's end begins a new part, as in ffmpeg; it then follows directly. All streams of a part are shifted by the
same amount, so that they stay in sync; packets of the previous part that arrive late keep the previous shift.
"""

import contextlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeVar

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream

JUMPING = ("mpegts", "mpeg", "ogg")
"""Demuxers of formats whose clock may jump."""
REWRITTEN = (*JUMPING, "gif")
"""Demuxers whose times are changed here, so that ffmpeg has to be given the result."""
SHORTEST_GIF_S, USUAL_GIF_S = Fraction(2, 100), Fraction(10, 100)
"""Every browser shows frames with a shorter delay for the usual time; libav did so, and no longer does."""
TICKS = 90_000
"""Per second, in which the times of different streams are compared."""
BACK = TICKS // 10
AHEAD = 10 * TICKS
"""ffmpeg's own limits."""
LOOK_AHEAD = 400
"""Packets in which the picture's own jump is searched: at most a second or two."""
LEADS_BY = TICKS
"""Within a part, the sound may begin this much before the picture or after it, and still follow its jump."""


class Stamped(Protocol):
    """What the clock needs of a packet."""

    @property
    def stream_index(self) -> int: ...
    @property
    def duration(self) -> int | None: ...
    @property
    def time_base(self) -> Fraction | None: ...

    pts: int | None
    dts: int | None


Stamp = TypeVar("Stamp", bound=Stamped)


@dataclass(slots=True)
class _Stream:
    shift: int
    next: int  # the time at which the following packet is expected, after the shift

    def distance(self, stamp: int, shift: int) -> int:
        return stamp + shift - self.next

    def follows(self, stamp: int, shift: int) -> bool:
        return -BACK <= self.distance(stamp, shift) <= AHEAD


def demux(container: InputContainer, demuxer: str, streams: Iterable[Stream]) -> "Iterator[Packet[Stream]]":
    """The packets of `streams`, in the order of the file, with continuous times."""
    chosen = list(streams)
    packets = _packets(container, chosen)
    if demuxer == "gif":
        yield from _shown_as_in_browsers(packets)
        return
    if demuxer not in JUMPING:
        yield from packets
        return
    timed = [stream.index for stream in chosen if stream.type in ("video", "audio")]
    pictures = [stream.index for stream in chosen if stream.type == "video"]
    yield from continuous(packets, timed=frozenset(timed), leader=pictures[0] if pictures else None)


def _packets(container: InputContainer, streams: list[Stream]) -> "Iterator[Packet[Stream]]":
    """Damage in FLV and transport streams looks like streams that begin mid-file. PyAV does not return their packets,
    and fails on them once it has read everything.
    """
    with contextlib.suppress(IndexError):
        for packet in container.demux(streams):
            if packet.size:
                yield packet


def _shown_as_in_browsers(packets: "Iterable[Packet[Stream]]") -> "Iterator[Packet[Stream]]":
    at = 0
    for packet in packets:
        if packet.time_base is not None:
            if (packet.duration or 0) * packet.time_base < SHORTEST_GIF_S:
                packet.duration = round(USUAL_GIF_S / packet.time_base)
            packet.pts = packet.dts = at
            at += packet.duration or 0
        yield packet


def continuous(packets: Iterable[Stamp], *, timed: frozenset[int], leader: int | None) -> Iterator[Stamp]:
    """Shifts the times of each packet in place. `timed`: the streams whose jumps count; `leader`: the picture's."""
    source = iter(packets)
    waiting: deque[Stamp] = deque()
    known: dict[int, _Stream] = {}
    newest = 0
    while True:
        if not waiting and not _fill(waiting, source, 1):
            return
        packet = waiting.popleft()
        stamp = _stamp(packet)
        stream = known.get(packet.stream_index)
        if stamp is None:
            yield packet
            continue
        if stream is None:
            stream = known[packet.stream_index] = _Stream(newest, stamp + newest)
        elif packet.stream_index not in timed:
            stream.shift = newest
        else:
            if abs(stream.distance(stamp, newest)) < abs(stream.distance(stamp, stream.shift)):
                stream.shift = newest
            if not stream.follows(stamp, stream.shift):
                _fill(waiting, source, LOOK_AHEAD)
                if _is_alone(waiting, packet, stream):
                    _move(packet, stream.next - stamp)
                    yield packet
                    continue
                newest = stream.shift = _new_shift(waiting, packet.stream_index, stamp, stream, known, leader)
        _move(packet, stream.shift)
        stream.next = stamp + stream.shift + _ticks(packet, packet.duration or 0)
        yield packet


def _fill(waiting: deque[Stamp], source: Iterator[Stamp], count: int) -> bool:
    """Reads ahead up to `count` packets; whether there is any."""
    while len(waiting) < count:
        packet = next(source, None)
        if packet is None:
            break
        waiting.append(packet)
    return bool(waiting)


def _is_alone(waiting: Iterable[Stamp], packet: Stamp, stream: _Stream) -> bool:
    """Whether only this packet's time is damaged: the next one of its stream continues on the previous clock and not
    on that of this packet, which can be little more than 0.1 s behind.
    """
    following = (_stamp(each) for each in waiting if each.stream_index == packet.stream_index)
    stamp = next((each for each in following if each is not None), None)
    if stamp is None or not stream.follows(stamp, stream.shift):
        return False
    own = _stamp(packet) or 0
    duration = _ticks(packet, packet.duration or 0)
    return abs(stream.distance(stamp, stream.shift) - duration) <= abs(stamp - own - duration)


def _new_shift(
    waiting: Iterable[Stamp], index: int, stamp: int, stream: _Stream, known: dict[int, _Stream], leader: int | None
) -> int:
    """The picture continues without a gap; so does this stream if the picture does not jump here."""
    own = stream.next - stamp
    if leader is None or index == leader or leader not in known:
        return own
    picture = known[leader]
    expected = picture.next
    shift = own
    for each in waiting:
        if each.stream_index != leader or (jumped := _stamp(each)) is None:
            continue
        if not picture.follows(jumped, picture.shift):
            shift = expected - jumped
            break
        expected = jumped + picture.shift + _ticks(each, each.duration or 0)  # the sound may jump some frames earlier
    return shift if abs(shift - own) <= LEADS_BY else own


def _stamp(packet: Stamped) -> int | None:
    own = packet.dts if packet.dts is not None else packet.pts
    return None if own is None else _ticks(packet, own)


def _ticks(packet: Stamped, own: int) -> int:
    return own if packet.time_base is None else round(own * packet.time_base * TICKS)


def _move(packet: Stamped, ticks: int) -> None:
    if not ticks:
        return
    own = ticks if packet.time_base is None else round(ticks / packet.time_base / TICKS)
    if packet.pts is not None:
        packet.pts += own
    if packet.dts is not None:
        packet.dts += own
