"""Extracts the text subtitles of a film, each track as one WebVTT file on the timeline of the renditions.

Reads the film once for all tracks, in this process. Of tracks that are pictures it stores the pictures (`images.py`),
and an empty WebVTT file, because players list no track without one.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence

import av.error
from av.packet import Packet
from av.stream import Discard, Stream
from av.subtitles.codeccontext import SubtitleCodecContext
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle

from watchparty_transcoder.errors import Cancelled
from watchparty_transcoder.plan.models import SubtitlePlan
from watchparty_transcoder.source.continuous import JUMPING, demux
from watchparty_transcoder.source.source import Source, open_media
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage
from watchparty_transcoder.subtitles.cue_text import Styled
from watchparty_transcoder.subtitles.images import LONGEST_S, ImageTrack, image_track
from watchparty_transcoder.subtitles.packets import Script, from_dialogue, from_packet, read_header
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
    film_s: float,
    size: tuple[int, int],
    storage: Storage,
    cancelled: Callable[[], bool],
) -> None:
    """`origin_s` is the moment, on the file's own clock, that is 0 in every rendition; `size` that of the picture."""
    cues: dict[int, list[Cue]] = {track.stream: [] for track in tracks}
    with open_media(source) as container:
        timed = {
            stream.index for stream in container.streams if demuxer in JUMPING and stream.type in ("video", "audio")
        }
        for stream in container.streams:
            if stream.index not in cues and stream.index not in timed:
                stream.discard = Discard.all
        scripts = {index: _script(container.streams[index]) for index in cues}
        pictures = {
            track.stream: image_track(
                track.name, track.codec, _header(container.streams[track.stream]), film=size, storage=storage
            )
            for track in tracks
            if track.images
        }
        # a damaged tail does not invalidate the cues before it
        with contextlib.suppress(av.error.EOFError, av.error.InvalidDataError):
            read = [stream for stream in container.streams if stream.index in cues or stream.index in timed]
            for packet in demux(container, demuxer, read):
                if cancelled():
                    raise Cancelled
                if packet.pts is None or packet.stream_index not in cues:
                    continue
                start_s = float(packet.pts * packet.time_base) - origin_s
                if (track_of_pictures := pictures.get(packet.stream_index)) is not None:
                    _take(packet, start_s, track_of_pictures)
                    continue
                length_s = float((packet.duration or 0) * packet.time_base) or UNTIMED_S
                end_s = start_s + length_s
                for text in _texts(packet, scripts[packet.stream_index]):
                    cues[packet.stream_index].append(Cue(start_s=start_s, end_s=end_s, text=text))
    for images in pictures.values():
        log.info("%s: %d pictures", images.name, images.count)
        images.close(film_s)
    for track in tracks:
        log.info("%s: %d cues", track.name, len(cues[track.stream]))
        storage.create(layout.subtitles(track.name), to_webvtt(cues[track.stream]).encode())


def _script(stream: Stream) -> Script:
    return read_header(_header(stream))


def _header(stream: Stream) -> str:
    context = stream.codec_context
    header = context.extradata if isinstance(stream, SubtitleStream) and context is not None else None
    return (header or b"").decode(errors="replace")


def _take(packet: "Packet[Stream]", begin_s: float, track: ImageTrack) -> None:
    """A packet that cannot be decoded removes what was shown before it."""
    context = packet.stream.codec_context
    decoded = None
    if isinstance(context, SubtitleCodecContext):
        with contextlib.suppress(av.error.FFmpegError):
            decoded = context.decode2(packet)
    length_s = float((packet.duration or 0) * packet.time_base) if packet.time_base else 0.0
    track.take(bytes(packet), decoded, begin_s, length_s if length_s < LONGEST_S else 0.0)


def _texts(packet: "Packet[Stream]", script: Script) -> list[Styled]:
    """Usually one; none for a packet that cannot be decoded: the others are kept."""
    context = packet.stream.codec_context
    settings = bytes(packet.get_sidedata("webvtt_settings")) if packet.has_sidedata("webvtt_settings") else b""
    stored = from_packet(context.name if context is not None else "", bytes(packet), settings.decode(errors="replace"))
    if stored is not None:
        return [stored]
    with contextlib.suppress(av.error.FFmpegError):
        lines = [line for line in packet.decode() if isinstance(line, AssSubtitle)]
        return [from_dialogue(line.ass.decode(errors="replace"), script) for line in lines]
    return []
