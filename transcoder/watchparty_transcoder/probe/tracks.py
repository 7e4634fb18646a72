"""The facts of single streams: video, audio and subtitles. Called by `probe` with a container that it has opened."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, islice, pairwise
from typing import Any, TypeVar

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.subtitles.stream import SubtitleStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from watchparty_transcoder.errors import Corrupt
from watchparty_transcoder.mp4 import adts, avc, coded_video, vp9
from watchparty_transcoder.plan.frame_rate import VARIABLE
from watchparty_transcoder.plan.labels import track_labels
from watchparty_transcoder.plan.models import (
    AAC_FRAME,
    AudioFacts,
    Colour,
    Keyframe,
    SkippedTrack,
    SubtitleFacts,
    VideoFacts,
)
from watchparty_transcoder.probe import cut_points
from watchparty_transcoder.probe.durations import Durations
from watchparty_transcoder.probe.h264 import declares_progressive
from watchparty_transcoder.probe.mp4_tables import Mp4Tables
from watchparty_transcoder.source.continuous import demux
from watchparty_transcoder.source.source import Source

AnyStream = TypeVar("AnyStream", bound=Stream)

TEXT_SUBTITLES = ("subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text", "eia_608")
MAY_BE_INTERLACED = (
    "h264",
    "mpeg2video",
    "mpeg1video",
    "mpeg4",
    "vc1",
    "dvvideo",
    "prores",
    "rawvideo",
    "mjpeg",
    "wmv3",
)
FRAMES_SAMPLED = 8
"""Of codecs that may be interlaced; one frame is enough for the others."""
PACKETS_SAMPLED = 400
"""Read at most to get that many frames: a broken start must not cost a minute."""
STILL_FRAMES = 2
STILL_SHARE = 0.1
"""Of the longest picture: what is shown for less of the time is an addition to the film."""
TIMED_PACKETS = 900
"""Read to find out how far apart the frames are: half a minute."""
PACKETS_FOR_THE_LEAD = 100
"""Show how far the frames of a film are reordered: a few groups of B frames."""

# The numbers are those of ITU-T H.273, the names those of ffmpeg's options.
PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020",
    11: "smpte431",
    12: "smpte432",
}
TRANSFERS = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear", 13: "iec61966-2-1",
             14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67"}  # fmt: skip
MATRICES = {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc", 10: "bt2020c"}
FULL_RANGE = 2


def films(container: InputContainer) -> list[VideoStream]:
    """The video streams that are not cover art or thumbnails."""
    return [
        stream
        for stream in container.streams.video
        if not stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)
        and stream.codec_context is not None
        and stream.codec_context.width
    ]


def choose_video(
    container: InputContainer, durations: Durations, groups: Sequence[frozenset[int]] = ()
) -> VideoStream | None:
    """A moving picture rather than a still, one with sound in its programme, the default, the largest."""
    candidates = films(container)
    longest_s = max((_length_s(stream, durations) for stream in candidates), default=0.0)

    def rank(stream: VideoStream) -> tuple[bool, bool, bool, int]:
        moves = not _is_still(stream, durations) and _length_s(stream, durations) >= STILL_SHARE * longest_s
        has_sound = bool(in_programme(container.streams.audio, stream, groups))
        return moves, has_sound, bool(stream.disposition & Disposition.default), _area(stream)

    return max(candidates, key=rank, default=None)


def skipped(
    container: InputContainer, film: VideoStream | None, durations: Durations, groups: Sequence[frozenset[int]] = ()
) -> tuple[SkippedTrack, ...]:
    """Tracks of the film's programme that its uploader may miss: not stills, and not cover art."""
    sounds = in_programme(container.streams.audio, film, groups)
    labels = track_labels([(_title(each), _language(each)) for each in sounds])
    unknown = [
        SkippedTrack(kind="unknown sound", label=label)
        for each, label in zip(sounds, labels, strict=True)
        if each.codec_context is None
    ]
    if film is None:
        pictures = [each for each in container.streams.video if each.codec_context is None]
        return (*unknown, *(SkippedTrack(kind="unknown picture", label=_language(each)) for each in pictures[:1]))
    longest_s = _length_s(film, durations)
    others = [
        each
        for each in in_programme(films(container), film, groups)
        if each.index != film.index
        and not _is_still(each, durations)
        and _length_s(each, durations) >= STILL_SHARE * longest_s
    ]
    seconds = [f"{each.codec_context.width}x{each.codec_context.height}" for each in others]
    return (*unknown, *(SkippedTrack(kind="second picture", label=size) for size in seconds))


def in_programme(
    streams: Sequence[AnyStream], video: VideoStream | None, groups: Sequence[frozenset[int]]
) -> list[AnyStream]:
    """Those that belong to the same programme as the film, where there are several."""
    own = next((group for group in groups if video and video.id in group), None)
    if own is None or len(groups) < 2:
        return list(streams)
    return [stream for stream in streams if stream.id in own]


def _is_still(stream: VideoStream, durations: Durations) -> bool:
    count = durations.frames.get(stream.index, 0) or stream.frames or _tagged_frames(stream)
    return 0 < count <= STILL_FRAMES or (bool(durations.frames) and stream.index not in durations.frames)


