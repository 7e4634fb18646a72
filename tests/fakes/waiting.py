"""Waits for what another process, thread or browser does. Nothing else in the tests sleeps; tests/layering holds it."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
Ignored = tuple[type[Exception], ...]
EVERY_S = 0.02


def eventually(what: str, holds: Callable[[], T | None], *, within_s: float = 45.0, ignoring: Ignored = ()) -> T:
    """Calls `holds` until it returns something true, and returns that. An exception in `ignoring` means "not yet".

    Raises AssertionError with `what` after `within_s` seconds.
    """
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if result := holds():
                return result
        except ignoring:
            pass
        time.sleep(EVERY_S)
    raise AssertionError(f"not within {within_s} s: {what}")


async def eventually_async(
    what: str, holds: Callable[[], Any], *, within_s: float = 45.0, ignoring: Ignored = ()
) -> Any:
    """The same in an event loop; `holds` may be a coroutine function, which is not interrupted."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            result = holds()
            if inspect.isawaitable(result):
                result = await result
            if result:
                return result
        except ignoring:
            pass
        await asyncio.sleep(EVERY_S)
    raise AssertionError(f"not within {within_s} s: {what}")
