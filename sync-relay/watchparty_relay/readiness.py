"""Whether the room should hold for people who buffer, and for how long: the room's wait policy. Pure.

Nobody can hold the room without limit: a hold ends after the policy's `max_s`, and a person who has used up their
budget catches up alone. Hidden, blocked, detached and reconnecting people never hold it. `live_room.py` asks at each
tick and proposes what comes out to the bus.
"""

from collections import defaultdict, deque
from collections.abc import Iterable

from msgspec import Struct

from watchparty_relay.vocabulary import Role, Wait, WaitPolicy

BUDGET_WINDOW_MS = 600_000.0
BUDGET_MS = 30_000.0
# Twice in a minute is a connection that cannot keep up: it follows, and does not lead.
FREQUENT_WINDOW_MS = 60_000.0
FREQUENT_HOLDS = 2
SKIPPED_MS = 60_000.0

# A lead covers the way to the farthest player, the start of its picture, and a late packet.
START_LATENCY_MS = 80.0
DELIVERY_SLACK_MS = 50.0
MIN_LEAD_MS = 150.0
MAX_LEAD_MS = 600.0


class Condition(Struct, frozen=True):
    """How the room's people are doing, for this purpose: how many count for its readiness, and who of them buffers.

    The hidden, blocked, detached and reconnecting do not count.
    """

    able: int
    behind: tuple[tuple[str, Role], ...]


class WaitBudget:
    """For how long each person has held the room within ten minutes, and whom the room no longer waits for."""

    def __init__(self) -> None:
        self._holds: dict[str, deque[tuple[float, float]]] = defaultdict(deque)
        self._skipped_until: dict[str, float] = {}

    def spend(self, people: Iterable[str], *, from_ms: float, to_ms: float) -> None:
        for participant_id in people:
            self._holds[participant_id].append((from_ms, to_ms))

    def skip(self, people: Iterable[str], *, now_ms: float) -> None:
        """Somebody pressed play while the room waited: not again for the same people for a minute."""
        self._skipped_until |= dict.fromkeys(people, now_ms + SKIPPED_MS)

    def spent(self, participant_id: str, *, now_ms: float) -> bool:
        if now_ms < self._skipped_until.get(participant_id, 0.0):
            return True
        holds = self._holds.get(participant_id)
        if not holds:
            return False
        while holds and holds[0][1] < now_ms - BUDGET_WINDOW_MS:
            holds.popleft()
        frequent = sum(1 for _, to_ms in holds if to_ms > now_ms - FREQUENT_WINDOW_MS)
        return frequent >= FREQUENT_HOLDS or sum(to_ms - from_ms for from_ms, to_ms in holds) >= BUDGET_MS


def holding(wait: Wait, condition: Condition, budget: WaitBudget, *, now_ms: float) -> tuple[str, ...]:
    """For whom the room should wait now; nobody means that it may go on."""
    able, behind = condition.able, condition.behind
    if not behind or wait.policy is WaitPolicy.NEVER or wait.max_s <= 0:
        return ()
    if len(behind) >= able:  # nobody is kept waiting by a clock that waits with all of them
        return tuple(person for person, _ in behind)
    patient = [(person, role) for person, role in behind if not budget.spent(person, now_ms=now_ms)]
    match wait.policy:
        case WaitPolicy.HOST:
            patient = [(person, role) for person, role in patient if role is Role.HOST]
        case WaitPolicy.QUORUM if 2 * (able - len(patient)) > able:
            patient = []
    return tuple(person for person, _ in patient)


def lead_ms(round_trip_ms: float | None) -> float:
    """How far ahead a transition is set so that it has arrived everywhere and players have started on it.

    `round_trip_ms` is the slowest that anybody reported.
    """
    one_way_ms = (round_trip_ms or 0.0) / 2
    return min(max(one_way_ms + START_LATENCY_MS + DELIVERY_SLACK_MS, MIN_LEAD_MS), MAX_LEAD_MS)
