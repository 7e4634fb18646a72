"""Places the frames of one rendition of one chunk on the film's timeline, and cuts them into segments.

ffmpeg's timestamps only order the frames; their position is known from the plan, to the frame.
"""

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.reader import Track
from watchparty_transcoder.mp4.segment import Report, SegmentCutter, write_identical
from watchparty_transcoder.mp4.writer import Sample, avc_entry, video_init
from watchparty_transcoder.plan.models import Chunk, Grid, RenditionPlan
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage


class RenditionCutter:
    def __init__(
        self, rendition: RenditionPlan, grid: Grid, chunk: Chunk, track: Track, storage: Storage, report: Report
    ) -> None:
        self._rendition = rendition
        self._grid = grid
        self._first_frame = grid.bounds[chunk.first]
        self._wanted = grid.bounds[chunk.end] - self._first_frame
        self._source_ticks = track.timescale / grid.timescale * grid.frame_ticks
        self._origin: int | None = None
        entry = avc_entry(track.configuration, rendition.width, rendition.height)
        write_identical(
            storage, layout.init(rendition.name), video_init(entry, grid.timescale, rendition.width, rendition.height)
        )
        decode_bounds = [
            frame * grid.frame_ticks - grid.reorder_ticks for frame in grid.bounds[chunk.first : chunk.end + 1]
        ]
        self._cutter = SegmentCutter(
            rendition.name,
            timescale=grid.timescale,
            bounds=decode_bounds,
            first=chunk.first,
            storage=storage,
            report=report,
        )

    def add(self, sample: Sample) -> None:
        if self._origin is None:
            self._origin = sample.present  # in a closed group the first coded frame is also the first one shown
        shown = round((sample.present - self._origin) / self._source_ticks)
        ticks = self._grid.frame_ticks
        decode = (self._first_frame + self._cutter.count) * ticks - self._grid.reorder_ticks
        present = (self._first_frame + shown) * ticks
        self._cutter.add(Sample(sample.data, decode, present, ticks, sample.sync))

    def close(self) -> None:
        if self._cutter.count != self._wanted:
            raise PlanMismatch(f"{self._rendition.name}: {self._cutter.count} of {self._wanted} frames were encoded")
        self._cutter.close()
