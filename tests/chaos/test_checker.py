"""The checker finds each kind of fault in an otherwise correct history."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from chaos.checker import Checker, Violation

Json = dict[str, Any]
EPOCH = 1_000
Calls = list[tuple[str, str, Any]]
"""In order: (client, method of the checker, arguments)."""


def entry(seq: int, text: str = "", epoch: int = EPOCH) -> Json:
    return {"t": "chat", "id": f"{epoch}-{seq}", "seq": seq, "text": text or f"line-{seq}"}


def state(rev: int, epoch: int = EPOCH, pos_s: float | None = None) -> Json:
    place = {"pos_s": rev if pos_s is None else pos_s, "t0_ms": 1.0, "rate": 1.0, "mrev": 1}
    return {"t": "state", "epoch": epoch, "rev": rev, "mode": "paused", "cause": {"cmd": "seek"}, **place}


def welcome(log: list[Json], seq: int, rev: int, *, epoch: int = EPOCH, reason: str | None = "new") -> Json:
    complete: Json = {"complete": True} if reason is None else {"complete": False, "reason": reason}
    return {"epoch": epoch, "seq": seq, "log": log, "state": state(rev, epoch), **complete}


def history() -> Calls:
    """Ana stays connected, Bob misses two entries and reconnects, then Redis loses its data and a new epoch begins."""
    first, second, third, fourth = (entry(seq) for seq in range(1, 5))
    resumed = {"epoch": EPOCH, "seq": 1}
    return [
        ("ana", "welcome", (welcome([], 0, 1), None)),
        ("bob", "welcome", (welcome([], 0, 1), None)),
        ("ana", "entry", first),
        ("bob", "entry", first),
        ("ana", "acked", ("line-1", 1)),
        ("ana", "state", state(2)),
        ("ana", "entry", second),
        ("ana", "entry", third),
        ("bob", "welcome", (welcome([second, third], 3, 2, reason=None), resumed)),
        ("bob", "state", state(3)),
        ("ana", "state", state(3)),
        ("ana", "entry", fourth),
        ("bob", "entry", fourth),
        ("ana", "acked", ("line-4", 4)),
        ("ana", "state", state(3, 2_000)),
        ("bob", "state", state(3, 2_000)),
        *(
            (who, "welcome", (welcome([third, fourth], 4, 3, epoch=2_000, reason="epoch"), {"epoch": EPOCH, "seq": 4}))
            for who in ("ana", "bob")
        ),
        ("ana", "entry", entry(5, epoch=2_000)),
        ("bob", "entry", entry(5, epoch=2_000)),
        ("ana", "acked", ("line-5", 5)),
    ]


def checked(calls: Calls, *, connected: tuple[str, ...] = ("ana", "bob")) -> Checker:
    checker = Checker()
    for who, method, what in deepcopy(calls):
        match method:
            case "welcome":
                checker.welcome(who, "room", *what)
            case "acked":
                checker.acked(who, *what)
            case _:
                getattr(checker, method)(who, what)
    checker.close(connected)
    return checker


def at(calls: Calls, who: str, method: str, number: int = 0) -> int:
    """The index of a client's `number`th call of that method."""
    return [index for index, (name, kind, _) in enumerate(calls) if (name, kind) == (who, method)][number]


def test_a_correct_history_has_no_violation() -> None:
    """Resuming, a repeated state and a signalled epoch are no violations."""
    calls = history()
    calls.insert(at(calls, "ana", "state", 1), ("ana", "state", state(2)))
    checker = checked(calls)
    assert (checker.found.total(), checker.examples, checker.epochs) == (0, [], 2)
    assert checker.events == 25


def _without(who: str, method: str, number: int) -> Callable[[Calls], None]:
    return lambda calls: calls.__delitem__(at(calls, who, method, number))


def _again(who: str, method: str, number: int) -> Callable[[Calls], None]:
    def put(calls: Calls) -> None:
        index = at(calls, who, method, number)
        calls.insert(index + 1, calls[index])

    return put


