"""The supervisor runs children in slots, one a video, and hands their events on."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from watchparty.supervisor import Job, TranscodeSupervisor
from watchparty_transcoder.__main__ import _arguments as transcoder_arguments


class StepChild:
    """A child that lives until the test ends it."""

    def __init__(self, arguments: list[str], on_line: Callable[[str], None]) -> None:
        self.arguments = arguments
        self.on_line = on_line
        self.ended = threading.Event()
        self.stopped = False

    @property
    def running(self) -> bool:
        return not self.ended.is_set()

    def order(self, arguments: list[str]) -> bool:
        if self.running:
            self.arguments = arguments
        return self.running

    def wait(self) -> int:
        self.ended.wait(5)
        return 0

    def stop(self) -> None:
        self.stopped = True
        self.ended.set()


class Nursery:
    """Starts StepChildren and lets the test wait for the n-th of them."""

    def __init__(self) -> None:
        self.children: list[StepChild] = []
        self._born = threading.Condition()

    def start(self, arguments: list[str], on_line: Callable[[str], None]) -> StepChild:
        with self._born:
            self.children.append(StepChild(arguments, on_line))
            self._born.notify_all()
            return self.children[-1]

    def wait_for(self, count: int) -> StepChild:
        with self._born:
            assert self._born.wait_for(lambda: len(self.children) >= count, timeout=5)
            return self.children[count - 1]


class FullMachine(Nursery):
    """Can start no process."""

    def start(self, arguments: list[str], on_line: Callable[[str], None]) -> StepChild:
        raise BlockingIOError


def supervisor(nursery: Nursery, heard: list[Any], *, slots: int = 1) -> TranscodeSupervisor:
    return TranscodeSupervisor(
        original_of=lambda video_id: Path("/uploads") / video_id / "original",
        media_of=lambda video_id, generation: Path("/media") / video_id / generation,
        announce=heard.append,
        ended=heard.append,
        start_child=nursery.start,
        slots=slots,
    )


def test_a_second_video_waits_for_a_free_slot() -> None:
    """With one slot the second job starts when the first child has ended, not before."""
    nursery = Nursery()
    jobs = supervisor(nursery, [])
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="b", generation="1", attempt=1)
    first = nursery.wait_for(1)
    assert len(nursery.children) == 1
    first.ended.set()
    second = nursery.wait_for(2)
    assert "/uploads/b/original" in second.arguments
    second.ended.set()


def test_the_same_attempt_is_never_run_twice() -> None:
    """A repeated launch is harmless, whether the first is running or still waits for its turn."""
    nursery = Nursery()
    jobs = supervisor(nursery, [], slots=4)
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="a", generation="1", attempt=1)
    nursery.wait_for(1).ended.set()
    assert len(nursery.children) == 1


def test_a_later_attempt_takes_the_place_of_an_earlier_one() -> None:
    """A retry ends the run before it, and its events name the attempt that they belong to."""
    nursery = Nursery()
    jobs = supervisor(nursery, [], slots=4)
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="a", generation="1", attempt=2)
    assert nursery.wait_for(1).stopped
    second = nursery.wait_for(2)
    assert second.arguments[second.arguments.index("--attempt") + 1] == "2"
    second.ended.set()


def test_an_id_that_looks_like_an_option_is_none() -> None:
    """One id in 64 begins with a hyphen; the transcoder's own command line still reads it as an id."""
    nursery = Nursery()
    supervisor(nursery, []).launch(video_id="-x9", generation="1", attempt=1)
    child = nursery.wait_for(1)
    assert transcoder_arguments(child.arguments).video_id == "-x9"
    child.ended.set()


def test_lines_become_events_and_noise_is_passed_over() -> None:
    """What is JSON goes to the functions; what is not is logged and never stops the reader."""
    nursery, heard = Nursery(), list[Any]()
    jobs = supervisor(nursery, heard)
    jobs.launch(video_id="a", generation="1", attempt=1)
    child = nursery.wait_for(1)
    child.on_line("this is no event")
    child.on_line(json.dumps({"kind": "started", "video_id": "a"}))
    assert heard == [{"kind": "started", "video_id": "a"}]
    child.ended.set()


