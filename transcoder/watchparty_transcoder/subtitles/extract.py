"""Extracts the text subtitles of a film, each track as one WebVTT file on the timeline of the renditions.

Reads the film once for all tracks, in this process. Bitmap subtitles (PGS, VobSub) are not extracted.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence

import av.error
from av.stream import Discard
from av.subtitles.subtitle import AssSubtitle

from watchparty_transcoder.errors import Cancelled
from watchparty_transcoder.plan.models import SubtitlePlan
from watchparty_transcoder.source.continuous import JUMPING, demux
from watchparty_transcoder.source.source import Source, open_media
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage
from watchparty_transcoder.subtitles.cue_text import from_ass
from watchparty_transcoder.subtitles.webvtt import Cue, to_webvtt

log = logging.getLogger(__name__)

UNTIMED_S = 4.0
"""How long a cue without a duration is shown."""


def extract(
    source: Source,
    tracks: Sequence[SubtitlePlan],
    *,
    demuxer: str,
    origin_s: float,
    storage: Storage,
    cancelled: Callable[[], bool],
) -> None:
    """`origin_s` is the moment, on the file's own clock, that is 0 in every rendition."""
    cues: dict[int, list[Cue]] = {track.stream: [] for track in tracks}
    with open_media(source) as container:
        timed = {
            stream.index for stream in container.streams if demuxer in JUMPING and stream.type in ("video", "audio")
        }
        for stream in container.streams:
            if stream.index not in cues and stream.index not in timed:
                stream.discard = Discard.all
        # a damaged tail does not invalidate the cues before it
        with contextlib.suppress(av.error.EOFError, av.error.InvalidDataError):
            read = [stream for stream in container.streams if stream.index in cues or stream.index in timed]
            for packet in demux(container, demuxer, read):
                if cancelled():
                    raise Cancelled
                if packet.pts is None or packet.stream_index not in cues:
                    continue
                start_s = float(packet.pts * packet.time_base) - origin_s
                length_s = float((packet.duration or 0) * packet.time_base) or UNTIMED_S
                with contextlib.suppress(av.error.FFmpegError):  # skip the unreadable cue, keep the track
                    for line in packet.decode():
                        if isinstance(line, AssSubtitle):
                            text = from_ass(line.ass.decode(errors="replace"))
                            cues[packet.stream_index].append(Cue(start_s=start_s, end_s=start_s + length_s, text=text))
    for track in tracks:
        log.info("%s: %d cues", track.name, len(cues[track.stream]))
        storage.create(layout.subtitles(track.name), to_webvtt(cues[track.stream]).encode())
