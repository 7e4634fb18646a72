"""Tells a picture that cannot be decoded from one that stands still: only the former has packets where none is seen."""

import contextlib
from collections.abc import Sequence

import av
import av.error
from av.stream import Discard

from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.source.continuous import JUMPING, demux
from watchparty_transcoder.source.source import Source, open_media

ENOUGH = 2
"""Packets within a part; one may belong to the frame at its edge."""
EDGE_S = 0.1
BROADCAST = ("mpegts", "mpeg")

Part = tuple[float, float]


def with_packets(source: Source, plan: Plan, stream: int, parts: Sequence[Part]) -> list[Part]:
    """Those parts (seconds of the film) for which the file contains coded frames. Reads only around them, if it can.

    A broadcast sends every frame, so all parts of its streams are returned: there, a part without packets was lost.
    """
    if not parts or plan.demuxer in BROADCAST:
        return list(parts)
    counts = dict.fromkeys(parts, 0)
    with open_media(source, decoded=False) as container:
        wanted = container.streams[stream]
        # in these formats all streams are read, because they follow the picture's jumps together
        read = [each for each in container.streams if each is wanted or plan.demuxer in JUMPING]
        for each in container.streams:
            if each not in read:
                each.discard = Discard.all
        with contextlib.suppress(av.error.FFmpegError):
            if plan.seekable and wanted.time_base:
                begin_s = plan.container_origin_s + parts[0][0]
                container.seek(int(begin_s / wanted.time_base), stream=wanted)
            for packet in demux(container, plan.demuxer, read):
                if packet.stream_index != stream or packet.pts is None or packet.time_base is None:
                    continue
                at_s = float(packet.pts * packet.time_base) - plan.container_origin_s
                for part in parts:
                    counts[part] += part[0] + EDGE_S < at_s < part[1] - EDGE_S
                if at_s > parts[-1][1] + 1:
                    break
    return [part for part, count in counts.items() if count >= ENOUGH]
