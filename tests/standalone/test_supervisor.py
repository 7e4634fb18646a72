"""The supervisor runs children in slots, one per video, and forwards their events."""

import itertools
import json
import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from watchparty.supervisor import Job, TranscodeSupervisor
from watchparty_transcoder.__main__ import _arguments as transcoder_arguments


class StepChild:
    """A child that runs until the test ends it."""

    def __init__(self, arguments: list[str], on_line: Callable[[str], None]) -> None:
        self.arguments = arguments
        self.on_line = on_line
        self.ended = threading.Event()
        self.stopped = False

    @property
    def running(self) -> bool:
        return not self.ended.is_set()

    def send_arguments(self, arguments: list[str]) -> bool:
        if self.running:
            self.arguments = arguments
        return self.running

    def wait(self) -> int:
        self.ended.wait(5)
        return 0

    def stop(self) -> None:
        self.stopped = True
        self.ended.set()


class FakeChildren:
    """Starts StepChildren, and lets the test wait for the n-th of them."""

    def __init__(self) -> None:
        self.started: list[StepChild] = []
        self._changed = threading.Condition()

    def start(self, arguments: list[str], on_line: Callable[[str], None]) -> StepChild:
        with self._changed:
            self.started.append(StepChild(arguments, on_line))
            self._changed.notify_all()
            return self.started[-1]

    def wait_for(self, count: int) -> StepChild:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.started) >= count, timeout=5)
            return self.started[count - 1]


class FullMachine(FakeChildren):
    """Fails to start any process."""

    def start(self, arguments: list[str], on_line: Callable[[str], None]) -> StepChild:
        raise BlockingIOError


def supervisor(children: FakeChildren, received: list[Any], *, slots: int = 1) -> TranscodeSupervisor:
    return TranscodeSupervisor(
        original_of=lambda video_id: Path("/uploads") / video_id / "original",
        media_of=lambda video_id, generation: Path("/media") / video_id / generation,
        on_event=received.append,
        on_exit=received.append,
        start_child=children.start,
        slots=slots,
    )


def test_a_second_video_waits_for_a_free_slot() -> None:
    """With one slot the second job starts only after the first child has exited."""
    children = FakeChildren()
    jobs = supervisor(children, [])
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="b", generation="1", attempt=1)
    first = children.wait_for(1)
    assert len(children.started) == 1
    first.ended.set()
    second = children.wait_for(2)
    assert "/uploads/b/original" in second.arguments
    second.ended.set()


def test_the_same_attempt_is_never_run_twice() -> None:
    """A repeated launch has no effect, whether the first is running or queued."""
    children = FakeChildren()
    jobs = supervisor(children, [], slots=4)
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="a", generation="1", attempt=1)
    children.wait_for(1).ended.set()
    assert len(children.started) == 1


def test_a_later_attempt_replaces_an_earlier_one() -> None:
    """A retry stops the previous run, and its events name their attempt."""
    children = FakeChildren()
    jobs = supervisor(children, [], slots=4)
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="a", generation="1", attempt=2)
    assert children.wait_for(1).stopped
    second = children.wait_for(2)
    assert second.arguments[second.arguments.index("--attempt") + 1] == "2"
    second.ended.set()


def test_an_id_with_a_leading_hyphen_is_not_an_option() -> None:
    """One id in 64 starts with a hyphen; the transcoder's command line still reads it as an id."""
    children = FakeChildren()
    supervisor(children, []).launch(video_id="-x9", generation="1", attempt=1)
    child = children.wait_for(1)
    assert transcoder_arguments(child.arguments).video_id == "-x9"
    child.ended.set()


def test_lines_become_events_and_other_output_is_ignored() -> None:
    """JSON goes to the functions; other lines are logged and do not stop the reader."""
    children, received = FakeChildren(), list[Any]()
    jobs = supervisor(children, received)
    jobs.launch(video_id="a", generation="1", attempt=1)
    child = children.wait_for(1)
    child.on_line("this is no event")
    child.on_line(json.dumps({"kind": "started", "video_id": "a"}))
    assert received == [{"kind": "started", "video_id": "a"}]
    child.ended.set()


def test_the_exit_of_a_child_is_always_reported() -> None:
    """The functions learn that a run is over, and start another if its final event is missing."""
    children, received = FakeChildren(), list[Any]()
    jobs = supervisor(children, received)
    jobs.launch(video_id="a", generation="1", attempt=2)
    jobs.launch(video_id="b", generation="1", attempt=1)
    children.wait_for(1).ended.set()
    children.wait_for(2).ended.set()
    assert received[0] == Job("a", "1", 2)


def test_cancel_stops_the_child_and_removes_a_queued_job() -> None:
    """A deleted video uses no more CPU, whether it was running or queued."""
    children = FakeChildren()
    jobs = supervisor(children, [])
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="b", generation="1", attempt=1)
    child = children.wait_for(1)
    jobs.cancel(video_id="b")
    jobs.cancel(video_id="a")
    assert child.stopped
    jobs.launch(video_id="c", generation="1", attempt=1)
    assert "/uploads/c/original" in children.wait_for(2).arguments
    children.started[1].ended.set()


