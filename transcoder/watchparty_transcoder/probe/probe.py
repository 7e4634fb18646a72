"""Reads an uploaded file through libav, in this process, and returns its facts or raises the reason for refusing it.

Decodes a handful of frames at most; reads the whole file only where its header cannot be trusted about the duration.
"""

import contextlib
import logging
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import av
import av.error
import av.logging
from av.container import InputContainer
from av.video.stream import VideoStream

from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import BadMedia, Corrupt, Incomplete, NoMedia, TooLarge, TooLong, Unsupported
from watchparty_transcoder.plan.models import AudioFacts, Chapter, Facts, Keyframe, VideoFacts
from watchparty_transcoder.probe import cut_points, tracks
from watchparty_transcoder.probe.channels import channel_positions
from watchparty_transcoder.probe.durations import MICROSECONDS, Durations, measure_durations
from watchparty_transcoder.probe.mp4_tables import Mp4Tables, read_tables
from watchparty_transcoder.probe.ts_programmes import programmes
from watchparty_transcoder.source.continuous import REWRITTEN
from watchparty_transcoder.source.source import Source, open_media

MAX_TITLE_CHARS = 500

log = logging.getLogger(__name__)

REFUSED_SIZE = re.compile(r"Picture size (\d+)x(\d+) (?:is invalid|exceeds)")
"""av_image_check_size2 of libavutil."""
PACKETS_FOR_A_SIZE = 16
SOUGHT_BY_BYTES = ("wav", "w64", "aiff", "caf")
"""Uncompressed sound: the place of each sample is known."""


def probe(source: Source, limits: Limits) -> Facts:
    size_bytes = source.size_bytes()
    if size_bytes == 0:
        raise NoMedia("0 bytes", sentence="This file is empty.")
    tables = read_tables(source)
    if tables and tables.encrypted:
        raise Unsupported("encrypted sample entries", sentence="This file is copy-protected, so we can’t play it.")
    try:
        with _opened(source, tables) as container:
            try:
                return _facts(source, container, tables, size_bytes, limits)
            except av.error.FFmpegError as error:
                raise Corrupt(repr(error)) from error
    except BadMedia as error:
        if not isinstance(error, TooLarge) and (refused := _refused_size(source, limits)):
            raise TooLarge(refused) from error
        raise
    except MemoryError as error:  # the sandbox's limit
        raise TooLarge("reading it takes more memory than a film may") from error


