"""For whom the room waits: every policy, and every member's budget."""

import pytest

from watchparty_relay.presence.presence_snapshot import WATCHING_STATES
from watchparty_relay.presence.readiness import BUDGET_MS, SKIPPED_MS, Readiness, WaitBudget, members_to_wait_for
from watchparty_relay.protocol.values import PersonState, Role, Wait, WaitPolicy
from watchparty_relay.rules.playback import MAX_LEAD_MS, MIN_LEAD_MS, lead_ms

NOW = 10_000_000.0
LETTERS = {
    "o": PersonState.OK,
    "b": PersonState.BUFFERING,
    "h": PersonState.HIDDEN,
    "x": PersonState.BLOCKED,
    "d": PersonState.DETACHED,
    "r": PersonState.RECONNECTING,
}


def readiness(letters: str) -> Readiness:
    """One letter per member; the first is the host, `p0`."""
    states = [LETTERS[letter] for letter in letters]
    buffering = [index for index, state in enumerate(states) if state is PersonState.BUFFERING]
    return Readiness(
        watching=sum(state in WATCHING_STATES for state in states),
        buffering=tuple((f"p{index}", Role.HOST if index == 0 else Role.VIEWER) for index in buffering),
    )


def held_by(policy: WaitPolicy, letters: str, budget: WaitBudget | None = None, *, max_s: float = 8.0) -> str:
    held = members_to_wait_for(Wait(policy, max_s), readiness(letters), budget or WaitBudget(), now_ms=NOW)
    return " ".join(held)


@pytest.mark.parametrize(
    ("policy", "letters", "held"),
    [
        (WaitPolicy.NEVER, "bbo", ""),
        (WaitPolicy.ALL, "ooo", ""),
        (WaitPolicy.ALL, "oob", "p2"),
        (WaitPolicy.HOST, "oob", ""),
        (WaitPolicy.HOST, "boo", "p0"),
        (WaitPolicy.QUORUM, "ob", "p1"),
        (WaitPolicy.QUORUM, "oob", ""),
        (WaitPolicy.QUORUM, "obb", "p1 p2"),
        (WaitPolicy.QUORUM, "oobb", "p2 p3"),
        (WaitPolicy.QUORUM, "b", "p0"),
    ],
)
def test_the_policy_decides_who_can_hold_the_room(policy: WaitPolicy, letters: str, held: str) -> None:
    """W1: no one, hosts, anyone, or those without whom there is no majority that could play on."""
    assert held_by(policy, letters) == held


@pytest.mark.parametrize("letter", "hxdr")
@pytest.mark.parametrize("policy", list(WaitPolicy))
def test_some_never_hold_the_room(policy: WaitPolicy, letter: str) -> None:
    """P2: hidden, blocked, detached and reconnecting members; nor do they count for the majority."""
    assert held_by(policy, "o" + letter) == ""
    assert held_by(WaitPolicy.QUORUM, "ob" + 5 * letter) == "p1"


def test_a_wait_of_zero_seconds_is_no_wait() -> None:
    """W1: `max_s` 0 is like the policy `never`."""
    assert held_by(WaitPolicy.ALL, "ob", max_s=0) == ""


def test_two_holds_within_a_minute_exhaust_the_budget() -> None:
    """W2: then the member catches up alone; a minute later they can hold the room again."""
    budget = WaitBudget()
    budget.record_hold(["p1"], from_ms=NOW - 50_000, to_ms=NOW - 48_000)
    assert held_by(WaitPolicy.ALL, "ob", budget) == "p1"
    budget.record_hold(["p1"], from_ms=NOW - 10_000, to_ms=NOW - 9_000)
    assert held_by(WaitPolicy.ALL, "obb", budget) == "p2"
    assert not budget.exhausted("p1", now_ms=NOW + 20_000)


def test_thirty_seconds_within_ten_minutes_exhaust_the_budget() -> None:
    """W2: however they are spread; older holds are forgotten."""
    budget = WaitBudget()
    for n in range(4):
        at_ms = NOW - 500_000 + n * 100_000
        budget.record_hold(["p1"], from_ms=at_ms, to_ms=at_ms + BUDGET_MS / 4)
    assert budget.exhausted("p1", now_ms=NOW)
    assert not budget.exhausted("p1", now_ms=NOW + 200_000)


def test_the_room_waits_while_no_one_can_play_on() -> None:
    """W2: whatever their budgets, because then no one is kept waiting."""
    budget = WaitBudget()
    budget.skip(["p0", "p1"], now_ms=NOW)
    assert held_by(WaitPolicy.QUORUM, "bb", budget) == "p0 p1"
    assert held_by(WaitPolicy.QUORUM, "bbo", budget) == ""


def test_a_skipped_member_cannot_hold_the_room_for_a_minute() -> None:
    """W3: then they can again."""
    budget = WaitBudget()
    budget.skip(["p1"], now_ms=NOW)
    assert budget.exhausted("p1", now_ms=NOW + SKIPPED_MS - 1)
    assert not budget.exhausted("p1", now_ms=NOW + SKIPPED_MS)


@pytest.mark.parametrize(("rtt_ms", "lead"), [(0, MIN_LEAD_MS), (200, 230.0), (5000, MAX_LEAD_MS)])
def test_the_lead_follows_the_slowest_round_trip_within_bounds(rtt_ms: float, lead: float) -> None:
    """K4: long enough to reach every player, never so long that a tap feels lost."""
    assert lead_ms(rtt_ms) == lead
    assert lead_ms(None) == MIN_LEAD_MS
