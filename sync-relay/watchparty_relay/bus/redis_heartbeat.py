"""Whether this relay and others are alive, as keys in Redis that each relay renews: one per relay, not one per room.

A room's lease names the token of the relay that holds it. It is valid for as long as that token's key exists, so a
relay keeps a thousand leases with one command. A relay whose key has expired gets a new token: its old leases are void
even if it is back before another relay takes them. Called by `redis.py`.
"""

import secrets
from collections.abc import Collection

from redis.asyncio import Redis

from watchparty_relay.room_time import TimeSource

ALIVE_MS = 6_000
"""Renewed every two seconds: two renewals in a row may fail before other relays take this one's leases."""
OWNER_PREFIX = "relay-"
"""Earlier releases store the relay's bare name in a lease of six seconds, and have no heartbeat."""


class RedisHeartbeat:
    def __init__(self, client: Redis, source: TimeSource) -> None:
        self.token = ""
        self._client = client
        self._source = source
        self._alive_until_ms = 0.0

    @property
    def alive(self) -> bool:
        """Whether the key still exists, so that no other relay has taken a lease of this token."""
        return self._source.monotonic_ms() < self._alive_until_ms

    async def beat(self) -> None:
        """Renews the key. If it no longer exists, this relay holds no lease: it continues with a new token."""
        sent_ms = self._source.monotonic_ms()
        if not (self.token and await self._client.set(_key(self.token), 1, px=ALIVE_MS, xx=True)):
            self.token = OWNER_PREFIX + secrets.token_hex(6)
            await self._client.set(_key(self.token), 1, px=ALIVE_MS)
        self._alive_until_ms = sent_ms + ALIVE_MS

    async def dead_among(self, owners: Collection[str]) -> list[str]:
        """The owners of leases that no longer renew their keys."""
        tokens = [owner for owner in owners if owner.startswith(OWNER_PREFIX)]
        values = await self._client.mget([_key(token) for token in tokens]) if tokens else []
        return [token for token, value in zip(tokens, values, strict=True) if value is None]

    async def stop(self) -> None:
        """Lets other relays take the leases at once."""
        self._alive_until_ms = 0.0
        await self._client.delete(_key(self.token))


def _key(token: str) -> str:
    return f"wp1:{{relays}}:{token}"
