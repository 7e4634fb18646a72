"""What has to be looked after now and then while the server runs: a list of chores, each with its own rhythm.

In the cloud Cloud Scheduler calls the same functions.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from watchparty_api.accounts.deletion import sweep_temporary_accounts
from watchparty_api.expiry import forget_expired
from watchparty_api.objects.port import ObjectStore
from watchparty_api.rooms.outbox import deliver_due
from watchparty_api.services import Services
from watchparty_api.videos.transcodes.runs import requeue_stuck
from watchparty_api.videos.uploads.maintenance import expire_originals, reap_unfinished
from watchparty_api.webhooks.delivery import deliver_due as call_webhooks

log = logging.getLogger(__name__)

_PATIENCE_S = 10.0
"""How long the end waits for chores under way; each can be broken off and is taken up at the next start."""


@dataclass(frozen=True)
class Chore:
    name: str
    every_s: float
    do: Callable[[], object]


def chores(services: Services, objects: ObjectStore) -> list[Chore]:
    """Everything that nobody asks for by a request."""
    return [
        Chore("deliver notices that did not get through", 3, lambda: deliver_due(services, services.now())),
        Chore("call webhooks that are due", 3, lambda: call_webhooks(services, services.now())),
        Chore("take up transcodes that fell silent", 60, lambda: requeue_stuck(services)),
        Chore("forget uploads that were never finished", 600, lambda: reap_unfinished(services, services.now())),
        Chore("remove originals that have served", 3600, lambda: expire_originals(services, services.now())),
        Chore("remove what unfinished uploads left", 3600, lambda: objects.reap_uploads(services.now())),
        Chore("forget sessions, links and keys that have expired", 3600, lambda: forget_expired(services)),
        Chore("delete temporary accounts whose day is over", 600, lambda: sweep_temporary_accounts(services)),
    ]


class Housekeeping:
    """One thread a chore, so that a slow one keeps no other waiting."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(chore,), name=chore.name, daemon=True) for chore in chores
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, within_s: float = _PATIENCE_S) -> None:
        self._over.set()
        ends_at_s = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.0, ends_at_s - time.monotonic()))
            if thread.is_alive():
                log.warning("gave up waiting for: %s", thread.name)

    def _repeat(self, chore: Chore) -> None:
        while not self._over.wait(chore.every_s):
            try:
                chore.do()
            except Exception:  # one bad round must not end the rounds to come
                log.exception("could not %s", chore.name)