def test_the_end_of_a_child_is_told_whatever_it_said() -> None:
    """The functions hear that a run is over, and begin another if its last word is missing."""
    nursery, heard = Nursery(), list[Any]()
    jobs = supervisor(nursery, heard)
    jobs.launch(video_id="a", generation="1", attempt=2)
    jobs.launch(video_id="b", generation="1", attempt=1)
    nursery.wait_for(1).ended.set()
    nursery.wait_for(2).ended.set()
    assert heard[0] == Job("a", "1", 2)


def test_cancel_ends_the_child_and_forgets_a_waiting_job() -> None:
    """A deleted video costs no more CPU, whether it was running or still in the queue."""
    nursery = Nursery()
    jobs = supervisor(nursery, [])
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="b", generation="1", attempt=1)
    child = nursery.wait_for(1)
    jobs.cancel(video_id="b")
    jobs.cancel(video_id="a")
    assert child.stopped
    jobs.launch(video_id="c", generation="1", attempt=1)
    assert "/uploads/c/original" in nursery.wait_for(2).arguments
    nursery.children[1].ended.set()


def test_stop_ends_everything_and_starts_nothing_more() -> None:
    """Ctrl-C ends the encoders; queued videos are taken up at the next start by the functions."""
    nursery = Nursery()
    jobs = supervisor(nursery, [])
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.launch(video_id="b", generation="1", attempt=1)
    child = nursery.wait_for(1)
    jobs.stop()
    assert child.stopped
    assert len(nursery.children) == 1


def test_a_film_that_was_expected_is_made_by_the_child_that_stands_by() -> None:
    """One stands by however many pieces arrive, and the first film that is complete gets it; the next begins cold."""
    nursery, heard = Nursery(), list[Any]()
    jobs = supervisor(nursery, heard, slots=2)
    jobs.expect()
    jobs.expect()
    standby = nursery.wait_for(1)
    assert standby.arguments == ["--prewarm"]
    jobs.launch(video_id="a", generation="1", attempt=1)
    assert "/uploads/a/original" in standby.arguments
    jobs.launch(video_id="b", generation="1", attempt=1)
    assert "/uploads/b/original" in nursery.wait_for(2).arguments
    assert len(nursery.children) == 2
    for child in nursery.children:
        child.on_line(json.dumps({"video_id": "heard"}))
        child.ended.set()
    assert heard.count({"video_id": "heard"}) == 2


def test_a_child_that_stood_by_for_too_long_is_not_missed() -> None:
    """When it has given up, the next piece of a film has another made ready, and a film begins without."""
    nursery = Nursery()
    jobs = supervisor(nursery, [])
    jobs.expect()
    nursery.wait_for(1).ended.set()
    jobs.expect()
    nursery.wait_for(2).ended.set()
    jobs.launch(video_id="a", generation="1", attempt=1)
    assert "/uploads/a/original" in nursery.wait_for(3).arguments
    nursery.children[2].ended.set()


def test_nobody_stands_by_where_no_slot_is_free() -> None:
    """The film would have to wait all the same."""
    nursery = Nursery()
    jobs = supervisor(nursery, [])
    jobs.launch(video_id="a", generation="1", attempt=1)
    jobs.expect()
    assert len(nursery.children) == 1
    nursery.wait_for(1).ended.set()


def test_a_machine_without_room_for_a_child_still_takes_films() -> None:
    """An upload does not fail because nobody can stand by."""

    supervisor(FullMachine(), []).expect()


def test_stop_ends_the_child_that_stands_by() -> None:
    """And another piece of a film, in the last moment, has no new one made ready."""
    nursery = Nursery()
    jobs = supervisor(nursery, [])
    jobs.expect()
    jobs.stop()
    assert nursery.wait_for(1).stopped
    jobs.expect()
    assert len(nursery.children) == 1
