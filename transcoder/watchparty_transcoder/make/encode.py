"""Encodes one chunk of picture or sound: starts ffmpeg and cuts what it pipes into segments.

A stretch of the original that cannot be decoded becomes black or silent, and a warning tells of it: an hour into the
film nobody is helped by a failure. A film that cannot be decoded from its very beginning is a damaged file. An ffmpeg
that a signal ended says nothing about the original until it has crashed twice at the same place.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import Corrupt, HardwareFailed, NotAsPlanned, TookTooLong, ToolFailed, ToolKilled
from watchparty_transcoder.ffmpeg import commands
from watchparty_transcoder.ffmpeg.process import Processes, again_if_killed
from watchparty_transcoder.mp4.reader import Track, adts_frames, read_stream
from watchparty_transcoder.mp4.rendition_cutter import RungCutter
from watchparty_transcoder.mp4.segment import Cutter, Report, Warned, write_once
from watchparty_transcoder.mp4.writer import Sample, aac_entry, audio_init
from watchparty_transcoder.plan.models import AAC_FRAME, AAC_RATE, SOFTWARE, AudioPlan, Chunk, Film, Lane, Plan, Rung
from watchparty_transcoder.source.source import Source
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage

log = logging.getLogger(__name__)

AAC_LC_48K_STEREO = bytes([0x11, 0x90])  # AudioSpecificConfig: object type 2, frequency index 3, two channels
HARDWARE_SLOWEST = 10.0  # seconds for one of film, decoding included; a card that takes longer is stuck, or of no use
NO_PICTURE = "Part of the picture is damaged and stays black."
NO_SOUND = "Part of the sound is damaged and stays silent."


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """What every chunk of one film has in common."""

    ffmpeg: Callable[[], str]  # found only when there is something to encode
    source: Source
    plan: Plan
    storage: Storage
    processes: Processes
    limits: Limits
    threads: int

    def video(self, film: Film, lane: Lane, rungs: Sequence[Rung], chunk: Chunk, report: Report) -> None:
        command = commands.video_chunk(
            ffmpeg=self.ffmpeg(),
            source=self.source,
            plan=self.plan,
            film=film,
            lane=lane,
            rungs=rungs,
            chunk=chunk,
            threads=self.threads,
        )
        if lane.encoder != SOFTWARE:
            self._hardware_picture(command, film, rungs, chunk, report)
            return
        try:
            again_if_killed(lambda: self._picture(command, film, rungs, chunk, report))
        except (ToolFailed, NotAsPlanned) as error:
            if not self.storage.size(layout.segment(rungs[0].name, 0)):
                raise Corrupt(error.detail) from error
            log.warning("%s from segment %d on stays black: %s", rungs[0].name, chunk.first, error.detail)
            report(Warned(NO_PICTURE))
            black = commands.black_chunk(
                ffmpeg=self.ffmpeg(), film=film, lane=lane, rungs=rungs, chunk=chunk, threads=self.threads
            )
            again_if_killed(lambda: self._picture(black, film, rungs, chunk, report))

    def audio(self, track: AudioPlan, chunk: Chunk, report: Report) -> None:
        command = commands.audio_chunk(
            ffmpeg=self.ffmpeg(), source=self.source, plan=self.plan, track=track, chunk=chunk
        )
        try:
            again_if_killed(lambda: self._sound(command, track, chunk, report))
        except (ToolFailed, NotAsPlanned) as error:
            if self.plan.film is None and not self.storage.size(layout.segment(track.name, 0)):
                raise Corrupt(error.detail) from error
            log.warning("%s from segment %d on stays silent: %s", track.name, chunk.first, error.detail)
            report(Warned(NO_SOUND))
            silent = commands.silent_chunk(ffmpeg=self.ffmpeg(), track=track, chunk=chunk)
            again_if_killed(lambda: self._sound(silent, track, chunk, report))

    def _hardware_picture(
        self, command: list[str], film: Film, rungs: Sequence[Rung], chunk: Chunk, report: Report
    ) -> None:
        """Whether the original or the device is to blame, software will find out."""
        try:
            self._picture(command, film, rungs, chunk, report, slowest=HARDWARE_SLOWEST)
        except (ToolFailed, ToolKilled, NotAsPlanned, TookTooLong) as error:
            raise HardwareFailed(error.detail) from error

    def _picture(
        self,
        command: list[str],
        film: Film,
        rungs: Sequence[Rung],
        chunk: Chunk,
        report: Report,
        *,
        slowest: float | None = None,
    ) -> None:
        grid = film.grid
        patience_s = self._patience(grid.seconds(grid.frames_of(chunk)), slowest)
        cutters: dict[int, RungCutter] = {}
        with self.processes.run(command, timeout_s=patience_s) as running:
            for item in read_stream(running.stdout):
                if isinstance(item, Track):
                    rung = rungs[len(cutters)]
                    cutters[item.track_id] = RungCutter(rung, grid, chunk, item, self.storage, report)
                else:
                    track_id, sample = item
                    cutters[track_id].add(sample)
        if len(cutters) != len(rungs):
            raise ToolFailed(f"{len(cutters)} of {len(rungs)} renditions came out")
        for cutter in cutters.values():
            cutter.close()

    def _sound(self, command: list[str], track: AudioPlan, chunk: Chunk, report: Report) -> None:
        bounds = track.bounds[chunk.first : chunk.end + 1]
        wanted = (bounds[-1] - bounds[0]) // AAC_FRAME
        lead = commands.audio_lead_frames(bounds[0])
        write_once(self.storage, layout.init(track.name), encoded_audio_init())
        cutter = Cutter(
            track.name, timescale=AAC_RATE, bounds=bounds, first=chunk.first, storage=self.storage, report=report
        )
        with self.processes.run(command, timeout_s=self._patience(wanted * AAC_FRAME / AAC_RATE)) as running:
            for place, frame in enumerate(adts_frames(running.stdout), start=-lead):
                if 0 <= place < wanted:
                    at = bounds[0] + place * AAC_FRAME
                    cutter.add(Sample(frame, at, at, AAC_FRAME, sync=True))
        if cutter.count != wanted:
            raise NotAsPlanned(f"{track.name}: {cutter.count} of {wanted} frames came out")
        cutter.close()

    def _patience(self, length_s: float, slowest: float | None = None) -> float:
        return self.limits.start_s + length_s * min(slowest or self.limits.slowest, self.limits.slowest)


def encoded_audio_init() -> bytes:
    return audio_init(aac_entry(AAC_LC_48K_STEREO, AAC_RATE, 2), AAC_RATE)
