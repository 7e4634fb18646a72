"""Runs the functions' periodic tasks (`watchparty_api/maintenance.py`) while the server is up.

In the cloud, Cloud Scheduler triggers the same tasks.
"""

import logging
import threading
import time
from collections.abc import Sequence

from watchparty_api import maintenance
from watchparty_api.maintenance import MaintenanceTask
from watchparty_api.services import Services

log = logging.getLogger(__name__)

_STOP_WITHIN_S = 10.0
"""How long `stop` waits for running tasks. Each can be interrupted and continues at the next start."""


class TaskRunner:
    """One thread per task, so that a slow task does not delay the others."""

    def __init__(self, services: Services, tasks: Sequence[MaintenanceTask] = maintenance.TASKS) -> None:
        self._services = services
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(task,), name=task.name, daemon=True) for task in tasks
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, within_s: float = _STOP_WITHIN_S) -> None:
        self._stopped.set()
        ends_at_s = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.0, ends_at_s - time.monotonic()))
            if thread.is_alive():
                log.warning("stopped without waiting for the task %s", thread.name)

    def _repeat(self, task: MaintenanceTask) -> None:
        while not self._stopped.wait(task.interval_s):
            maintenance.run(task, self._services)
