"""Applies the functions' notices. In the same process a notice is a call that returns once the room has changed.

From elsewhere the same bodies arrive over a socket (`session.py`); both end in `apply`. Notices are idempotent, so
senders can safely send them again.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from watchparty_relay.bus.port import Bus
from watchparty_relay.errors import BadNotice, BusUnavailable, NoticeUndelivered
from watchparty_relay.protocol.notices import Notice, RoleNotice
from watchparty_relay.room_time import to_room_time

DELIVERED_WITHIN_S = 5.0


class NoticeDelivery:
    """`wall_ms` returns the time of day, which notices refer to."""

    def __init__(self, bus: Bus, wall_ms: Callable[[], float]) -> None:
        self._bus = bus
        self._wall_ms = wall_ms
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """From now on other threads may call `deliver`. Call this on the relay's event loop."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        self._loop = None

    async def apply(self, notice: Notice) -> None:
        if isinstance(notice, RoleNotice):
            ctl_ms = to_room_time(notice.ctl, now_ms=self._bus.now_ms(), wall_ms=self._wall_ms())
            notice = replace(notice, ctl=ctl_ms)
        await self._bus.apply(notice.room, notice)

    def deliver(self, body: Mapping[str, Any]) -> None:
        """Blocks until the notice is applied: for the functions' threads, never for the event loop's own."""
        notice = parse(body)
        if self._loop is None:
            raise NoticeUndelivered(notice.id)
        applied = asyncio.run_coroutine_threadsafe(self.apply(notice), self._loop)
        try:
            applied.result(DELIVERED_WITHIN_S)
        except (TimeoutError, BusUnavailable) as error:
            applied.cancel()
            raise NoticeUndelivered(notice.id) from error


def parse(body: Mapping[str, Any]) -> Notice:
    try:
        return msgspec.convert(dict(body), Notice)  # type: ignore[no-any-return]  # a union is a type to msgspec
    except msgspec.ValidationError as error:
        raise BadNotice(str(error)) from error
