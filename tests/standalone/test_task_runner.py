"""The threads that run the periodic tasks: failed tasks run again, and hanging tasks do not block stopping."""

import threading
from typing import cast

from watchparty.task_runner import TaskRunner
from watchparty_api.maintenance import TASKS, MaintenanceTask
from watchparty_api.services import Services

SERVICES = cast("Services", object())
"""The tasks of these tests do not use them."""


def test_a_task_that_hangs_does_not_keep_the_server_from_stopping() -> None:
    """`stop` returns once its time is up."""
    begun, released = threading.Event(), threading.Event()

    def hang(_: Services) -> None:
        begun.set()
        released.wait()

    task_runner = TaskRunner(SERVICES, [MaintenanceTask("wait forever", 0.001, hang)])
    task_runner.start()
    assert begun.wait(5)
    stopping = threading.Thread(target=task_runner.stop, kwargs={"within_s": 0.05}, daemon=True)
    stopping.start()
    stopping.join(5)
    hung = stopping.is_alive()
    released.set()
    assert not hung


def test_a_task_that_fails_is_run_again() -> None:
    """A task runs at its next interval although the last run raised."""
    runs: list[Services] = []
    enough = threading.Event()

    def fail(services: Services) -> None:
        runs.append(services)
        if len(runs) == 3:
            enough.set()
        raise RuntimeError("temporary failure")

    task_runner = TaskRunner(SERVICES, [MaintenanceTask("fail", 0.001, fail)])
    task_runner.start()
    assert enough.wait(5)
    task_runner.stop()
    assert runs[0] is SERVICES


def test_the_server_runs_every_task() -> None:
    """No task of the table is missing at home."""
    task_runner = TaskRunner(SERVICES)
    assert [thread.name for thread in task_runner._threads] == [task.name for task in TASKS]
