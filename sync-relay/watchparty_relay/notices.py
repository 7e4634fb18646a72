"""What the functions tell the relay, in one process: a call that returns once the room knows it.

The same bodies arrive over the socket from elsewhere (`session.py`); both end in `take`. Notices are idempotent, so
that whoever sends them may send again.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from watchparty_relay.bus.port import Bus
from watchparty_relay.errors import BadNotice, BusUnavailable, NoticeUndelivered
from watchparty_relay.protocol import Notice

DELIVERED_WITHIN_S = 5.0


class Notices:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """From now on other threads may deliver; called on the relay's loop."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        self._loop = None

    async def take(self, notice: Notice) -> None:
        await self._bus.apply(notice.room, notice)

    def deliver(self, body: Mapping[str, Any]) -> None:
        """Blocks until the notice is applied: for the functions' threads, never for the loop's own."""
        notice = parse(body)
        if self._loop is None:
            raise NoticeUndelivered(notice.id)
        taken = asyncio.run_coroutine_threadsafe(self.take(notice), self._loop)
        try:
            taken.result(DELIVERED_WITHIN_S)
        except (TimeoutError, BusUnavailable) as failure:
            taken.cancel()
            raise NoticeUndelivered(notice.id) from failure


def parse(body: Mapping[str, Any]) -> Notice:
    try:
        return msgspec.convert(dict(body), Notice)  # type: ignore[no-any-return]  # a union is a type to msgspec
    except msgspec.ValidationError as wrong:
        raise BadNotice(str(wrong)) from wrong
