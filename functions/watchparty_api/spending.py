"""Stops films when the month's cost reaches a limit, and serves them again (ADR 50).

Google reports the cost of the month several times a day, late, and in any order, so `updated` compares the stored
report with the new one. Films are refused in two places: the API issues no grants, and where the site has a CDN,
`FilmSwitch` closes its edge. Called by the function `on_budget` and by the operator's command.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from math import isfinite
from typing import NamedTuple

from watchparty_api.errors import Conflict, Invalid
from watchparty_api.records import Spending
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace

log = logging.getLogger(__name__)

FilmSwitch = Callable[[bool], None]
"""Opens (True) or closes the edge for films. Raises Unavailable; repeating it is harmless."""
_ID = "month"


class CostReport(NamedTuple):
    """One notification of a Cloud Billing budget."""

    month_started_at: datetime
    published_at: datetime
    cost: float
    budget: float
    currency: str


def updated(before: Spending | None, report: CostReport, *, share: float, now: datetime) -> Spending:
    """The stored cost after a report; `share` of the budget is the limit. Pure.

    Within a month the cost only grows, so a late report does not resume films. A report of an earlier month, or an
    older one of this month, changes nothing.
    """
    stops_at = report.budget * share
    if before is None:
        return Spending(
            id=_ID,
            created_at=now,
            month_started_at=report.month_started_at,
            reported_at=report.published_at,
            cost=report.cost,
            stops_at=stops_at,
            currency=report.currency,
        )
    same_month = report.month_started_at == before.month_started_at
    if report.month_started_at < before.month_started_at or (same_month and report.published_at <= before.reported_at):
        return before
    return replace(
        before,
        month_started_at=report.month_started_at,
        reported_at=report.published_at,
        cost=max(before.cost, report.cost) if same_month else report.cost,
        stops_at=stops_at,
        raised_to=before.raised_to if same_month else None,
        currency=report.currency,
    )


def limit_of(spending: Spending) -> float:
    """The cost at which films stop this month. A budget above the operator's limit replaces it."""
    return max(spending.stops_at, spending.raised_to or 0.0)


def is_used_up(spending: Spending) -> bool:
    return spending.cost >= limit_of(spending)


def last_report(services: Services) -> Spending | None:
    """What Google reported last, whether or not a budget stops films now."""
    return services.store.get(Spending, _ID)


def current(services: Services) -> Spending | None:
    """The last report; None before the first, and on a site whose budget does not stop films."""
    return None if services.config.stop_films_at is None else last_report(services)


def films_stopped(services: Services) -> bool:
    """Whether the site serves no films at present."""
    spending = current(services)
    return spending is not None and is_used_up(spending)


def apply_report(services: Services, report: CostReport, switch: FilmSwitch) -> None:
    """Stores a report and sets the edge accordingly, also when the report says nothing new. Raises Unavailable."""
    share = services.config.stop_films_at
    if share is None:
        return
    before = last_report(services)
    after = updated(before, report, share=share, now=services.now())
    if before is None:
        services.store.commit([Create(after)])
    elif after != before:
        services.store.commit([Replace(after)])
    _follow(services, after, switch)


def raise_limit(services: Services, limit: float, switch: FilmSwitch) -> Spending:
    """Serves films until this month's cost reaches `limit`. Raises Conflict before the first report, and Invalid."""
    spending = last_report(services)
    if spending is None:
        raise Conflict("no_cost_reported", "Google hasn’t reported any cost to this site yet.")
    if not (isfinite(limit) and limit > spending.cost):
        known = f"{spending.cost:.2f} {spending.currency}"
        raise Invalid("limit_too_low", f"This month’s cost is {known} already: choose an amount above it.")
    raised = replace(spending, raised_to=limit)
    services.store.commit([Replace(raised)])
    return _follow(services, raised, switch)


def _follow(services: Services, spending: Spending, switch: FilmSwitch) -> Spending:
    """Sets the edge to the stored state, again if that has changed in between; returns the state."""
    while True:
        switch(not is_used_up(spending))
        stored = last_report(services) or spending
        if is_used_up(stored) is is_used_up(spending):
            break
        spending = stored
    if is_used_up(stored):
        log.warning("films are stopped: the month has cost %.2f %s", stored.cost, stored.currency)
    return stored