def _swapped(who: str, method: str, number: int) -> Callable[[Calls], None]:
    def put(calls: Calls) -> None:
        first, second = at(calls, who, method, number), at(calls, who, method, number + 1)
        calls[first], calls[second] = calls[second], calls[first]

    return put


def _instead(who: str, method: str, number: int, what: Any) -> Callable[[Calls], None]:
    def put(calls: Calls) -> None:
        calls[at(calls, who, method, number)] = (who, method, what)

    return put


_BACK = {"epoch": EPOCH, "seq": 1}

FAULTS: dict[str, tuple[Violation, Callable[[Calls], None]]] = {
    "an entry is not sent": (Violation.LOST, _without("ana", "entry", 1)),
    "the last entry is not sent": (Violation.LOST, _without("bob", "entry", 2)),
    "an entry is sent twice": (Violation.DOUBLED, _again("ana", "entry", 1)),
    "two entries are swapped": (Violation.REORDERED, _swapped("ana", "entry", 1)),
    "two states are swapped": (Violation.REORDERED, _swapped("ana", "state", 0)),
    "a resumed log lacks an entry": (
        Violation.LOST,
        _instead("bob", "welcome", 1, (welcome([entry(3)], 3, 2, reason=None), _BACK)),
    ),
    "a resumed log has an entry too many": (
        Violation.DOUBLED,
        _instead("bob", "welcome", 1, (welcome([entry(1), entry(2), entry(3)], 3, 2, reason=None), _BACK)),
    ),
    "a gap is claimed where little was missed": (
        Violation.LOST,
        _instead("bob", "welcome", 1, (welcome([entry(1), entry(2), entry(3)], 3, 2, reason="gap"), _BACK)),
    ),
    "a room goes back without a new epoch": (
        Violation.LOST,
        _instead("bob", "welcome", 1, (welcome([], 0, 2, reason=None), _BACK)),
    ),
    "two clients receive different lines": (Violation.FORKED, _instead("bob", "entry", 1, entry(4, "another"))),
    "two clients receive different states": (Violation.FORKED, _instead("bob", "state", 0, state(3, pos_s=99))),
    "a line has two entries": (Violation.DOUBLED, _instead("ana", "entry", 1, entry(2, "line-1"))),
    "an acknowledged line has another text": (Violation.LOST, _instead("ana", "acked", 1, ("line-x", 4))),
    "no one has an acknowledged line": (Violation.LOST, _instead("ana", "acked", 2, ("line-6", 6))),
    "a log of a new epoch is called complete": (
        Violation.UNSIGNALLED,
        _instead(
            "bob",
            "welcome",
            2,
            (welcome([entry(3), entry(4)], 4, 3, epoch=2_000, reason=None), {"epoch": EPOCH, "seq": 4}),
        ),
    ),
    "an epoch goes back": (Violation.UNSIGNALLED, _instead("ana", "state", -1, state(3, 900))),
    "entries continue in an epoch whose log was not received": (Violation.UNSIGNALLED, _without("bob", "welcome", 2)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_kind_of_fault_is_found(name: str) -> None:
    """The checker reports a violation of the expected kind."""
    violation, put = FAULTS[name]
    calls = history()
    put(calls)
    assert violation in checked(calls).found, name


def test_messages_repeated_after_a_lost_epoch_are_counted_separately() -> None:
    """A message that was sent again because its answer was lost with the epoch is no violation."""
    calls = history()
    calls[at(calls, "ana", "entry", 4)] = ("ana", "entry", entry(5, "line-2", 2_000))
    calls[at(calls, "bob", "entry", 2)] = ("bob", "entry", entry(5, "line-2", 2_000))
    del calls[at(calls, "ana", "acked", 2)]
    checker = checked(calls)
    assert (checker.found.total(), checker.repeated_over_epochs) == (0, 1)
