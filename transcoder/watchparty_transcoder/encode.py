"""Encodes one chunk: starts ffmpeg, gives its frames their place on the film's timeline, and cuts them into segments.

What ffmpeg says about time is only used to order frames; where they belong is known from the plan, to the frame.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from watchparty_transcoder import ffmpeg_command, layout
from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import NotAsPlanned, ToolFailed
from watchparty_transcoder.models import AAC_FRAME, AAC_RATE, AudioPlan, Chunk, Film, Grid, Lane, Plan, Rung
from watchparty_transcoder.mp4_reader import Track, read_stream
from watchparty_transcoder.mp4_writer import Sample, aac_entry, audio_init, avc_entry, video_init
from watchparty_transcoder.process import Processes
from watchparty_transcoder.segment import Cutter, SegmentMade
from watchparty_transcoder.storage.port import Storage

ADTS_HEADER = 7
AAC_LC_48K_STEREO = bytes([0x11, 0x90])  # AudioSpecificConfig: object type 2, frequency index 3, two channels
START_ALLOWANCE_S = 120.0

Made = Callable[[SegmentMade], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """What every chunk of one film has in common."""

    ffmpeg: Callable[[], str]  # found only when there is something to encode
    source: str
    plan: Plan
    storage: Storage
    processes: Processes
    limits: Limits
    threads: int

    def video(self, film: Film, lane: Lane, rungs: Sequence[Rung], chunk: Chunk, made: Made) -> None:
        grid = film.grid
        command = ffmpeg_command.video_chunk(
            ffmpeg=self.ffmpeg(),
            source=self.source,
            plan=self.plan,
            film=film,
            lane=lane,
            rungs=rungs,
            chunk=chunk,
            threads=self.threads,
        )
        length_s = grid.seconds(grid.bounds[chunk.end] - grid.bounds[chunk.first])
        with self.processes.run(command, timeout_s=START_ALLOWANCE_S + length_s * self.limits.slowest) as running:
            cutters: dict[int, _RungCutter] = {}
            for item in read_stream(running.stdout):
                if isinstance(item, Track):
                    cutters[item.track_id] = _RungCutter(rungs[len(cutters)], grid, chunk, item, self.storage, made)
                else:
                    track_id, sample = item
                    cutters[track_id].add(sample)
        for cutter in cutters.values():
            cutter.close()
        if len(cutters) != len(rungs):
            raise ToolFailed(f"{len(cutters)} of {len(rungs)} renditions came out")

    def audio(self, track: AudioPlan, chunk: Chunk, made: Made) -> None:
        command = ffmpeg_command.audio_chunk(
            ffmpeg=self.ffmpeg(), source=self.source, plan=self.plan, track=track, chunk=chunk
        )
        bounds = track.bounds[chunk.first : chunk.end + 1]
        write_once(self.storage, layout.init(track.name), encoded_audio_init())
        cutter = Cutter(
            track.name,
            timescale=AAC_RATE,
            bounds=bounds,
            first=chunk.first,
            storage=self.storage,
            made=made,
        )
        wanted = (bounds[-1] - bounds[0]) // AAC_FRAME
        lead = ffmpeg_command.audio_lead_frames(bounds[0])
        length_s = (bounds[-1] - bounds[0]) / AAC_RATE
        with self.processes.run(command, timeout_s=START_ALLOWANCE_S + length_s * self.limits.slowest) as running:
            for number, frame in enumerate(adts_frames(running.stdout)):
                place = number - lead
                if 0 <= place < wanted:
                    at = bounds[0] + place * AAC_FRAME
                    cutter.add(Sample(frame, at, at, AAC_FRAME, sync=True))
        cutter.close()
        if cutter.count != wanted:
            raise NotAsPlanned(f"{track.name}: {cutter.count} of {wanted} frames came out")


def encoded_audio_init() -> bytes:
    return audio_init(aac_entry(AAC_LC_48K_STEREO, AAC_RATE, 2), AAC_RATE)


def write_once(storage: Storage, name: str, data: bytes) -> None:
    """Initialisation segments: made by every chunk, and all of them must agree to the byte."""
    there = storage.read(name)
    if not there:
        storage.write(name, data)
    elif there != data:
        raise NotAsPlanned(f"{name} differs between two chunks")


class _RungCutter:
    """Puts the frames of one rung of one chunk on the timeline."""

    def __init__(self, rung: Rung, grid: Grid, chunk: Chunk, track: Track, storage: Storage, made: Made) -> None:
        self._grid = grid
        self._first_frame = grid.bounds[chunk.first]
        self._wanted = grid.bounds[chunk.end] - self._first_frame
        self._rung = rung
        self._frame_ticks = grid.frame_ticks
        self._source_ticks = track.timescale / grid.timescale * grid.frame_ticks
        self._origin: int | None = None
        entry = avc_entry(track.configuration, rung.width, rung.height)
        init = video_init(entry, grid.timescale, rung.width, rung.height)
        write_once(storage, layout.init(rung.name), init)
        self._cutter = Cutter(
            rung.name,
            timescale=grid.timescale,
            bounds=[
                frame * grid.frame_ticks - grid.reorder_ticks for frame in grid.bounds[chunk.first : chunk.end + 1]
            ],
            first=chunk.first,
            storage=storage,
            made=made,
        )

    def add(self, sample: Sample) -> None:
        if self._origin is None:
            self._origin = sample.present  # a closed group's first coded frame is the first one shown
        shown = round((sample.present - self._origin) / self._source_ticks)
        decode = (self._first_frame + self._cutter.count) * self._frame_ticks - self._grid.reorder_ticks
        present = (self._first_frame + shown) * self._frame_ticks
        self._cutter.add(Sample(sample.data, decode, present, self._frame_ticks, sample.sync))

    def close(self) -> None:
        if self._cutter.count != self._wanted:
            raise NotAsPlanned(f"{self._rung.name}: {self._cutter.count} of {self._wanted} frames came out")
        self._cutter.close()


def adts_frames(stream: IO[bytes]) -> Iterator[bytes]:
    """The coded frames of an ADTS stream, without their headers."""
    while len(header := stream.read(ADTS_HEADER)) == ADTS_HEADER:
        if header[0] != 0xFF or header[1] & 0xF0 != 0xF0:
            raise ToolFailed("no ADTS frame where one should begin")
        length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        checksum = 0 if header[1] & 1 else 2
        yield stream.read(length - ADTS_HEADER)[checksum:]
