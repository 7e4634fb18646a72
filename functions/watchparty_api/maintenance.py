"""One round of everything that nobody asks for by a request, for Cloud Scheduler's call of the function `sweep`.

At home each chore has a rhythm of its own (the standalone server's housekeeping).
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from watchparty_api.accounts.deletion import sweep_temporary_accounts
from watchparty_api.expiry import forget_expired
from watchparty_api.rooms.outbox import deliver_due
from watchparty_api.services import Services
from watchparty_api.videos.transcodes.runs import requeue_stuck
from watchparty_api.videos.uploads.maintenance import reap_unfinished
from watchparty_api.webhooks.delivery import deliver_due as call_webhooks

log = logging.getLogger(__name__)


def sweep_all(services: Services) -> None:
    """Does every chore once; one that fails keeps no other from its turn."""
    chores: dict[str, Callable[[], object]] = {
        "deliver notices that did not get through": lambda: deliver_due(services, services.now()),
        "call webhooks that are due": lambda: call_webhooks(services, services.now()),
        "take up transcodes that fell silent": lambda: requeue_stuck(services),
        "end uploads that were never finished": lambda: reap_unfinished(services, services.now()),
        "forget what has expired": lambda: forget_expired(services),
        "delete temporary accounts whose day is over": lambda: sweep_temporary_accounts(services),
    }
    for name, chore in chores.items():
        try:
            chore()
        except Exception:
            log.exception("could not %s", name)
