"""How well everybody was in sync, gathered from their reports and told to the functions once a minute. Pure."""

from collections import deque
from statistics import quantiles
from typing import Any

from watchparty_relay.protocol import Report
from watchparty_relay.vocabulary import Ready

TOLD_EVERY_MS = 60_000.0
KEPT_SAMPLES = 600


class PersonSync:
    """One person's samples since they were last told."""

    def __init__(self) -> None:
        self._errors_ms: deque[float] = deque(maxlen=KEPT_SAMPLES)
        self._rtt_ms: float | None = None
        self._buffering = False
        self._stalls = 0

    def note(self, report: Report) -> None:
        if report.err_ms is not None and report.ready is Ready.OK:
            self._errors_ms.append(abs(report.err_ms))
        self._rtt_ms = report.rtt_ms if report.rtt_ms is not None else self._rtt_ms
        buffering = report.ready is Ready.BUFFERING
        self._stalls += buffering and not self._buffering
        self._buffering = buffering

    def facts(self) -> dict[str, Any]:
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
    """A room's samples; `due` hands them out and begins anew."""

    def __init__(self, *, now_ms: float) -> None:
        self._people: dict[str, PersonSync] = {}
        self._told_ms = now_ms

    def note(self, participant_id: str, report: Report) -> None:
        self._people.setdefault(participant_id, PersonSync()).note(report)

    def due(self, *, now_ms: float) -> list[dict[str, Any]]:
        if not self._people or now_ms < self._told_ms + TOLD_EVERY_MS:
            return []
        return self.take(now_ms=now_ms)

    def take(self, *, now_ms: float) -> list[dict[str, Any]]:
        people = [{"participant_id": person, **sync.facts()} for person, sync in self._people.items()]
        self._people, self._told_ms = {}, now_ms
        return people
