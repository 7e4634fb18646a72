"""Redis's clock, as all its relays see it: estimated from round trips, carried on by the machine's monotonic clock.

The estimate is slewed and never goes back. Only an error of more than a second is corrected at once, and under another
clock name, so that players start their own estimates over.
"""

from collections import deque

from redis.asyncio import Redis

from watchparty_relay.room_time import TimeSource

SAMPLES = 8
SLEW_MS = 1.0
STEP_MS = 1_000.0


class RedisTime:
    def __init__(self, client: Redis, source: TimeSource) -> None:
        self.name = ""
        self._client = client
        self._source = source
        self._samples: deque[tuple[float, float]] = deque(maxlen=SAMPLES)
        self._offset_ms = 0.0
        self._latest_ms = 0.0

    def now_ms(self) -> float:
        self._latest_ms = max(self._latest_ms, self._source.monotonic_ms() + self._offset_ms)
        return self._latest_ms

    async def start(self) -> None:
        for _ in range(SAMPLES):
            await self.sample()
        self._offset_ms = self._best_offset_ms()

    async def sample(self) -> None:
        sent_ms = self._source.monotonic_ms()
        seconds, microseconds = await self._client.time()
        received_ms = self._source.monotonic_ms()
        server_ms = (seconds * 1_000_000 + microseconds) / 1000
        self._samples.append((received_ms - sent_ms, server_ms - (sent_ms + received_ms) / 2))
        error_ms = self._best_offset_ms() - self._offset_ms
        if abs(error_ms) <= STEP_MS:
            self._offset_ms += min(max(error_ms, -SLEW_MS), SLEW_MS)
            return
        newest = self._samples.pop()
        self._samples.clear()
        self._samples.append(newest)
        self._offset_ms = newest[1]
        self.name = str((await self._client.info("server"))["run_id"])[:8]

    def _best_offset_ms(self) -> float:
        """The offset measured by the shortest round trip, which bounds its error most tightly."""
        return min(self._samples)[1]