def test_stop_stops_everything_and_starts_nothing_more() -> None:
    """Ctrl-C stops the encoders; the functions resume queued videos at the next start."""
    children = FakeChildren()
    jobs = supervisor(children, [])
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="b", generation="1", attempt=1)
    child = children.wait_for(1)
    jobs.stop()
    assert child.stopped
    assert len(children.started) == 1


def test_the_prewarmed_child_gets_the_first_complete_film() -> None:
    """Any number of pieces prewarms one child. The first complete film gets it; the next one starts cold."""
    children, received = FakeChildren(), list[Any]()
    jobs = supervisor(children, received, slots=2)
    jobs.expect()
    jobs.expect()
    prewarmed = children.wait_for(1)
    assert prewarmed.arguments == ["--prewarm"]
    jobs.launch(video_id="a", generation="1", attempt=1)
    assert "/uploads/a/original" in prewarmed.arguments
    jobs.launch(video_id="b", generation="1", attempt=1)
    assert "/uploads/b/original" in children.wait_for(2).arguments
    assert len(children.started) == 2
    for child in children.started:
        child.on_line(json.dumps({"video_id": "received"}))
        child.ended.set()
    assert received.count({"video_id": "received"}) == 2


def test_an_expired_prewarmed_child_is_replaced() -> None:
    """After it has exited, the next piece prewarms another one, and without one a film starts cold."""
    children = FakeChildren()
    jobs = supervisor(children, [])
    jobs.expect()
    children.wait_for(1).ended.set()
    jobs.expect()
    children.wait_for(2).ended.set()
    jobs.launch(video_id="a", generation="1", attempt=1)
    assert "/uploads/a/original" in children.wait_for(3).arguments
    children.started[2].ended.set()


def test_no_child_is_prewarmed_without_a_free_slot() -> None:
    """The film would have to wait anyway."""
    children = FakeChildren()
    jobs = supervisor(children, [])
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.expect()
    assert len(children.started) == 1
    children.wait_for(1).ended.set()


def test_an_upload_succeeds_when_prewarming_fails() -> None:
    """A machine that cannot start a process still accepts films."""
    supervisor(FullMachine(), []).expect()


def test_stop_stops_the_prewarmed_child() -> None:
    """A piece that arrives after that prewarms no other child."""
    children = FakeChildren()
    jobs = supervisor(children, [])
    jobs.expect()
    jobs.stop()
    assert children.wait_for(1).stopped
    jobs.expect()
    assert len(children.started) == 1


class SometimesFull(FakeChildren):
    """Fails to start the first children."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    def start(self, arguments: list[str], on_line: Callable[[str], None]) -> StepChild:
        if self.failures:
            self.failures -= 1
            raise OSError(28, "No space left on device")
        return super().start(arguments, on_line)


def test_a_start_that_fails_frees_its_slot() -> None:
    """Three films of which the first two cannot be started: the third runs, and the exit of the others is reported."""
    children, exited = SometimesFull(2), queue.Queue[Job]()
    running = TranscodeSupervisor(
        original_of=Path,
        media_of=lambda video_id, _: Path(video_id),
        on_event=lambda _: None,
        on_exit=exited.put,
        start_child=children.start,
        slots=1,
    )
    for name in ("a", "b", "c"):
        running.launch(video_id=name, generation="1", attempt=1)
    assert "--video-id=c" in children.wait_for(1).arguments
    assert {exited.get(timeout=5).video_id for _ in range(2)} == {"a", "b"}
    running.stop()


def test_an_event_that_cannot_be_applied_stops_no_film() -> None:
    """The child's later events are still read, and the next film gets the slot."""
    children, seen = FakeChildren(), list[str]()

    def explode(event: Mapping[str, Any]) -> None:
        seen.append(event["kind"])
        raise RuntimeError("a room with a problem")

    running = TranscodeSupervisor(
        original_of=Path,
        media_of=lambda video_id, _: Path(video_id),
        on_event=explode,
        on_exit=lambda _: None,
        start_child=children.start,
        slots=1,
    )
    for name in ("a", "b"):
        running.launch(video_id=name, generation="1", attempt=1)
    first = children.wait_for(1)
    for kind in ("playable", "finished"):
        first.on_line(json.dumps({"kind": kind}))
    first.ended.set()
    children.wait_for(2)
    assert seen == ["playable", "finished"]
    running.stop()


def test_the_exit_of_a_child_is_reported_until_it_is_stored() -> None:
    """While the disk is full the database takes nothing; the other films go on, and afterwards no film is stuck."""
    children, tries, stored = FakeChildren(), itertools.count(), queue.Queue[Job]()

    def full_disk(job: Job) -> None:
        if next(tries) < 3:
            raise OSError(28, "No space left on device")
        stored.put(job)

    running = TranscodeSupervisor(
        original_of=Path,
        media_of=lambda video_id, _: Path(video_id),
        on_event=lambda _: None,
        on_exit=full_disk,
        start_child=children.start,
        slots=1,
        retry_s=0.01,
    )
    for name in ("a", "b"):
        running.launch(video_id=name, generation="1", attempt=1)
    children.wait_for(1).ended.set()
    children.wait_for(2)
    assert stored.get(timeout=5).video_id == "a"
    running.stop()
