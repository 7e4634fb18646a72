"""The rooms that this relay hears of from others: one pub/sub connection, replaced when it breaks.

It hands on what arrives and says when it is whole again, because what was told meanwhile is lost to it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

LIFELINE = "wp1:relays"
AGAIN_S = 0.2


class Subscriptions:
    def __init__(
        self, client: Redis, *, heard: Callable[[str, bytes], None], restored: Callable[[], Awaitable[None]]
    ) -> None:
        self._client = client
        self._heard = heard
        self._restored = restored
        self._pubsub: PubSub | None = None
        self._followed: dict[str, asyncio.Event] = {}

    async def follow(self, channel: str) -> None:
        """Returns when whatever is told from now on will be heard."""
        standing = self._followed.setdefault(channel, asyncio.Event())
        if self._pubsub is not None and not standing.is_set():
            await self._pubsub.subscribe(channel)
        await standing.wait()

    async def unfollow(self, channel: str) -> None:
        if self._followed.pop(channel, None) and self._pubsub is not None:
            await self._pubsub.unsubscribe(channel)

    async def run(self) -> None:
        while True:
            try:
                async with self._client.pubsub() as pubsub:
                    for standing in self._followed.values():
                        standing.clear()
                    await pubsub.subscribe(LIFELINE)
                    self._pubsub = pubsub
                    if self._followed:
                        await pubsub.subscribe(*self._followed)
                    await self._listen(pubsub)
            except (RedisError, OSError) as failure:
                log.warning("the other relays cannot be heard: %s", failure)
            except Exception:  # a message that could not be taken, by a fault of ours or of a newer relay
                log.exception("something that another relay told could not be taken")
            finally:
                self._pubsub = None
            await asyncio.sleep(AGAIN_S)

    async def _listen(self, pubsub: PubSub) -> None:
        whole: asyncio.Task[None] | None = None
        try:
            while True:
                message = await pubsub.get_message(timeout=5.0)
                if message is None:
                    continue
                channel = message["channel"].decode()
                if message["type"] == "message":
                    self._heard(channel, message["data"])
                elif message["type"] == "subscribe" and channel == LIFELINE:
                    whole = asyncio.create_task(self._restore())
                elif message["type"] == "subscribe" and channel in self._followed:
                    self._followed[channel].set()
        finally:
            if whole is not None:
                whole.cancel()

    async def _restore(self) -> None:
        for standing in tuple(self._followed.values()):
            await standing.wait()
        await self._restored()
