"""Runs a coroutine at once, and makes it a task only where it has to wait.

Most of what a session does never waits: with rooms in memory a command is decided, told and answered in one go. A task
for each would cost more than the command. (Python 3.12 has the same as eager tasks.)
"""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any

_DONE = object()


def run_eagerly(work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """The task in which the rest is done; None when all is done. What it raises before it waits is raised here.

    Until then there is no current task, so the work must not begin with what needs one, like `asyncio.timeout`.
    """
    try:
        awaited = work.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_rest(work, awaited))


@types.coroutine
def _rest(work: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    """Waits for what the work waits for, and goes on with it."""
    while True:
        try:
            arrived = yield awaited
        except BaseException as failure:
            awaited = _step(work.throw, failure)
        else:
            awaited = _step(work.send, arrived)
        if awaited is _DONE:
            return


def _step(resume: Callable[[Any], Any], value: Any) -> Any:
    try:
        return resume(value)
    except StopIteration:
        return _DONE