def _tagged_frames(stream: VideoStream) -> int:
    """The number of frames as Matroska muxers note it; 0 where they do not."""
    tagged = next((value for key, value in stream.metadata.items() if key.startswith("NUMBER_OF_FRAMES")), "")
    return int(tagged) if tagged.isdecimal() else 0


def _length_s(stream: VideoStream, durations: Durations) -> float:
    start = float((stream.start_time or 0) * (stream.time_base or 0))
    return max(0.0, durations.ends.get(stream.index, 0.0) - start)


def cover(container: InputContainer) -> int | None:
    """The stream that holds cover art."""
    return next((each.index for each in container.streams.video if each.disposition & Disposition.attached_pic), None)


def _area(stream: VideoStream) -> int:
    return stream.codec_context.width * stream.codec_context.height


def video_facts(
    source: Source,
    container: InputContainer,
    index: int,
    tables: Mp4Tables | None,
    durations: Durations,
    cues: Sequence[Keyframe] = (),
) -> VideoFacts:
    """`cues`: the cut points in those of a Matroska file. Decodes a few frames from the beginning of `container`."""
    stream = next((each for each in container.streams.video if each.index == index), None)
    if stream is None:
        raise Corrupt(f"stream {index} exists in part of the file only")
    context = stream.codec_context
    codec = context.codec.canonical_name
    time_base = stream.time_base or Fraction(1, 90_000)
    first, frames = _first_frames(container, stream)
    sample = frames[0]
    components = sample.format.components
    first_present = sample.pts if sample.pts is not None else stream.start_time or 0
    start_s = float(first_present * time_base)
    length_s = max(0.0, durations.ends.get(index, start_s) - start_s)

    demuxer = container.format.name.split(",")[0]
    following = demux(container, demuxer, [stream])
    sampled: list[av.Packet[Any]] = []
    if demuxer == "mov" and tables and not tables.fragmented:
        reorder = first_present - (first.dts if first.dts is not None else first_present)
        keyframes = cut_points.in_tables(source, stream, codec)
    else:
        sampled = list(islice(following, PACKETS_FOR_THE_LEAD))
        reorder = cut_points.lead_of([first, *sampled])
        placed = cues or durations.cut_points.get(index, ())
        keyframes = tuple(replace(each, decode=each.decode - reorder) for each in placed)
    shown = durations.frames.get(index, 0) if demuxer == "gif" else 0  # its rates are those of the delays as stored
    rate, base_rate = _rates(stream, chain(sampled, following), counted=shown / length_s if length_s else 0.0)
    return VideoFacts(
        index=index,
        codec=codec,
        profile=stream.profile or "",
        level=context.level or 0,
        pix_fmt=sample.format.name,
        bit_depth=max(component.bits for component in components),
        alpha=any(component.is_alpha for component in components),
        width=sample.width,
        height=sample.height,
        pixel_aspect=_pixel_aspect(stream),
        rotation=-sample.rotation % 360,
        colour=colour_of(sample),
        interlaced=sum(frame.interlaced_frame for frame in frames) * 2 > len(frames),
        rate=rate,
        base_rate=base_rate,
        start_s=start_s,
        duration_s=length_s,
        bit_rate=context.bit_rate or 0,
        time_base=time_base,
        reorder=reorder,
        keyframes=keyframes,
        sample_entries=max(tables.entries, default=1) if tables else 1,
        configuration=_configuration(codec, context.extradata or b"", sample, rate),
        trimmed=bool(first.is_discard or first.pts != first_present),
    )


def _configuration(codec: str, header: bytes, sample: VideoFrame, rate: Fraction) -> bytes:
    """What the sample entry holds; empty where the header has no parameter sets, which then are only in the frames."""
    if codec == coded_video.AV1:
        return header
    if codec == coded_video.VP9:
        colour = (sample.color_primaries, sample.color_trc, sample.colorspace)
        full = colour_of(sample).full_range
        return vp9.configuration(sample.width, sample.height, rate, colour, full_range=full)
    sets = avc.read_sets(header) if codec == coded_video.H264 else None
    if sets is None:
        return b""
    return header if sets.length_bytes else avc.configuration(sets)


def _rates(stream: VideoStream, packets: "Iterable[av.Packet[Any]]", *, counted: float) -> tuple[Fraction, Fraction]:
    """The average rate, and the lowest that drops no frame. `counted`: the measured average; 0: what libav says."""
    rate, base_rate = _rate(stream), Fraction(stream.base_rate or 0)
    if counted:
        rate = Fraction(counted).limit_denominator(1000)
    if base_rate > rate * VARIABLE:  # fields, or frames missing on purpose
        base_rate = min(base_rate, _needed_rate(packets, stream.time_base) or base_rate)
    return rate, base_rate


def _rate(stream: VideoStream) -> Fraction:
    """Average frames per second; for some containers libav reports thousands."""
    average, base = Fraction(stream.average_rate or 0), Fraction(stream.base_rate or 0)
    impossible = base > 0 and average > 4 * base  # the base rate can express every frame
    return base if impossible or average <= 0 else average


