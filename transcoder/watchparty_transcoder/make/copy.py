"""Copies the original's coded video and audio into segments, reading the file once, without ffmpeg.

As fast as the disk, because nothing is decoded. Only called for streams that passed the remux check.
"""

import struct
from collections.abc import Sequence

import av
import av.error
from av.packet import Packet
from av.stream import Discard

from watchparty_transcoder.errors import Cancelled, CannotCopy, PlanMismatch
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.mp4.segment import Report, SegmentCutter, write_identical
from watchparty_transcoder.mp4.writer import Sample, aac_entry, audio_init, avc_entry, video_init
from watchparty_transcoder.plan.models import AAC_FRAME, AudioPlan, CopyPlan
from watchparty_transcoder.source.source import open_media
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage


def copy_streams(encoder: Encoder, video: CopyPlan | None, audio: Sequence[AudioPlan], report: Report) -> None:
    """Copies every stream that is copied; returns when all segments have been reported. Raises CannotCopy."""
    try:
        _copy(encoder, video, audio, report)
    except (PlanMismatch, struct.error, av.error.FFmpegError) as error:
        raise CannotCopy(repr(error)) from error


def _copy(encoder: Encoder, video: CopyPlan | None, audio: Sequence[AudioPlan], report: Report) -> None:
    storage = encoder.storage
    copiers: dict[int, _VideoCopier | _AudioCopier] = {}
    if video:
        copiers[video.stream] = _VideoCopier(video, storage, report)
    for track in audio:
        copiers[track.stream] = _AudioCopier(track, encoder.plan.container_origin_s, storage, report)
    with open_media(encoder.source, decoded=False) as container:
        for stream in container.streams:
            if stream.index not in copiers:
                stream.discard = Discard.all  # not even read, if the file has an index
        for packet in container.demux([container.streams[index] for index in copiers]):
            pts, dts = packet.pts, packet.dts
            if pts is None or dts is None:  # the empty packet at the end of each stream
                continue
            if encoder.processes.stopped:
                raise Cancelled
            copiers[packet.stream_index].add(packet, pts, dts)
    for copier in copiers.values():
        copier.cutter.close(tolerance=copier.tolerance)  # libav treats damage mid-file as the end of the file


class _VideoCopier:
    def __init__(self, plan: CopyPlan, storage: Storage, report: Report) -> None:
        self._plan = plan
        self.tolerance = plan.tolerance
        entry = avc_entry(plan.configuration, plan.width, plan.height)
        write_identical(storage, layout.init(plan.name), video_init(entry, plan.timescale, plan.width, plan.height))
        bounds = [cut - plan.reorder for cut in plan.bounds]
        self.cutter = SegmentCutter(
            plan.name, timescale=plan.timescale, bounds=bounds, first=0, storage=storage, report=report
        )

    def add(self, packet: "Packet[av.stream.Stream]", pts: int, dts: int) -> None:
        decode = dts - self._plan.start
        present = pts - self._plan.start
        self.cutter.add(Sample(bytes(packet), decode, present, packet.duration or 1, packet.is_keyframe))


class _AudioCopier:
    def __init__(self, plan: AudioPlan, origin_s: float, storage: Storage, report: Report) -> None:
        self._start = round(origin_s * plan.sample_rate)
        self._end = plan.end
        self.tolerance = plan.tolerance
        entry = aac_entry(plan.configuration, plan.sample_rate, plan.channels)
        write_identical(storage, layout.init(plan.name), audio_init(entry, plan.sample_rate))
        self.cutter = SegmentCutter(
            plan.name, timescale=plan.sample_rate, bounds=plan.bounds, first=0, storage=storage, report=report
        )

    def add(self, packet: "Packet[av.stream.Stream]", pts: int, _dts: int) -> None:
        at = pts - self._start
        if 0 <= at < self._end:  # a frame before the film's beginning would have a negative time
            self.cutter.add(Sample(bytes(packet), at, at, packet.duration or AAC_FRAME, sync=True))
