"""How much one sender may send, per kind of message, within a sliding ten seconds. Pure: `now_ms` is passed in."""

from msgspec.structs import replace

from watchparty_relay.protocol.values import Limits
from watchparty_relay.rules.chat import MAX_CHARS, MAX_LOG_ENTRIES

WINDOW_MS = 10_000.0
MAX_CONNECTIONS = 5

LIMITS = Limits(
    chat_chars=MAX_CHARS,
    chat_per_10s=10,
    cmds_per_10s=120,
    reacts_per_10s=40,
    reports_per_10s=60,
    messages_per_10s=400,
    frame_bytes=16_384,
    connections=MAX_CONNECTIONS,
    log_entries=MAX_LOG_ENTRIES,
)
"""Clock estimation begins with 55 pings in ten seconds, and dragging a slider sends about ten seeks per second."""


def scaled_limits(factor: int) -> Limits:
    """The same limits with every rate multiplied, for load tests."""
    rates = {name: getattr(LIMITS, name) * factor for name in LIMITS.__struct_fields__ if name.endswith("_per_10s")}
    return replace(LIMITS, **rates)


class TokenBucket:
    """Holds `limit` tokens and refills evenly over the window: a burst of `limit`, then the steady rate."""

    __slots__ = ("_limit", "_taken_ms", "_tokens")

    def __init__(self, limit: int) -> None:
        self._limit = float(limit)
        self._tokens = float(limit)
        self._taken_ms = 0.0

    def take(self, *, now_ms: float) -> bool:
        """Takes one token; False if there is none."""
        if self._taken_ms:
            refill = max(0.0, now_ms - self._taken_ms) * self._limit / WINDOW_MS
            self._tokens = min(self._limit, self._tokens + refill)
        self._taken_ms = now_ms
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class MemberBuckets:
    """One member's limits, shared by all of their connections. Each connection has a limit on all messages besides."""

    __slots__ = ("chat", "cmds", "reacts", "reports")

    def __init__(self, limits: Limits) -> None:
        self.chat = TokenBucket(limits.chat_per_10s)
        self.cmds = TokenBucket(limits.cmds_per_10s)
        self.reacts = TokenBucket(limits.reacts_per_10s)
        self.reports = TokenBucket(limits.reports_per_10s)


class RoomBuckets:
    """The buckets of a room's members, created on first use."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buckets: dict[str, MemberBuckets] = {}

    def of(self, participant_id: str) -> MemberBuckets:
        buckets = self._buckets.get(participant_id)
        if buckets is None:
            buckets = self._buckets[participant_id] = MemberBuckets(self._limits)
        return buckets

    def forget(self, participant_id: str) -> None:
        self._buckets.pop(participant_id, None)


def too_large(text: str | bytes) -> bool:
    """Whether a frame exceeds the size limit. A `str` is encoded only if its length could matter."""
    if len(text) > LIMITS.frame_bytes:
        return True
    return isinstance(text, str) and 4 * len(text) > LIMITS.frame_bytes < len(text.encode(errors="surrogatepass"))
