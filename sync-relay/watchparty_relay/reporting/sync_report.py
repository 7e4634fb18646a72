"""How well each member was in sync, collected from their reports for one event per minute. Pure."""

from collections import deque
from statistics import quantiles
from typing import Any

from watchparty_relay.protocol.messages import Report
from watchparty_relay.protocol.values import Ready

REPORT_EVERY_MS = 60_000.0
MAX_SAMPLES = 600


class MemberSync:
    """One member's samples since the last report."""

    def __init__(self) -> None:
        self._errors_ms: deque[float] = deque(maxlen=MAX_SAMPLES)
        self._rtt_ms: float | None = None
        self._buffering = False
        self._stalls = 0

    def add(self, report: Report) -> None:
        if report.err_ms is not None and report.ready is Ready.OK:
            self._errors_ms.append(abs(report.err_ms))
        self._rtt_ms = report.rtt_ms if report.rtt_ms is not None else self._rtt_ms
        buffering = report.ready is Ready.BUFFERING
        self._stalls += buffering and not self._buffering
        self._buffering = buffering

    def summary(self) -> dict[str, Any]:
        twentieths = quantiles(self._errors_ms, n=20, method="inclusive") if len(self._errors_ms) > 1 else None
        only = self._errors_ms[0] if len(self._errors_ms) == 1 else None
        return {
            "samples": len(self._errors_ms),
            "err_p50_ms": twentieths[9] if twentieths else only,
            "err_p95_ms": twentieths[18] if twentieths else only,
            "rtt_ms": self._rtt_ms,
            "stalls": self._stalls,
        }


class SyncReport:
    """A room's samples; `due` and `take` return them and start over."""

    def __init__(self, *, now_ms: float) -> None:
        self._members: dict[str, MemberSync] = {}
        self._reported_ms = now_ms

    def add(self, participant_id: str, report: Report) -> None:
        self._members.setdefault(participant_id, MemberSync()).add(report)

    def due(self, *, now_ms: float) -> list[dict[str, Any]]:
        if not self._members or now_ms < self._reported_ms + REPORT_EVERY_MS:
            return []
        return self.take(now_ms=now_ms)

    def take(self, *, now_ms: float) -> list[dict[str, Any]]:
        people = [{"participant_id": member, **sync.summary()} for member, sync in self._members.items()]
        self._members, self._reported_ms = {}, now_ms
        return people