def _needed_rate(packets: "Iterable[av.Packet[Any]]", time_base: Fraction | None) -> Fraction | None:
    """The rate at which no frame would be dropped: that of the closest frames, of which there are more than a few.

    libav's base rate is the lowest that expresses every time; of coded fields it is twice the rate of the frames.
    """
    times: list[int] = []
    with contextlib.suppress(av.error.FFmpegError):
        for packet in islice(packets, TIMED_PACKETS):
            if packet.pts is not None:
                times.append(packet.pts)
    gaps = sorted(later - earlier for earlier, later in pairwise(sorted(set(times))))
    if len(gaps) < FRAMES_SAMPLED or time_base is None:
        return None
    closest = gaps[len(gaps) // 20]
    near = [gap for gap in gaps if closest * 3 <= gap * 4 and gap * 4 <= closest * 5]
    return len(near) / (sum(near) * time_base)


def _first_frames(container: InputContainer, stream: VideoStream) -> tuple["av.Packet[VideoStream]", list[VideoFrame]]:
    """The first packet, and as many decoded frames as show whether the film is interlaced."""
    wanted = FRAMES_SAMPLED if _may_be_interlaced(stream) else 1
    first = None
    frames: list[VideoFrame] = []
    with contextlib.suppress(av.error.EOFError):
        for packet in islice(container.demux(stream), PACKETS_SAMPLED):
            first = first or packet
            with contextlib.suppress(av.error.FFmpegError):  # one broken frame does not make the film corrupt
                frames.extend(packet.decode())
            if len(frames) >= wanted:
                break
    if first is None or not frames:
        raise Corrupt("no video frame could be decoded")
    return first, frames


def _may_be_interlaced(stream: VideoStream) -> bool:
    """Decoding eight frames takes a third of the time until a copy is playable, so the header is asked first."""
    context = stream.codec_context
    if context.name == "h264" and declares_progressive(context.extradata or b""):
        return False
    return context.name in MAY_BE_INTERLACED


def _pixel_aspect(stream: VideoStream) -> Fraction:
    aspect = stream.sample_aspect_ratio
    return Fraction(aspect) if aspect and aspect > 0 else Fraction(1)  # 0:1 means "unspecified", not "squeezed"


def colour_of(frame: VideoFrame) -> Colour:
    return Colour(
        primaries=PRIMARIES.get(frame.color_primaries),
        transfer=TRANSFERS.get(frame.color_trc),
        matrix=MATRICES.get(frame.colorspace),
        full_range=frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj"),
    )


def audio_facts(stream: AudioStream, durations: Durations, positions: tuple[str, ...] = ()) -> AudioFacts:
    context = stream.codec_context
    time_base = stream.time_base or Fraction(1, 90_000)
    timestamps = (entry.timestamp for entry in stream.index_entries if not entry.is_discard)
    first = next(timestamps, stream.start_time or 0)
    # what an encoder has put before the sound is coded, but not heard
    start_s = float(max(first, stream.start_time or first) * time_base)
    # of sound that begins beyond what libav samples, it takes the film's beginning for that of the sound
    start_s = max(start_s, durations.begins.get(stream.index, start_s))
    return AudioFacts(
        index=stream.index,
        codec=context.name,
        profile=stream.profile or "",
        sample_rate=context.sample_rate or 0,
        channels=len(positions),
        start_s=start_s,
        duration_s=max(0.0, durations.ends.get(stream.index, start_s) - start_s),
        language=_language(stream),
        title=_title(stream),
        default=bool(stream.disposition & Disposition.default),
        configuration=context.extradata or _without_extradata(context),
        largest_gap_s=_largest_gap_s(stream),
        positions=positions,
    )


def _without_extradata(context: "av.AudioCodecContext") -> bytes:
    """The configuration of AAC of which every frame has a header, as in transport streams."""
    if context.name != "aac" or context.profile != "LC":
        return b""
    return adts.configuration(context.sample_rate or 0, context.channels)


def _largest_gap_s(stream: AudioStream) -> float | None:
    """The largest gap between coded frames according to the index, if it counts time in samples."""
    rate = stream.codec_context.sample_rate
    if not len(stream.index_entries) or not rate or stream.time_base != Fraction(1, rate):
        return None
    largest, expected = 0, stream.index_entries[0].timestamp
    for entry in stream.index_entries:  # a few hundred thousand in a long film
        if (timestamp := entry.timestamp) != expected:
            largest = max(largest, abs(timestamp - expected))
        expected = timestamp + AAC_FRAME
    return largest / rate


def subtitle_facts(stream: SubtitleStream) -> SubtitleFacts:
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else ""
    return SubtitleFacts(
        index=stream.index,
        codec=codec,
        language=_language(stream),
        title=_title(stream),
        default=bool(stream.disposition & Disposition.default),
        forced=bool(stream.disposition & Disposition.forced),
        bitmap=codec not in TEXT_SUBTITLES,
    )


def _language(stream: Stream) -> str:
    return stream.metadata.get("language", "und").strip().lower() or "und"


def _title(stream: Stream) -> str:
    return stream.metadata.get("title", "").strip()
