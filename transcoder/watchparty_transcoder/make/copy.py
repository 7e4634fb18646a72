"""Copies the original's coded video and audio into segments, reading the file once, without ffmpeg.

As fast as the disk, because nothing is decoded. Only called for streams that passed the remux check.
"""

import contextlib
import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Protocol

import av
import av.error
from av.packet import Packet
from av.stream import Discard

from watchparty_transcoder.errors import Cancelled, CannotCopy, PlanMismatch
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.make.undecoded import BROADCAST
from watchparty_transcoder.mp4 import adts, avc, coded_video
from watchparty_transcoder.mp4.coded_video import ReadFrame
from watchparty_transcoder.mp4.presented_cutter import PresentedCutter
from watchparty_transcoder.mp4.segment import Report, SegmentCutter, write_identical
from watchparty_transcoder.mp4.writer import Sample, aac_entry, audio_init, video_init
from watchparty_transcoder.plan.models import AAC_FRAME, AudioPlan, CopyPlan, Plan
from watchparty_transcoder.source.continuous import JUMPING, demux
from watchparty_transcoder.source.source import open_media
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage

MAY_DRIFT_S = 0.01
"""AAC frames follow each other without a gap; a container's times may be rounded by this much."""


class _Copier(Protocol):
    def add(self, packet: "Packet[av.stream.Stream]") -> None: ...
    def close(self) -> None: ...


def copy_streams(encoder: Encoder, video: CopyPlan | None, audio: Sequence[AudioPlan], report: Report) -> None:
    """Copies every stream that is copied; returns when all segments have been reported. Raises CannotCopy."""
    streams = frozenset([*([video.stream] if video else []), *(track.stream for track in audio)])
    try:
        _copy(encoder, video, audio, report)
    except (PlanMismatch, struct.error, av.error.FFmpegError) as error:
        raise CannotCopy(repr(error), streams=streams) from error


def _copy(encoder: Encoder, video: CopyPlan | None, audio: Sequence[AudioPlan], report: Report) -> None:
    storage, plan = encoder.storage, encoder.plan
    with open_media(encoder.source, decoded=False) as container:
        copiers: dict[int, _Copier] = {}
        if video:
            header = container.streams[video.stream].codec_context.extradata or b""
            copiers[video.stream] = _video_copier(video, header, plan, storage, report)
        for track in audio:
            copiers[track.stream] = _AudioCopier(track, plan, storage, report)
        for stream in container.streams:
            if stream.index not in copiers and plan.demuxer not in JUMPING:
                stream.discard = Discard.all  # not even read, if the file has an index
        streams = [each for each in container.streams if each.index in copiers or plan.demuxer in JUMPING]
        for packet in demux(container, plan.demuxer, streams):
            if encoder.processes.stopped:
                raise Cancelled
            if (copier := copiers.get(packet.stream_index)) is not None:
                with _only(packet.stream_index):
                    copier.add(packet)
    for index, copier in copiers.items():
        with _only(index):
            copier.close()  # libav treats damage mid-file as the end of the file


@contextlib.contextmanager
def _only(stream: int) -> Iterator[None]:
    """The other streams can still be copied."""
    try:
        yield
    except PlanMismatch as error:
        raise CannotCopy(repr(error), streams=frozenset([stream])) from error


def _video_copier(plan: CopyPlan, header: bytes, film: Plan, storage: Storage, report: Report) -> _Copier:
    """`header`: that of the stream, which says how its frames are divided into units."""
    read = coded_video.frame_reader(plan.codec, header, plan.width, plan.height)
    if read is None or not _is_as_planned(plan, header):
        raise PlanMismatch("other parameter sets than planned")
    entry = coded_video.entry(plan.codec, plan.configuration, plan.width, plan.height)
    write_identical(storage, layout.init(plan.name), video_init(entry, plan.timescale, plan.width, plan.height))
    if plan.presented:
        cutter = PresentedCutter(plan, storage, report, sends_every_frame=film.demuxer in BROADCAST)
        return _PresentedVideoCopier(plan, read, cutter)
    return _IndexedVideoCopier(plan, read, storage, report)


