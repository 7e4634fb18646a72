"""One writer an upload: who comes later takes over, for the connection before may have been dead for minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from weakref import WeakValueDictionary

from watchparty_api.errors import Conflict

T = TypeVar("T")


class Turns:
    """Runs one piece of work a key at a time; a newcomer cancels the one before and waits until it has let go."""

    def __init__(self) -> None:
        self._latest: dict[str, asyncio.Task[object]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def newest(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        """The result of `work`. Raises Conflict when a newer one took over."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        if (before := self._latest.get(key)) is not None:
            before.cancel()

        async def in_turn() -> T:
            async with lock:
                return await work()

        task = asyncio.create_task(in_turn())
        self._latest[key] = task
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()  # the request itself was cancelled; else it is done and nothing happens
            if self._latest.get(key) is task:
                del self._latest[key]
        if task.cancelled():
            raise Conflict("continued_elsewhere", "This upload is continuing over another connection.")
        return task.result()
