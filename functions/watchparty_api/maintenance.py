"""The periodic tasks, in one table for both deployments.

The standalone server runs each task at its own interval (`watchparty/task_runner.py`). In the cloud, Cloud Scheduler
calls the function `sweep` every minute (every five on the profile `hobby`), which runs them all in order.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from watchparty_api.accounts import deletion as accounts
from watchparty_api.rooms import outbox as notices
from watchparty_api.services import Services
from watchparty_api.store.queries import EXPIRING
from watchparty_api.videos.transcodes import runs as transcodes
from watchparty_api.videos.uploads import cleanup as uploads
from watchparty_api.webhooks import delivery as webhooks

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MaintenanceTask:
    """`name` completes the log line "could not …"; `interval_s` applies to the standalone server."""

    name: str
    interval_s: float
    run: Callable[[Services], object]
    in_cloud: bool = True
    """False for tasks that a cloud service performs itself."""


def delete_expired(services: Services) -> int:
    """Deletes expired records of the kinds in `EXPIRING`; returns how many.

    Readers check `expires_at` themselves, so nothing depends on when this runs.
    """
    now, deleted = services.trusted_clock.now(), 0
    for query in EXPIRING:
        for record in services.store.query_all(query):
            if record.expires_at > now:
                break
            services.store.delete(query.kind, record.id)
            deleted += 1
    services.store.erase_remnants()
    return deleted


TASKS = (
    MaintenanceTask("deliver notices that were not acknowledged", 3, notices.deliver_due),
    MaintenanceTask("call webhooks that are due", 3, webhooks.deliver_due),
    MaintenanceTask("restart transcodes that stopped reporting", 60, transcodes.requeue_stuck),
    MaintenanceTask("end abandoned uploads", 600, uploads.end_abandoned),
    MaintenanceTask("complete deletions of accounts", 600, accounts.complete_deletions),
    MaintenanceTask("delete expired temporary accounts", 600, accounts.delete_expired_temporary_accounts),
    # In the cloud Firestore deletes them by their expiry (`firestore.tf`).
    MaintenanceTask("delete expired records", 3600, delete_expired, in_cloud=False),
    # In the cloud the uploads bucket deletes them by age (`original_days` in Terraform).
    MaintenanceTask("delete originals of finished films", 3600, uploads.delete_used_originals, in_cloud=False),
)


class MaintenanceFailed(Exception):
    """Carries the names of the tasks that failed, so that the sweep counts as failed and its alerts fire."""


def run_cloud_tasks(services: Services, tasks: Sequence[MaintenanceTask] = TASKS) -> None:
    """Runs every task of the cloud once, for the function `sweep`. A task that fails does not stop the others.

    Raises MaintenanceFailed afterwards if any did.
    """
    failed = [task.name for task in tasks if task.in_cloud and not run(task, services)]
    if failed:
        raise MaintenanceFailed(", ".join(failed))


def run(task: MaintenanceTask, services: Services) -> bool:
    """Runs one task; logs its failure and returns False."""
    try:
        task.run(services)
    except Exception:
        log.exception("could not %s", task.name)
        return False
    return True
