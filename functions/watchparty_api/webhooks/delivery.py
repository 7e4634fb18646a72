"""Sends due deliveries, each once even when several processes try at the same time, and retries failed ones.

Called by the function `on_delivery` for the deliveries that woke it, and by maintenance for all that are due. Several
webhooks are called concurrently, each with one delivery after the other, so that a slow server delays only itself.
"""

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from watchparty_api.errors import Missing, VersionConflict
from watchparty_api.records import Account, Delivery, Webhook
from watchparty_api.services import Services
from watchparty_api.store.port import Replace, Write
from watchparty_api.store.queries import DELIVERIES_BY_STATE
from watchparty_api.webhooks.http_call import CallFailed, call
from watchparty_api.webhooks.signature import secret_of, signed_headers

log = logging.getLogger(__name__)

RETRIES = tuple(
    timedelta(seconds=s) for s in (10, 60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)  # fmt: skip
"""The delay before each retry; there is no retry after the last."""
_LEASE = timedelta(minutes=1)
"""How long a delivery is reserved for the process that tries it; longer than a call can take."""
_GONE = 410
_ROUND = 200
_ROUND_S = 10.0
"""No call of a round begins after this; the next round continues."""
_AT_ONCE = 16


def deliver_due(services: Services) -> int:
    """Tries all due deliveries, and returns how many succeeded."""
    now, due = services.now(), []
    for each in services.store.query(DELIVERIES_BY_STATE, "waiting", limit=_ROUND).items:
        if _is_due(each, now):
            due.append(each.id)
    return deliver(services, due)


def deliver(services: Services, ids: Iterable[str]) -> int:
    """Tries those of the given deliveries that are due, and returns how many succeeded."""
    ends_at_s, queues = time.monotonic() + _ROUND_S, dict[str, dict[str, None]]()
    for id_ in ids:
        found = services.store.get(Delivery, id_)
        if found is not None and _is_due(found, services.now()):
            queues.setdefault(found.webhook_id, {})[id_] = None
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhooks") as pool:
        return sum(pool.map(lambda queue: _in_turn(services, list(queue), ends_at_s), queues.values()))


def _in_turn(services: Services, ids: Sequence[str], ends_at_s: float) -> int:
    """Sends one webhook's deliveries as long as it answers. After a failure the remaining ones are postponed as long as
    the failed one; at the end of the round, until the other webhooks have had their turn.
    """
    delivered = 0
    for index, id_ in enumerate(ids):
        if time.monotonic() >= ends_at_s:
            if index:
                _postpone(services, ids[index:], services.now() + RETRIES[0])
            break
        try:
            after = attempt(services, id_)
        except Exception:  # whatever is wrong with one delivery, the others are sent; its lease has postponed it
            log.exception("delivery %s could not be tried", id_)
            continue
        delivered += after.state == "delivered"
        if after.state == "waiting" and after.last_status is None:
            _postpone(services, ids[index + 1 :], after.due_at)
            break
    return delivered


def _postpone(services: Services, ids: Sequence[str], due_at: datetime) -> None:
    for id_ in ids:
        found = services.store.get(Delivery, id_)
        if found is None or not _is_due(found, services.now()):
            continue
        try:
            services.store.replace(replace(found, due_at=due_at))
        except (VersionConflict, Missing):
            continue  # another process has it, or its webhook was deleted


def _is_due(delivery: Delivery, now: datetime) -> bool:
    """Also if it is due later than any retry: the clock has been put back."""
    return delivery.state == "waiting" and not now < delivery.due_at <= now + RETRIES[-1]


def attempt(services: Services, id_: str) -> Delivery:
    """Makes one attempt, if it is due. Returns the delivery afterwards, unchanged when another process is trying it."""
    store, now = services.store, services.now()
    found = store.get(Delivery, id_)
    assert found is not None  # noqa: S101  the caller has just read it, and waiting deliveries do not expire
    if not _is_due(found, now):
        return found
    try:
        leased = store.replace(replace(found, attempts=found.attempts + 1, due_at=now + _LEASE))
    except VersionConflict:
        return found
    webhook = _listening(services, leased.webhook_id)
    status = _call(services, webhook, leased, now) if webhook is not None else None
    after = _after(leased, status, now, wanted=webhook is not None)
    writes: list[Write] = [Replace(after)]
    if webhook is not None and status == _GONE:
        writes.append(Replace(replace(webhook, active=False)))
    try:
        store.commit(writes)
    except VersionConflict:
        log.info("delivery %s was changed during its attempt", id_)
    return after


def _listening(services: Services, webhook_id: str) -> Webhook | None:
    """The webhook, if it exists, is active, and its owner's account is usable."""
    webhook = services.store.get(Webhook, webhook_id)
    if webhook is None or not webhook.active:
        return None
    owner = services.store.get(Account, webhook.account_id)
    return None if owner is None or owner.suspended else webhook


def _call(services: Services, webhook: Webhook, delivery: Delivery, now: datetime) -> int | None:
    body = _encoded(delivery.body)
    secret = secret_of(services.keyed_hash, webhook.id)
    headers = {
        "Content-Type": "application/json",
        **signed_headers(secret, message_id=delivery.id, now=now, body=body),
    }
    try:
        return call(webhook.url, body, headers, public_only=services.config.environment == "cloud")
    except CallFailed as error:
        log.info("delivery %s got no answer: %s", delivery.id, error)
        return None


def _encoded(body: Mapping[str, Any]) -> bytes:
    """The bytes of the call, the same in every attempt: Firestore returns an object's keys in any order."""
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()


def _after(delivery: Delivery, status: int | None, now: datetime, *, wanted: bool) -> Delivery:
    """The delivery after an attempt."""
    if status is not None and 200 <= status < 300:
        return replace(delivery, state="delivered", last_status=status)
    if not wanted or status == _GONE or delivery.attempts > len(RETRIES):
        return replace(delivery, state="failed", last_status=status)
    return replace(delivery, last_status=status, due_at=now + RETRIES[delivery.attempts - 1])
