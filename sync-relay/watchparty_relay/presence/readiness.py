"""Whether the room should hold for members who buffer, and for whom: the room's wait policy. Pure.

No one can hold the room without limit: a hold ends after the policy's `max_s`, and a member who has exhausted their
budget catches up alone. Hidden, blocked, detached and reconnecting members never hold it. `room_policy.py` asks at each
tick and proposes the result to the bus.
"""

from collections import defaultdict, deque
from collections.abc import Iterable

from msgspec import Struct

from watchparty_relay.protocol.values import Role, Wait, WaitPolicy

BUDGET_WINDOW_MS = 600_000.0
BUDGET_MS = 30_000.0
FREQUENT_WINDOW_MS = 60_000.0
"""A connection that causes two holds within a minute cannot keep up: the room goes on without it."""
FREQUENT_HOLDS = 2
SKIPPED_MS = 60_000.0


class Readiness(Struct, frozen=True):
    """How many members count for the decision (`watching`), and which of them are buffering."""

    watching: int
    buffering: tuple[tuple[str, Role], ...]


class WaitBudget:
    """How long each member has held the room within ten minutes, and for whom the room does not wait."""

    def __init__(self) -> None:
        self._holds: dict[str, deque[tuple[float, float]]] = defaultdict(deque)
        self._skipped_until: dict[str, float] = {}

    def record_hold(self, members: Iterable[str], *, from_ms: float, to_ms: float) -> None:
        for participant_id in members:
            self._holds[participant_id].append((from_ms, to_ms))

    def skip(self, members: Iterable[str], *, now_ms: float) -> None:
        """Do not wait for these members for a minute: their hold timed out, or someone pressed play during it."""
        self._skipped_until |= dict.fromkeys(members, now_ms + SKIPPED_MS)

    def exhausted(self, participant_id: str, *, now_ms: float) -> bool:
        if now_ms < self._skipped_until.get(participant_id, 0.0):
            return True
        holds = self._holds.get(participant_id)
        if not holds:
            return False
        while holds and holds[0][1] < now_ms - BUDGET_WINDOW_MS:
            holds.popleft()
        frequent = sum(1 for _, to_ms in holds if to_ms > now_ms - FREQUENT_WINDOW_MS)
        return frequent >= FREQUENT_HOLDS or sum(to_ms - from_ms for from_ms, to_ms in holds) >= BUDGET_MS


def members_to_wait_for(wait: Wait, readiness: Readiness, budget: WaitBudget, *, now_ms: float) -> tuple[str, ...]:
    """For whom the room should wait now; empty if it may play on."""
    watching, buffering = readiness.watching, readiness.buffering
    if not buffering or wait.policy is WaitPolicy.NEVER or wait.max_s <= 0:
        return ()
    if len(buffering) >= watching:  # if all of them buffer, the hold keeps no one else waiting
        return tuple(member for member, _ in buffering)
    in_budget = [(member, role) for member, role in buffering if not budget.exhausted(member, now_ms=now_ms)]
    match wait.policy:
        case WaitPolicy.HOST:
            in_budget = [(member, role) for member, role in in_budget if role is Role.HOST]
        case WaitPolicy.QUORUM if 2 * (watching - len(in_budget)) > watching:
            in_budget = []
    return tuple(member for member, _ in in_budget)
