"""The rooms whose messages from other relays this relay receives: one pub/sub connection, replaced when it breaks.

It passes on what arrives. After a break it reports when it is complete again, because messages sent in between are
lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

CONTROL_CHANNEL = "wp1:relays"
"""Subscribed to first on each connection: its confirmation shows that the connection works."""
RETRY_S = 0.2


class Subscriptions:
    def __init__(
        self,
        client: Redis,
        *,
        on_message: Callable[[str, bytes], None],
        on_restored: Callable[[], Awaitable[None]],
    ) -> None:
        self._client = client
        self._on_message = on_message
        self._on_restored = on_restored
        self._pubsub: PubSub | None = None
        self._confirmed: dict[str, asyncio.Event] = {}

    async def follow(self, channel: str) -> None:
        """Returns when whatever is published from now on will be received."""
        confirmed = self._confirmed.setdefault(channel, asyncio.Event())
        if self._pubsub is not None and not confirmed.is_set():
            await self._pubsub.subscribe(channel)
        await confirmed.wait()

    async def unfollow(self, channel: str) -> None:
        if self._confirmed.pop(channel, None) and self._pubsub is not None:
            await self._pubsub.unsubscribe(channel)

    async def run(self) -> None:
        while True:
            try:
                async with self._client.pubsub() as pubsub:
                    for confirmed in self._confirmed.values():
                        confirmed.clear()
                    await pubsub.subscribe(CONTROL_CHANNEL)
                    self._pubsub = pubsub
                    if self._confirmed:
                        await pubsub.subscribe(*self._confirmed)
                    await self._receive(pubsub)
            except (RedisError, OSError) as error:
                log.warning("messages of other relays cannot be received: %s", error)
            except Exception:  # a message that could not be handled: our bug, or one that only newer relays know
                log.exception("a message of another relay could not be handled")
            finally:
                self._pubsub = None
            await asyncio.sleep(RETRY_S)

    async def _receive(self, pubsub: PubSub) -> None:
        restoring: asyncio.Task[None] | None = None
        try:
            while True:
                message = await pubsub.get_message(timeout=5.0)
                if message is None:
                    continue
                channel = message["channel"].decode()
                if message["type"] == "message":
                    self._on_message(channel, message["data"])
                elif message["type"] == "subscribe" and channel == CONTROL_CHANNEL:
                    restoring = asyncio.create_task(self._restore())
                elif message["type"] == "subscribe" and channel in self._confirmed:
                    self._confirmed[channel].set()
        finally:
            if restoring is not None:
                restoring.cancel()

    async def _restore(self) -> None:
        for confirmed in tuple(self._confirmed.values()):
            await confirmed.wait()
        await self._on_restored()
