"""Summarises the sync reports of a room. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from watchparty_api.records import SyncReport
from watchparty_api.rooms.history.models import PersonSync, SyncReportView


def summarize(reports: Iterable[SyncReport], names: Mapping[str, str]) -> SyncReportView:
    """One row per person; `names` maps participant ids to names."""
    by_person: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    times = []
    for report in reports:
        times.append(report.at)
        for person in report.data["people"]:
            by_person[person["participant_id"]].append(person)
    people = [_person(id_, names.get(id_, ""), parts) for id_, parts in by_person.items()]
    return SyncReportView(
        since=min(times, default=None),
        until=max(times, default=None),
        people=sorted(people, key=lambda person: (person.name, person.participant_id)),
    )


def _person(participant_id: str, name: str, parts: list[dict[str, Any]]) -> PersonSync:
    worst = [part["err_p95_ms"] for part in parts if part.get("err_p95_ms") is not None]
    return PersonSync(
        participant_id=participant_id,
        name=name,
        samples=sum(part.get("samples", 0) for part in parts),
        err_p50_ms=_weighted_median([(part.get("err_p50_ms"), part.get("samples", 0)) for part in parts]),
        err_p95_ms=max(worst, default=None),
        stalls=sum(part.get("stalls", 0) for part in parts),
    )


def _weighted_median(values: list[tuple[float | None, int]]) -> float | None:
    known = sorted((value, weight) for value, weight in values if value is not None and weight > 0)
    half, passed = sum(weight for _, weight in known) / 2, 0
    for value, weight in known:
        passed += weight
        if passed >= half:
            return value
    return None
