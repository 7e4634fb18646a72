"""Encodes one chunk of video or audio: runs ffmpeg and cuts its output into segments.

A part of the original that cannot be decoded becomes black or silent, with a warning, because failing an hour into a
film helps no one. A film that cannot be decoded at its very beginning is corrupt. If a signal ends ffmpeg, the original
is not to blame until ffmpeg has crashed twice at the same chunk.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import Corrupt, HardwareFailed, PlanMismatch, TimedOut, ToolFailed, ToolKilled
from watchparty_transcoder.ffmpeg import commands
from watchparty_transcoder.ffmpeg.commands import FED_BEGIN_S, PRIMING_FRAMES
from watchparty_transcoder.ffmpeg.decoded_frames import DecodedFrames
from watchparty_transcoder.ffmpeg.process import Processes, retry_if_killed
from watchparty_transcoder.make.feed import feed
from watchparty_transcoder.make.undecoded import with_packets
from watchparty_transcoder.mp4.reader import Track, adts_frames, read_stream
from watchparty_transcoder.mp4.rendition_cutter import RenditionCutter
from watchparty_transcoder.mp4.segment import PICTURE, MissingPart, Report, SegmentCutter, write_identical
from watchparty_transcoder.mp4.writer import Sample, aac_entry, audio_init
from watchparty_transcoder.plan.models import (
    AAC_FRAME,
    AAC_RATE,
    SOFTWARE,
    AudioPlan,
    Chunk,
    Pass,
    Plan,
    RenditionPlan,
    VideoPlan,
)
from watchparty_transcoder.source.source import Source
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage

log = logging.getLogger(__name__)

AAC_LC_48K_STEREO = bytes([0x11, 0x90])
"""AudioSpecificConfig: object type 2, frequency index 3, two channels."""
SUSPICIOUS_S = 0.4
"""Between two decoded frames; a shorter gap is not reported, so its packets need not be searched."""
READ_BYTES = 1 << 16
HARDWARE_SLOWEST = 10.0
"""Seconds per second of film, decoding included; a card that takes longer is stuck or useless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """Encodes the chunks of one film."""

    ffmpeg: Callable[[], str]  # searched for only when there is something to encode
    source: Source
    plan: Plan
    storage: Storage
    processes: Processes
    limits: Limits
    threads: int
    begun: threading.Event = field(default_factory=threading.Event)
    """Set once viewers can watch the beginning; what they do not wait for may then take the machine."""

    def encode_video(
        self, video: VideoPlan, encode_pass: Pass, renditions: Sequence[RenditionPlan], chunk: Chunk, report: Report
    ) -> None:
        lists_frames = encode_pass is video.passes[0] and encode_pass.encoder == SOFTWARE
        command = commands.video_chunk(
            ffmpeg=self.ffmpeg(),
            source=self.source,
            plan=self.plan,
            video=video,
            encode_pass=encode_pass,
            renditions=renditions,
            chunk=chunk,
            threads=self.threads,
            lists_frames=lists_frames,
        )
        if encode_pass.encoder != SOFTWARE:
            self._encode_video_on_hardware(command, video, renditions, chunk, report)
            return
        try:
            decoded = retry_if_killed(
                lambda: self._run_video(command, video, renditions, chunk, report, fed=self._fed(video.decoded.stream))
            )
            if lists_frames:
                self._report_missing_picture(decoded, video, chunk, report)
        except (ToolFailed, PlanMismatch) as error:
            if not self.storage.size(layout.segment(renditions[0].name, 0)):
                raise Corrupt(error.detail) from error
            log.warning(
                "%s: segments %d to %d are black: %s", renditions[0].name, chunk.first, chunk.end - 1, error.detail
            )
            begin_s, end_s = _video_span(video, chunk)
            report(MissingPart(PICTURE, begin_s, end_s))
            black = commands.black_chunk(
                ffmpeg=self.ffmpeg(),
                video=video,
                encode_pass=encode_pass,
                renditions=renditions,
                chunk=chunk,
                threads=self.threads,
            )
            retry_if_killed(lambda: self._run_video(black, video, renditions, chunk, report))

    def encode_audio(self, track: AudioPlan, chunk: Chunk, report: Report) -> None:
        command = commands.audio_chunk(
            ffmpeg=self.ffmpeg(), source=self.source, plan=self.plan, track=track, chunk=chunk
        )
        try:
            decoded = retry_if_killed(
                lambda: self._run_audio(command, track, chunk, report, fed=self._fed(track.stream))
            )
            _report_missing_sound(decoded, track, chunk, report)
        except (ToolFailed, PlanMismatch):
            self._encode_changing_audio(track, chunk, report)

    def _encode_changing_audio(self, track: AudioPlan, chunk: Chunk, report: Report) -> None:
        """Decodes and encodes in two processes, which is slower but copes with a layout that changes."""
        try:
            decoded = retry_if_killed(lambda: self._run_decoded_audio(track, chunk, report))
            _report_missing_sound(decoded, track, chunk, report)
        except (ToolFailed, PlanMismatch) as error:
            if self.plan.video is None and not self.storage.size(layout.segment(track.name, 0)):
                raise Corrupt(error.detail) from error
            log.warning("%s: segments %d to %d are silent: %s", track.name, chunk.first, chunk.end - 1, error.detail)
            begin_s, end_s = _audio_span(track, chunk)
            report(MissingPart(track.name, begin_s, end_s))
            silent = commands.silent_chunk(ffmpeg=self.ffmpeg(), track=track, chunk=chunk)
            retry_if_killed(lambda: self._run_audio(silent, track, chunk, report))

    def _encode_video_on_hardware(
        self, command: list[str], video: VideoPlan, renditions: Sequence[RenditionPlan], chunk: Chunk, report: Report
    ) -> None:
        """Software will find out whether the original or the device is at fault."""
        try:
            fed = self._fed(video.decoded.stream)
            self._run_video(command, video, renditions, chunk, report, fed=fed, slowest=HARDWARE_SLOWEST)
        except (ToolFailed, ToolKilled, PlanMismatch, TimedOut) as error:
            raise HardwareFailed(error.detail) from error

    def _run_video(
        self,
        command: list[str],
        video: VideoPlan,
        renditions: Sequence[RenditionPlan],
        chunk: Chunk,
        report: Report,
        *,
        fed: Iterable[bytes] | None = None,
        slowest: float | None = None,
    ) -> DecodedFrames:
        grid = video.grid
        patience_s = self._patience(grid.seconds(grid.frames_of(chunk)), slowest)
        cutters: dict[int, RenditionCutter] = {}
        decoded = DecodedFrames()
        with self.processes.run(command, timeout_s=patience_s, stdin=fed, take_line=decoded.take) as running:
            for item in read_stream(running.stdout):
                if isinstance(item, Track):
                    rendition = renditions[len(cutters)]
                    cutters[item.track_id] = RenditionCutter(rendition, grid, chunk, item, self.storage, report)
                else:
                    track_id, sample = item
                    cutters[track_id].add(sample)
        if len(cutters) != len(renditions):
            raise ToolFailed(f"{len(cutters)} of {len(renditions)} renditions were encoded")
        for cutter in cutters.values():
            cutter.close()
        return decoded

    def _report_missing_picture(self, decoded: DecodedFrames, video: VideoPlan, chunk: Chunk, report: Report) -> None:
        """A picture that stands still because the file has no frames there is not damaged."""
        begin_s, end_s = _video_span(video, chunk)
        gaps = [gap for gap in decoded.gaps(0.0, end_s - begin_s) if gap[1] - gap[0] >= SUSPICIOUS_S]
        parts = [(begin_s + first, begin_s + last) for first, last in gaps]
        for first, last in with_packets(self.source, self.plan, video.decoded.stream, parts):
            report(MissingPart(PICTURE, round(first, 3), round(last, 3)))

    def _fed(self, stream: int) -> Iterable[bytes] | None:
        """What ffmpeg reads from a pipe, if it does not read the file."""
        return feed(self.source, self.plan, stream, FED_BEGIN_S) if self.plan.fed else None

    def _run_audio(
        self,
        command: list[str],
        track: AudioPlan,
        chunk: Chunk,
        report: Report,
        *,
        fed: Iterable[bytes] | None = None,
    ) -> DecodedFrames:
        bounds = track.bounds[chunk.first : chunk.end + 1]
        wanted = (bounds[-1] - bounds[0]) // AAC_FRAME
        lead = commands.audio_lead_frames(bounds[0])
        write_identical(self.storage, layout.init(track.name), encoded_audio_init())
        cutter = SegmentCutter(
            track.name, timescale=AAC_RATE, bounds=bounds, first=chunk.first, storage=self.storage, report=report
        )
        patience_s = self._patience(wanted * AAC_FRAME / AAC_RATE)
        decoded = DecodedFrames()
        run = self.processes.run(
            command, timeout_s=patience_s, stdin=fed, take_line=decoded.take, urgent=chunk.per_rendition
        )
        with run as running:
            for place, frame in enumerate(adts_frames(running.stdout), start=-lead):
                if 0 <= place < wanted:
                    at = bounds[0] + place * AAC_FRAME
                    cutter.add(Sample(frame, at, at, AAC_FRAME, sync=True))
        if cutter.count != wanted:
            raise PlanMismatch(f"{track.name}: {cutter.count} of {wanted} frames were encoded")
        cutter.close()
        return decoded

    def _run_decoded_audio(self, track: AudioPlan, chunk: Chunk, report: Report) -> DecodedFrames:
        ffmpeg, source, plan = self.ffmpeg(), self.source, self.plan
        decode = commands.decoded_audio(ffmpeg=ffmpeg, source=source, plan=plan, track=track, chunk=chunk)
        encode = commands.audio_chunk(
            ffmpeg=ffmpeg, source=source, plan=plan, track=track, chunk=chunk, from_decoded=True
        )
        fed = self._fed(track.stream)
        patience_s = self._patience((track.bounds[chunk.end] - track.bounds[chunk.first]) / AAC_RATE)
        with self.processes.run(decode, timeout_s=patience_s, stdin=fed) as decoding:
            samples = iter(lambda: decoding.stdout.read(READ_BYTES), b"")
            decoded = self._run_audio(encode, track, chunk, report, fed=samples)
            while decoding.stdout.read(READ_BYTES):  # what the encoder did not need
                pass
        return decoded

    def _patience(self, length_s: float, slowest: float | None = None) -> float:
        return self.limits.start_s + length_s * min(slowest or self.limits.slowest, self.limits.slowest)


def _report_missing_sound(decoded: DecodedFrames, track: AudioPlan, chunk: Chunk, report: Report) -> None:
    begin_s, end_s = _audio_span(track, chunk)
    lead_s = (commands.audio_lead_frames(track.bounds[chunk.first]) - PRIMING_FRAMES) * AAC_FRAME / AAC_RATE
    for first, last in decoded.gaps(lead_s, lead_s + end_s - begin_s):
        report(MissingPart(track.name, round(begin_s + first - lead_s, 3), round(begin_s + last - lead_s, 3)))


def _video_span(video: VideoPlan, chunk: Chunk) -> tuple[float, float]:
    """Seconds of the film."""
    grid = video.grid
    return grid.seconds(grid.bounds[chunk.first]), grid.seconds(grid.bounds[chunk.end])


def _audio_span(track: AudioPlan, chunk: Chunk) -> tuple[float, float]:
    return track.bounds[chunk.first] / AAC_RATE, track.bounds[chunk.end] / AAC_RATE


def encoded_audio_init() -> bytes:
    return audio_init(aac_entry(AAC_LC_48K_STEREO, AAC_RATE, 2), AAC_RATE)
