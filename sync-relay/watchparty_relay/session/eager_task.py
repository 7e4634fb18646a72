"""Runs a coroutine at once, and creates a task only if it has to wait.

Most of what a session does never waits: with rooms in memory, a command is decided, broadcast and answered in one go,
and a task for each would cost more than the command. (Python 3.12 has the same as eager tasks.) mypyc does not compile
this module, because it works on Python's own coroutines.
"""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any

_DONE = object()


def run_eagerly(work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Returns the task that does the rest, or None if nothing is left. Raises what the work raises before it waits.

    Until it waits there is no current task, so the work must not begin with something that needs one, such as
    `asyncio.timeout`.
    """
    try:
        awaited = work.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_rest(work, awaited))


@types.coroutine
def _rest(work: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    """Waits for what the work waits for, and resumes it."""
    while True:
        try:
            result = yield awaited
        except BaseException as error:
            awaited = _step(work.throw, error)
        else:
            awaited = _step(work.send, result)
        if awaited is _DONE:
            return


def _step(resume: Callable[[Any], Any], value: Any) -> Any:
    try:
        return resume(value)
    except StopIteration:
        return _DONE
