"""One writer per upload: a new connection takes over, because the previous one may have been dead for minutes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from weakref import WeakValueDictionary

from watchparty_api.errors import Conflict

T = TypeVar("T")


class SingleWriter:
    """Runs one task per key; a new task cancels the previous one and waits until it has ended."""

    def __init__(self) -> None:
        self._latest: dict[str, asyncio.Task[object]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def run(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        """Returns the result of `work`. Raises Conflict if a newer task has taken over."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        if (previous := self._latest.get(key)) is not None:
            previous.cancel()

        async def locked() -> T:
            async with lock:
                return await work()

        task = asyncio.create_task(locked())
        self._latest[key] = task
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()  # has an effect only if the request itself was cancelled
            if self._latest.get(key) is task:
                del self._latest[key]
        if task.cancelled():
            raise Conflict("continued_elsewhere", "This upload is continuing over another connection.")
        return task.result()
