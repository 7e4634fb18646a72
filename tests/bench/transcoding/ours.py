"""Our side of the comparison: a run until it is playable, and the ladder's chunks one by one."""

import json
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.transcoding.costs import Cost, cost_of
from transcoder.chunks import encoder
from transcoder.running import command, environment
from watchparty_transcoder.config import Limits
from watchparty_transcoder.mp4.segment import MissingPart, Report, StoredSegment
from watchparty_transcoder.plan.models import Chunk, Pass, Plan, RenditionPlan, VideoPlan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.plan.timeline import ChunkSizes
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

CHUNK_SEGMENTS = 5  # 20 s
PREWARM_S = 2.0
"""Before the arguments are sent; every upload takes longer."""


def first_playable_s(source: Path, folder: Path, *, copied: bool = False) -> float:
    """Seconds from the arguments to the first `playable`, of a process that was prewarmed, as at home.

    With `copied` only the film's own quality counts.
    """
    python, option, module, *arguments = command(source, folder)
    with _process(python, option, module, "--prewarm") as process:
        assert process.stdin
        time.sleep(PREWARM_S)
        began_s = time.monotonic()
        process.stdin.write(json.dumps(arguments).encode() + b"\n")
        process.stdin.flush()
        return _playable_at_s(process, copied=copied) - began_s


def cold_first_playable_s(source: Path, folder: Path) -> float:
    """The same from the start of the command: a task in the cloud, or a film without a prewarmed process."""
    began_s = time.monotonic()
    with _process(*command(source, folder)) as process:
        return _playable_at_s(process) - began_s


def _process(*arguments: str) -> "subprocess.Popen[bytes]":
    settings = {
        "WATCHPARTY_TRANSCODE_NICE": "0",  # like the plain ffmpeg, so that other load affects both
        "PYTHONDONTWRITEBYTECODE": "",  # an installation has bytecode
    }
    return subprocess.Popen(
        arguments,
        env=environment(**settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _playable_at_s(process: "subprocess.Popen[bytes]", *, copied: bool = False) -> float:
    """When the first `playable` arrived; the run is stopped then."""
    assert process.stdout
    for line in process.stdout:
        event = json.loads(line)
        if event["kind"] == "playable" and (not copied or event["renditions"][-1]["source"] == "copy"):
            at_s = time.monotonic()
            process.terminate()
            return at_s
    raise AssertionError("it never became playable")


@dataclass
class Ladder:
    """The ladder of a film, in chunks."""

    source: Path
    folder: Path
    segments_per_chunk: int = CHUNK_SEGMENTS
    threads: int = 2
    made: list[StoredSegment] = field(default_factory=list)
    plan: Plan = field(init=False)

    def __post_init__(self) -> None:
        sizes = ChunkSizes(opening=0, length=self.segments_per_chunk)
        facts = probe(on_disk(self.source), Limits())
        every = frozenset(range(Limits().streams))
        self.plan = make_plan(facts, sizes=sizes, uncopied=every)

    @property
    def video(self) -> VideoPlan:
        assert self.plan.video
        return self.plan.video

    @property
    def encode_pass(self) -> Pass:
        return next(encode_pass for encode_pass in self.video.passes if encode_pass.kind == "ladder")

    @property
    def renditions(self) -> tuple[RenditionPlan, ...]:
        return self.encode_pass.renditions

    def make(self, chunk: Chunk) -> None:
        worker = encoder(self.source, self.plan, self.folder, threads=self.threads)
        worker.encode_video(self.video, self.encode_pass, self.renditions, chunk, self._report())

    def make_all(self) -> list[tuple[float, Cost]]:
        """Each chunk's duration in seconds, and its cost."""
        grid = self.video.grid
        return [
            (grid.seconds(grid.frames_of(chunk)), cost_of(partial(self.make, chunk)))
            for chunk in self.encode_pass.chunks
        ]

    def whole_file(self, rendition: RenditionPlan) -> Path:
        path = self.folder / f"{rendition.name}-whole.mp4"
        parts = [self.folder / f"{rendition.name}-init.mp4", *sorted(self.folder.glob(f"{rendition.name}-*.m4s"))]
        path.write_bytes(b"".join(part.read_bytes() for part in parts))
        return path

    def _report(self) -> Report:
        def report(item: StoredSegment | MissingPart) -> None:
            assert isinstance(item, StoredSegment), item
            self.made.append(item)

        return report


def two_slots_speedup(source: Path, folder: Path) -> tuple[float, float]:
    """Seconds for two chunks one after the other, and for the same two in parallel, one thread each."""

    def took_s(name: str, run: Callable[[Ladder, tuple[Chunk, Chunk]], object]) -> float:
        ladder = Ladder(source, folder / name, segments_per_chunk=2, threads=1)
        first, second = ladder.encode_pass.chunks[:2]
        return cost_of(lambda: run(ladder, (first, second))).wall_s

    def one_after_the_other(ladder: Ladder, chunks: tuple[Chunk, Chunk]) -> None:
        for chunk in chunks:
            ladder.make(chunk)

    def side_by_side(ladder: Ladder, chunks: tuple[Chunk, Chunk]) -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(ladder.make, chunks))

    return took_s("one", one_after_the_other), took_s("two", side_by_side)
