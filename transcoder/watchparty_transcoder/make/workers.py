"""Does pieces of work on worker threads, and leaves a marker for each, so that a restarted run skips it.

Workers report their segments on one queue. Only the main thread (`film_run`) reads it, publishes and emits events. The
first failure of a needed piece stops everything.
"""

import functools
import queue
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

import msgspec

from watchparty_transcoder.errors import WriteConflict
from watchparty_transcoder.mp4.segment import MissingPart, Report, StoredSegment
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage


@dataclass(frozen=True, slots=True)
class Piece:
    """A unit of work with a marker, such as encoding one chunk."""

    name: str  # unique within the plan; also the name of its marker
    work: Callable[[Report], None]
    needed: bool = True  # False: the film is finished without it if it fails


@dataclass(frozen=True, slots=True)
class PieceEnded:
    piece: Piece
    error: BaseException | None
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FilmWarning:
    """What earlier versions stored instead of a part that is missing."""

    sentence: str


class Marker(msgspec.Struct, frozen=True):
    """States that a piece is done, and with which segments. Its JSON is stored, so the names are fixed."""

    segments: tuple[StoredSegment, ...] = ()
    warnings: tuple[FilmWarning, ...] = ()
    missing: tuple[MissingPart, ...] = ()
    made: bool = True  # False: it failed, and the film does without it


def read_marker(storage: Storage, name: str) -> Marker | None:
    data = storage.read(name)
    try:
        return msgspec.json.decode(data, type=Marker) if data is not None else None
    except msgspec.DecodeError:
        return None


class Pool(Enum):
    """Kinds of work that must not wait for each other; each has its own threads."""

    VIDEO = "video"  # takes all cores
    AUDIO = "audio"  # and copying: little work that viewers wait for
    EXTRAS = "extras"  # little work that no one waits for


THREADS = {Pool.VIDEO: 1, Pool.AUDIO: 2, Pool.EXTRAS: 1}


class Workers:
    def __init__(self, *, storage: Storage, plan_hash: str) -> None:
        self._storage = storage
        self._plan_hash = plan_hash
        self._pools = {
            pool: ThreadPoolExecutor(count, thread_name_prefix=pool.value) for pool, count in THREADS.items()
        }
        self.reports: queue.SimpleQueue[StoredSegment | MissingPart | FilmWarning | PieceEnded] = queue.SimpleQueue()
        self._open: set[str] = set()

    def submit(self, pieces: Sequence[Piece], pool: Pool) -> None:
        for piece in pieces:
            self._open.add(piece.name)
            future = self._pools[pool].submit(self._run, piece)
            future.add_done_callback(functools.partial(self._report_end, piece))

    def next_report(self, timeout_s: float) -> StoredSegment | MissingPart | FilmWarning | PieceEnded | None:
        try:
            report = self.reports.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(report, PieceEnded):
            self._open.discard(report.piece.name)
        return report

    @property
    def idle(self) -> bool:
        return not self._open

    def stop(self) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, piece: Piece) -> float:
        """Returns how many seconds it took."""
        began = time.monotonic()
        before = self._done_before(piece.name)
        if before is not None:
            earlier: list[StoredSegment | MissingPart | FilmWarning] = []
            earlier += [*before.segments, *before.missing, *before.warnings]
            for each in earlier:
                self.reports.put(each)
            return 0.0
        reported: list[StoredSegment | MissingPart] = []

        def report(item: StoredSegment | MissingPart) -> None:
            reported.append(item)
            self.reports.put(item)

        piece.work(report)
        marker = Marker(
            # a segment that was encoded twice, the second time in black, counts once
            tuple(
                {(each.rendition, each.number): each for each in reported if isinstance(each, StoredSegment)}.values()
            ),
            missing=tuple(each for each in reported if isinstance(each, MissingPart)),
        )
        self.mark(piece.name, marker)
        return time.monotonic() - began

    def mark(self, name: str, marker: Marker) -> None:
        data = msgspec.json.encode(marker)
        try:
            self._storage.write(layout.done(self._plan_hash, name), data)
        except WriteConflict:  # a duplicate of this run, or an earlier run whose segments are gone, wrote it
            self._storage.write(layout.done(self._plan_hash, name), data)

    def _done_before(self, name: str) -> Marker | None:
        """The marker of an earlier run, if all its segments still exist."""
        marker = read_marker(self._storage, layout.done(self._plan_hash, name))
        if marker is None:
            return None
        there = all(
            self._storage.size(layout.segment(each.rendition, each.number)) == each.size for each in marker.segments
        )
        return marker if there else None

    def _report_end(self, piece: Piece, future: Future[float]) -> None:
        if not future.cancelled():
            error = future.exception()
            self.reports.put(PieceEnded(piece, error, 0.0 if error else future.result()))