def _refused_size(source: Source, limits: Limits) -> str | None:
    """The size of frame that libav has refused to allocate, which only its log says; None: that was not the reason."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with (
            av.logging.Capture(local=False) as lines,
            contextlib.suppress(av.error.FFmpegError, MemoryError),
            open_media(source) as container,
        ):
            for packet in islice(container.demux(container.streams.video), PACKETS_FOR_A_SIZE):
                with contextlib.suppress(av.error.FFmpegError):
                    packet.decode()
    finally:
        av.logging.set_level(level)
    sizes = [found for _, _, text in lines if (found := REFUSED_SIZE.search(text))]
    return next((f"{each[1]}x{each[2]}" for each in sizes if int(each[1]) * int(each[2]) > limits.pixels), None)


@contextlib.contextmanager
def _opened(source: Source, tables: Mp4Tables | None) -> Iterator[InputContainer]:
    try:
        container = open_media(source)
    except av.error.FFmpegError as error:
        if tables and not tables.complete:
            raise Incomplete("no moov box") from error
        if tables:
            raise Corrupt(str(error)) from error
        raise Unsupported(str(error)) from error
    with container:
        yield container


def _facts(
    source: Source, container: InputContainer, tables: Mp4Tables | None, size_bytes: int, limits: Limits
) -> Facts:
    demuxer = container.format.name.split(",")[0]
    if len(container.streams) > limits.streams:
        raise TooLarge(f"{len(container.streams)} streams")
    _check_declared_sizes(source, container, limits)
    start_s = (container.start_time or 0) / MICROSECONDS
    if demuxer == "matroska":
        with contextlib.suppress(av.error.FFmpegError):
            container.seek(0)  # libav reads the cues only now
    if not tracks.films(container) and not any(stream.codec_context for stream in container.streams.audio):
        raise NoMedia("no stream that we accept")

    fragmented = bool(tables and tables.fragmented)
    durations = measure_durations(source, container, demuxer, fragmented=fragmented, at_most_s=limits.probe_s)
    groups = programmes(source) if demuxer == "mpegts" else ()
    film = tracks.choose_video(container, durations, groups)
    video = _video(source, container, film, tables, durations, size_bytes) if film else None
    audio = _audio(container, film, groups, durations)
    duration_s = video.duration_s if video else max(each.duration_s for each in audio)
    if duration_s <= 0:
        raise Incomplete("no frame has a timestamp")
    _check_size(video, audio, limits)
    subtitles = tracks.in_programme(container.streams.subtitles, film, groups)
    return Facts(
        size_bytes=size_bytes,
        demuxer=demuxer,
        seekable=_is_seekable(demuxer, film, fragmented=fragmented),
        fed=demuxer in REWRITTEN,
        fragmented=fragmented,
        start_s=start_s,
        duration_s=duration_s,
        video=video,
        cover=tracks.cover(container),
        audio=audio,
        subtitles=tuple(tracks.subtitle_facts(stream) for stream in subtitles),
        chapters=_chapters(container),
        cut_off=durations.cut_off,
        skipped=tracks.skipped(container, film, durations, groups),
    )


def _video(
    source: Source,
    container: InputContainer,
    film: VideoStream,
    tables: Mp4Tables | None,
    durations: Durations,
    size_bytes: int,
) -> VideoFacts:
    """The facts about frames are read from the beginning of the file, which is opened again if it has been read."""
    matroska = container.format.name.split(",")[0] == "matroska"
    cues = _cues(container, film, size_bytes) if matroska and not durations.consumed else ()
    reopened = durations.consumed or matroska
    with open_media(source) if reopened else contextlib.nullcontext(container) as unread:
        return tracks.video_facts(source, unread, film.index, tables, durations, cues)


def _audio(
    container: InputContainer, film: VideoStream | None, groups: Sequence[frozenset[int]], durations: Durations
) -> tuple[AudioFacts, ...]:
    """Those that can be decoded. One without a packet is left out, unless it is the only one."""
    positions = channel_positions(container)
    streams = tracks.in_programme(container.streams.audio, film, groups)
    found = tuple(
        tracks.audio_facts(stream, durations, positions.get(stream.index, ()))
        for stream in streams
        if stream.codec_context
    )
    return tuple(each for each in found if each.duration_s > 0 or len(found) == 1)


def _cues(container: InputContainer, video: VideoStream, size_bytes: int) -> Sequence[Keyframe]:
    read = cut_points.frame_reader_of(video, video.codec_context.codec.canonical_name)
    return cut_points.in_cues(container, video, read, size_bytes)


def _check_declared_sizes(source: Source, container: InputContainer, limits: Limits) -> None:
    """Before a frame is decoded. Cover art counts too, because it is decoded for the poster."""
    for stream in container.streams.video:
        if (context := stream.codec_context) is None:
            continue
        if context.width * context.height > limits.pixels:
            raise TooLarge(f"{context.width}x{context.height}")
        if not context.width and (refused := _refused_size(source, limits)):
            raise TooLarge(refused)


def _is_seekable(demuxer: str, video: VideoStream | None, *, fragmented: bool) -> bool:
    """Whether a seek finds every stream at the requested time; where it may not, films are read from the beginning."""
    if demuxer in SOUGHT_BY_BYTES:
        return True
    indexed = bool(video and len(video.index_entries))
    return (demuxer == "mov" and not fragmented) or (demuxer == "matroska" and indexed)


def _check_size(video: VideoFacts | None, audio: Sequence[AudioFacts], limits: Limits) -> None:
    """The longest track counts: after the end of the video its last frame is shown until the audio ends."""
    longest_s = max([video.duration_s if video else 0.0, *(each.duration_s for each in audio)])
    if longest_s > limits.duration_s:
        raise TooLong(f"{longest_s:.0f} s")
    if video and video.width * video.height > limits.pixels:
        raise TooLarge(f"{video.width}x{video.height}")


def _chapters(container: InputContainer) -> tuple[Chapter, ...]:
    chapters: list[Chapter] = []
    for each in container.chapters():
        base: Any = each["time_base"] or Fraction(1, 1000)
        title = each["metadata"].get("title", "")[:MAX_TITLE_CHARS] or f"Chapter {len(chapters) + 1}"
        start_s, end_s = (max(0.0, float(each[name] * base)) for name in ("start", "end"))
        chapters.append(Chapter(start_s=start_s, end_s=end_s, title=title))
    return tuple(chapters)
