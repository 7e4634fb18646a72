"""Gives ffmpeg one stream of a file whose times have to be corrected, as a NUT file through a pipe.

ffmpeg would correct a clock that jumps per process, and so differently for picture and sound; and its version of libav
may read other times than ours. The packets are those that the probe has measured.
"""

import io
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import av.error
from av.stream import Stream

from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.source.continuous import demux
from watchparty_transcoder.source.source import Source, open_media

BUFFER_BYTES = 1 << 18


def feed(source: Source, plan: Plan, stream: int, begin_s: Fraction) -> Iterator[bytes]:
    """The stream as parts of a NUT file in which the film begins at `begin_s`."""
    written = io.BytesIO()
    shift_s = begin_s - Fraction(plan.container_origin_s).limit_denominator(1_000_000)
    with open_media(source, decoded=False) as container, av.open(_Pipe(written), "w", format="nut") as nut:
        given = container.streams[stream]
        target: Stream = nut.add_stream_from_template(given, opaque=True)  # else libav needs an encoder for it
        nut.start_encoding()
        unit = target.time_base or Fraction(1, 90_000)
        last = -1
        # all timed streams are read, because they follow the picture's jumps together
        for packet in demux(container, plan.demuxer, _timed(container.streams, stream)):
            if packet.stream_index != stream or packet.time_base is None:
                continue
            stamp = packet.dts if packet.dts is not None else packet.pts
            shift = round(shift_s / packet.time_base)
            least = math.ceil(unit / packet.time_base)  # NUT refuses two packets of a stream at one of its own ticks
            at = max(last + least, 0 if stamp is None else stamp + shift)
            if stamp is not None and stamp + shift < 0:
                continue
            packet.pts = at if packet.pts is None else max(packet.pts + shift, at)
            packet.dts = last = at
            packet.stream = target
            nut.mux(packet)
            if written.tell() > BUFFER_BYTES:
                yield _taken(written)
    yield _taken(written)


def _timed(streams: Iterable[Stream], stream: int) -> list[Stream]:
    return [each for each in streams if each.type in ("video", "audio") or each.index == stream]


class _Pipe:
    """A file that cannot seek, so that the muxer never goes back."""

    def __init__(self, target: io.BytesIO) -> None:
        self._target = target

    def write(self, data: bytes) -> int:
        return self._target.write(data)


def _taken(written: io.BytesIO) -> bytes:
    data = written.getvalue()
    written.seek(0)
    written.truncate()
    return data