def _is_as_planned(plan: CopyPlan, header: bytes) -> bool:
    if plan.codec == coded_video.VP9:  # the header says nothing: each key frame is checked
        return True
    if plan.codec != coded_video.H264:
        return header == plan.configuration
    sets, planned = avc.read_sets(header), avc.read_sets(plan.configuration)
    return sets is not None and planned is not None and (sets.sps, sets.pps) == (planned.sps, planned.pps)


class _IndexedVideoCopier:
    """Video whose segments are known to the frame."""

    def __init__(self, plan: CopyPlan, read: ReadFrame, storage: Storage, report: Report) -> None:
        self._plan = plan
        self._read = read
        bounds = [cut - plan.reorder for cut in plan.bounds]
        self._cutter = SegmentCutter(
            plan.name, timescale=plan.timescale, bounds=bounds, first=0, storage=storage, report=report
        )

    def add(self, packet: "Packet[av.stream.Stream]") -> None:
        if packet.pts is None or packet.dts is None:
            return
        decode = packet.dts - self._plan.start
        present = packet.pts - self._plan.start
        frame = self._read(bytes(packet))
        sync = packet.is_keyframe if self._plan.codec == coded_video.H264 else frame.idr
        self._cutter.add(Sample(frame.data, decode, present, packet.duration or 1, sync))

    def close(self) -> None:
        self._cutter.close(tolerance=self._plan.tolerance)


class _PresentedVideoCopier:
    """Video that is cut where its frames allow it."""

    def __init__(self, plan: CopyPlan, read: ReadFrame, cutter: PresentedCutter) -> None:
        self._plan = plan
        self._read = read
        self._cutter = cutter
        self.close = cutter.close

    def add(self, packet: "Packet[av.stream.Stream]") -> None:
        if packet.pts is None or packet.time_base is None:
            raise PlanMismatch("a frame without a time")
        ticks = packet.time_base * self._plan.timescale
        shown = round(packet.pts * ticks) - self._plan.start
        frame = self._read(bytes(packet))
        self._cutter.add(frame.data, shown, round((packet.duration or 0) * ticks), key=frame.idr)


class _AudioCopier:
    """AAC; frames keep the times that an MP4 lists, else they follow each other as long as their times agree."""

    def __init__(self, plan: AudioPlan, film: Plan, storage: Storage, report: Report) -> None:
        self._plan = plan
        self._origin_s = Fraction(film.container_origin_s).limit_denominator(1_000_000)
        self._listed = film.demuxer == "mov" and film.seekable
        self._has_headers = film.demuxer == "mpegts"
        self._next: int | None = None
        entry = aac_entry(plan.configuration, plan.sample_rate, plan.channels)
        write_identical(storage, layout.init(plan.name), audio_init(entry, plan.sample_rate))
        self._cutter = SegmentCutter(
            plan.name, timescale=plan.sample_rate, bounds=plan.bounds, first=0, storage=storage, report=report
        )

    def add(self, packet: "Packet[av.stream.Stream]") -> None:
        if packet.pts is None or packet.time_base is None:
            return
        rate = self._plan.sample_rate
        at = round((packet.pts * packet.time_base - self._origin_s) * rate)
        at, duration = (at, packet.duration or AAC_FRAME) if self._listed else (self._following(at), AAC_FRAME)
        if 0 <= at < self._plan.end:  # a frame before the film's beginning would have a negative time
            frame = bytes(packet)
            data = adts.without_header(frame, self._plan.configuration) if self._has_headers else frame
            self._cutter.add(Sample(data, at, at, duration, sync=True))

    def _following(self, at: int) -> int:
        if at < 0 and self._next is None:
            return at
        expected = min(at, AAC_FRAME) if self._next is None else self._next
        if abs(at - expected) > MAY_DRIFT_S * self._plan.sample_rate:
            raise PlanMismatch(f"{self._plan.name}: a frame at {at}, expected at {expected}")
        self._next = expected + AAC_FRAME
        return expected

    def close(self) -> None:
        self._cutter.close(tolerance=self._plan.tolerance)
