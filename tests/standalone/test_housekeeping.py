"""The rounds of housekeeping: an end that does not depend on what a chore waits for."""

from __future__ import annotations

import threading

from watchparty.housekeeping import Chore, Housekeeping


def test_a_chore_that_hangs_does_not_keep_the_server_from_ending() -> None:
    """It is given up after a while."""
    begun, released = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        released.wait()

    housekeeping = Housekeeping([Chore("wait for ever", 0.001, hang)])
    housekeeping.start()
    assert begun.wait(5)
    ending = threading.Thread(target=housekeeping.stop, kwargs={"within_s": 0.05}, daemon=True)
    ending.start()
    ending.join(5)
    hung = ending.is_alive()
    released.set()
    assert not hung


def test_a_round_that_fails_is_not_the_last() -> None:
    """One bad moment ends no chore."""
    rounds: list[int] = []
    enough = threading.Event()

    def fail() -> None:
        rounds.append(1)
        if len(rounds) == 3:
            enough.set()
        raise RuntimeError("a bad moment")

    housekeeping = Housekeeping([Chore("fail", 0.001, fail)])
    housekeeping.start()
    assert enough.wait(5)
    housekeeping.stop()
