"""Changes that the relay must hear of: committed with their notices, which leave at once or, failing that, later.

`commit_and_notify` is the one way in which rooms change. The sweeper (`deliver_due`) is called from time to time by
whoever runs the process. A notice may arrive twice; it is never lost while it still means something.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from watchparty_api.errors import AlreadyExists, Conflict, Missing, VersionConflict
from watchparty_api.records import Notice
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Write
from watchparty_api.store.queries import NOTICES_BY_DUE

T = TypeVar("T")

_DECISIONS = 12
_WORTH_TELLING = timedelta(hours=1)
"""Join tokens live ten minutes and carry the same facts, so an older notice has nothing to add."""
_PATIENCE = timedelta(seconds=10)
"""How long the one who committed has for delivering before the sweeper takes over."""


@dataclass(frozen=True)
class Change(Generic[T]):
    """What was decided: the writes, what the relay hears, and what the caller is answered."""

    result: T
    writes: Sequence[Write] = ()
    notices: Sequence[Notice] = ()


def commit_and_notify(services: Services, decide: Callable[[], Change[T]]) -> T:
    """Commits what `decide` makes of the store as it is now; decides again when somebody else was faster."""
    for _ in range(_DECISIONS):
        change = decide()
        outgoing = [replace(n, due_at=n.due_at + _PATIENCE) for n in change.notices]
        try:
            if change.writes or outgoing:
                services.store.commit([*change.writes, *map(Create, outgoing)])
        except (VersionConflict, AlreadyExists, Missing):
            continue
        for notice in outgoing:
            _deliver(services, notice)
        return change.result
    raise Conflict("changed_meanwhile", "Someone else is changing this right now. Try again.")


def notify(services: Services, notice: Notice) -> None:
    """A notice about something that is stored already."""
    commit_and_notify(services, lambda: Change(None, notices=[notice]))


def deliver_due(services: Services) -> int:
    """Delivers what is due and could not be delivered before; gives how many got through."""
    now, delivered = services.now(), 0
    for notice in services.store.query(NOTICES_BY_DUE, limit=200).items:
        if notice.due_at > now:
            break
        if now - notice.created_at > _WORTH_TELLING:
            services.store.delete(Notice, notice.id)
        elif _deliver(services, notice):
            delivered += 1
        else:
            _postpone(services, notice, now)
    return delivered


def _deliver(services: Services, notice: Notice) -> bool:
    acknowledged = services.relay.deliver(notice.room_id, notice.body)
    if acknowledged:
        services.store.delete(Notice, notice.id)
    return acknowledged


def _postpone(services: Services, notice: Notice, now: datetime) -> None:
    wait = timedelta(seconds=min(2 ** (notice.attempts + 1), 60))
    later = replace(notice, attempts=notice.attempts + 1, due_at=now + wait)
    try:
        services.store.replace(later)
    except (VersionConflict, Missing):
        return  # another sweeper has it
