"""The transactional outbox: changes are committed with their notices to the relay, delivered at once or later.

Rooms change only through `commit_and_notify`. Maintenance calls `deliver_due` for undelivered notices. A notice may
arrive twice; it is not lost while it is still relevant.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from watchparty_api.errors import AlreadyExists, Conflict, Missing, VersionConflict
from watchparty_api.isolation import process_each
from watchparty_api.records import Notice
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Write
from watchparty_api.store.queries import NOTICES_BY_DUE

log = logging.getLogger(__name__)

T = TypeVar("T")

_MAX_DECISIONS = 12
_MAX_NOTICE_AGE = timedelta(hours=1)
"""Join tokens live ten minutes and carry the same state, so an older notice adds nothing."""
_FIRST_DELIVERY = timedelta(seconds=10)
"""The time for the first delivery, by the process that committed, before maintenance delivers the notice."""
_MAX_WAIT = timedelta(minutes=1)
"""The longest time between two deliveries of a notice."""


@dataclass(frozen=True)
class Change(Generic[T]):
    """A decision: the writes, the notices for the relay, and the result for the caller."""

    result: T
    writes: Sequence[Write] = ()
    notices: Sequence[Notice] = ()


def commit_and_notify(services: Services, decide: Callable[[], Change[T]]) -> T:
    """Commits what `decide` returns for the current state; decides again if another writer was faster."""
    for _ in range(_MAX_DECISIONS):
        change = decide()
        outgoing = [replace(n, due_at=n.due_at + _FIRST_DELIVERY) for n in change.notices]
        try:
            if change.writes or outgoing:
                services.store.commit([*change.writes, *map(Create, outgoing)])
        except (VersionConflict, AlreadyExists, Missing):
            continue
        for notice in outgoing:
            try:
                _deliver(services, notice)
            except Exception:  # the change is committed, and maintenance delivers the notice
                log.exception("a notice could not be delivered")
        return change.result
    raise Conflict("changed_meanwhile", "Someone else is changing this right now. Try again.")


def notify(services: Services, notice: Notice) -> None:
    """Sends a notice about something that is already stored."""
    commit_and_notify(services, lambda: Change(None, notices=[notice]))


def deliver_due(services: Services) -> int:
    """Delivers notices that are due and could not be delivered before; returns how many were acknowledged."""
    now, delivered = services.now(), list[Notice]()

    def deliver(notice: Notice) -> None:
        if now - notice.created_at > _MAX_NOTICE_AGE < services.trusted_clock.now() - notice.created_at:
            services.store.delete(Notice, notice.id)
            return
        try:
            acknowledged = _deliver(services, notice)
        except Exception:
            _postpone(services, notice, now)
            raise
        if acknowledged:
            delivered.append(notice)
        else:
            _postpone(services, notice, now)

    due = [notice for notice in services.store.query(NOTICES_BY_DUE, limit=200).items if _is_due(notice, now)]
    process_each(due, deliver, task="deliver a notice")
    return len(delivered)


def _is_due(notice: Notice, now: datetime) -> bool:
    """Also if it is due later than any notice is postponed: the clock has been put back."""
    return not now < notice.due_at <= now + _MAX_WAIT


def _deliver(services: Services, notice: Notice) -> bool:
    acknowledged = services.relay.deliver(notice.room_id, notice.body)
    if acknowledged:
        services.store.delete(Notice, notice.id)
    return acknowledged


def _postpone(services: Services, notice: Notice, now: datetime) -> None:
    wait = timedelta(seconds=min(2 ** (notice.attempts + 1), _MAX_WAIT.total_seconds()))
    later = replace(notice, attempts=notice.attempts + 1, due_at=now + wait)
    try:
        services.store.replace(later)
    except (VersionConflict, Missing):
        return  # another process is delivering it
