"""How much one sender may send: counts within a sliding ten seconds, by kind of message. Pure, `now` is passed in."""

from msgspec.structs import replace

from watchparty_relay.chat import KEPT_ENTRIES, MAX_CHARS
from watchparty_relay.vocabulary import Limits

WINDOW_MS = 10_000.0
MAX_CONNECTIONS = 5

# Estimating the clock begins with 55 pings in ten seconds, and dragging a slider sends some ten seeks a second.
LIMITS = Limits(
    chat_chars=MAX_CHARS,
    chat_per_10s=10,
    cmds_per_10s=120,
    reacts_per_10s=40,
    reports_per_10s=60,
    messages_per_10s=400,
    frame_bytes=16_384,
    connections=MAX_CONNECTIONS,
    log_entries=KEPT_ENTRIES,
)


def limits_times(factor: int) -> Limits:
    """The same limits with all rates raised, for load tests."""
    rates = {name: getattr(LIMITS, name) * factor for name in LIMITS.__struct_fields__ if name.endswith("_per_10s")}
    return replace(LIMITS, **rates)


class Allowance:
    """`limit` takings within the window, refilled evenly: a burst of `limit`, then the steady rate."""

    __slots__ = ("_at_ms", "_left", "_limit")

    def __init__(self, limit: int) -> None:
        self._limit = float(limit)
        self._left = float(limit)
        self._at_ms = 0.0

    def take(self, *, now_ms: float) -> bool:
        if self._at_ms:
            refill = max(0.0, now_ms - self._at_ms) * self._limit / WINDOW_MS
            self._left = min(self._limit, self._left + refill)
        self._at_ms = now_ms
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Allowances:
    """One person's, over all their connections; a connection's own bound on all messages stands beside it."""

    __slots__ = ("chat", "cmds", "reacts", "reports")

    def __init__(self, limits: Limits) -> None:
        self.chat = Allowance(limits.chat_per_10s)
        self.cmds = Allowance(limits.cmds_per_10s)
        self.reacts = Allowance(limits.reacts_per_10s)
        self.reports = Allowance(limits.reports_per_10s)


def too_large(text: str | bytes) -> bool:
    """Whether a frame has more bytes than one may have; a text is counted only when that could matter."""
    if len(text) > LIMITS.frame_bytes:
        return True
    return isinstance(text, str) and 4 * len(text) > LIMITS.frame_bytes < len(text.encode(errors="surrogatepass"))
