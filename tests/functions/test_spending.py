"""Films stop when the month's cost reaches the limit, and play again by a new month or a higher limit."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fakes.api_harness import ApiHarness
from fakes.party import film, party
from watchparty_api import spending
from watchparty_api.config import Config, ConfigError, from_environment
from watchparty_api.errors import BadEvent, Conflict, Invalid, Unavailable
from watchparty_api.records import Spending
from watchparty_api.spending import CostReport, apply_report, is_used_up, limit_of, raise_limit, updated
from watchparty_api.web.cloud_events import cost_report

MONTH = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def report(cost: float, *, hours: float = 0, month: datetime = MONTH, budget: float = 100) -> CostReport:
    return CostReport(month, month + timedelta(days=20, hours=hours), cost, budget, "EUR")


def after(*reports: CostReport, share: float = 0.9) -> Spending:
    found: Spending | None = None
    for each in reports:
        found = updated(found, each, share=share, now=NOW)
    assert found is not None
    return found


class Edge:
    """A switch that remembers how it was set, and can fail."""

    def __init__(self) -> None:
        self.set_to: list[bool] = []
        self.fails = False

    def __call__(self, serves: bool) -> None:
        if self.fails:
            raise Unavailable("edge_unavailable", "no")
        self.set_to.append(serves)


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, stop_films_at=0.9)


# ---- the decision


def test_films_stop_at_the_share_of_the_budget() -> None:
    """At nine tenths of 100 films stop at 90, not before."""
    assert not is_used_up(after(report(89.99)))
    assert is_used_up(after(report(90)))


def test_reports_in_any_order_lead_to_the_same_state() -> None:
    """A late report of a lower cost does not resume films, and one that arrives twice changes nothing."""
    low, high = report(50, hours=1), report(95, hours=2)
    assert is_used_up(after(high, low, high, low))
    assert after(low, high) == after(low, high, low, high)
    assert is_used_up(after(high, report(40, hours=3))), "the cost of a month does not shrink"


def test_a_new_month_resumes_films() -> None:
    """The first report of a month replaces that of the month before, of which a late one changes nothing."""
    december = report(0.5, month=NEXT_MONTH)
    assert not is_used_up(after(report(95), december))
    assert after(report(95), december, report(99, hours=24 * 30)) == after(report(95), december)


def test_a_higher_budget_resumes_films() -> None:
    """The next report with the new amount is enough."""
    assert not is_used_up(after(report(95), report(95, hours=1, budget=200)))


def test_an_operators_limit_holds_until_the_month_ends() -> None:
    """A raised limit survives further reports of its month, and is gone in the next."""
    raised = replace(after(report(95)), raised_to=150.0)
    assert limit_of(raised) == 150
    later = updated(raised, report(149, hours=1), share=0.9, now=NOW)
    assert not is_used_up(later)
    assert is_used_up(updated(later, report(150, hours=2), share=0.9, now=NOW))
    assert limit_of(updated(later, report(1, month=NEXT_MONTH), share=0.9, now=NOW)) == 90


# ---- what follows from it


def test_a_report_stops_films_and_a_raised_limit_serves_them(api: ApiHarness) -> None:
    """While films are stopped neither owner nor guest gets a grant, joining works, and a direct link still plays."""
    room = party(api)
    video = film(api, room.owner)
    room.host.ask("PATCH", room.path(), {"video_id": video.id})
    edge = Edge()
    apply_report(api.services, report(95), edge)

    refused = room.host.ask("POST", f"/videos/{video.id}/playback", {"room_id": room.id})
    assert (refused.status_code, refused.json()["code"]) == (403, "films_stopped")
    by_link = room.host.ask("POST", f"/videos/{video.id}/playback", {"room_id": room.id, "via": "link"})
    assert by_link.json()["code"] == "films_stopped"
    joined = room.host.join(room.id)
    assert (joined.status_code, joined.json()["playback"]) == (200, None)
    link = room.host.ask("POST", "/videos", {"title": "x", "source_url": "https://films.example/a.mp4"}).json()
    assert room.host.ask("POST", f"/videos/{link['video']['id']}/playback", {}).status_code == 200

    raise_limit(api.services, 120, edge)
    assert room.host.ask("POST", f"/videos/{video.id}/playback", {"room_id": room.id}).status_code == 200
    assert edge.set_to == [False, True]


def test_a_report_that_failed_at_the_edge_is_completed_by_its_repeat(api: ApiHarness) -> None:
    """The API refuses films at once; the same report, delivered again, sets the edge as well."""
    edge = Edge()
    edge.fails = True
    with pytest.raises(Unavailable):
        apply_report(api.services, report(95), edge)
    assert spending.films_stopped(api.services)
    edge.fails = False
    apply_report(api.services, report(95), edge)
    assert edge.set_to == [False]


def test_the_edge_follows_a_change_during_its_own(api: ApiHarness) -> None:
    """An operator who raises the limit while the edge is being closed finds it open at the end."""
    set_to: list[bool] = []

    def slow_edge(serves: bool) -> None:
        set_to.append(serves)
        if len(set_to) == 1:
            raise_limit(api.services, 120, lambda _serves: None)

    apply_report(api.services, report(95), slow_edge)
    assert set_to == [False, True]


def test_a_limit_below_the_known_cost_is_refused(api: ApiHarness) -> None:
    """The next report would stop films again; and before the first there is nothing to raise."""
    with pytest.raises(Conflict):
        raise_limit(api.services, 120, Edge())
    apply_report(api.services, report(95), Edge())
    for limit in (95, 10, float("nan"), float("inf")):
        with pytest.raises(Invalid, match=r"95\.00 EUR"):
            raise_limit(api.services, limit, Edge())
    assert spending.films_stopped(api.services)


def test_without_the_option_nothing_stops(api: ApiHarness) -> None:
    """A report that arrives after the option was turned off, and one stored before, stop nothing."""
    apply_report(api.services, report(95), Edge())
    off = replace(api.services, config=replace(api.services.config, stop_films_at=None))
    edge = Edge()
    apply_report(off, report(99, hours=1), edge)
    assert (spending.films_stopped(off), spending.current(off), edge.set_to) == (False, None, [])


def test_administrators_see_the_cost_and_the_limit(api: ApiHarness) -> None:
    """The site's settings contain what Google reported, for administrators only."""
    admin = api.person(role="admin")
    assert api.client.get("/api/v1/admin/settings", headers=admin.headers).json()["spending"] is None
    apply_report(api.services, report(95), Edge())
    shown = api.client.get("/api/v1/admin/settings", headers=admin.headers).json()["spending"]
    assert shown == {
        "cost": 95.0, "limit": 90.0, "currency": "EUR", "films_stopped": True, "reported_at": "2026-11-21T08:00:00Z",
    }  # fmt: skip
    assert api.client.get("/api/v1/admin/settings", headers=api.person().headers).status_code == 403


# ---- Google's notification


def pushed(**changes: Any) -> dict[str, Any]:
    """A notification as Google documents it (schema 1.0), with changed fields."""
    content = {
        "budgetDisplayName": "WatchParty demo",
        "alertThresholdExceeded": 0.9,
        "costAmount": 95.25,
        "costIntervalStart": "2026-11-01T07:00:00Z",
        "budgetAmount": 100.0,
        "budgetAmountType": "SPECIFIED_AMOUNT",
        "currencyCode": "EUR",
        **changes,
    }
    attributes = {"billingAccountId": "012345-6789AB-CDEF01", "budgetId": "b", "schemaVersion": "1.0"}
    data = base64.b64encode(json.dumps(content).encode()).decode()
    return {"message": {"data": data, "attributes": attributes, "publishTime": "2026-11-21T08:00:00.5Z"}}


def test_a_notification_is_read() -> None:
    """The cost, its month and the amount; a notification below every threshold is one as well."""
    found = cost_report(pushed(alertThresholdExceeded=None))
    assert (found.cost, found.budget, found.currency) == (95.25, 100.0, "EUR")
    assert found.month_started_at == datetime(2026, 11, 1, 7, 0, tzinfo=UTC)
    assert found.published_at == datetime(2026, 11, 21, 8, 0, 0, 500000, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"costAmount": "much"},
        {"costAmount": float("nan")},
        {"costAmount": None},
        {"budgetAmount": 0},
        {"budgetAmount": float("inf")},
        {"costIntervalStart": "yesterday"},
        {"costIntervalStart": "2026-11-01T07:00:00"},
        {"costIntervalStart": 7},
        {"costIntervalStart": "0001-01-01T00:00:00+14:00"},
        {"costIntervalStart": "2026-12-01T08:00:00Z"},
        {"costAmount": 10**400},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_an_invalid_notification_ends_as_a_dead_letter(changes: dict[str, Any]) -> None:
    """Nothing is stopped or resumed by a guess."""
    with pytest.raises(BadEvent):
        cost_report(pushed(**changes))


def test_a_deep_notification_ends_as_a_dead_letter() -> None:
    """Reading it does not end the function in another way."""
    data = base64.b64encode(b'{"costAmount":' + b"[" * 100_000).decode()
    with pytest.raises(BadEvent):
        cost_report({"message": {"data": data, "publishTime": "2026-11-21T08:00:00Z"}})


@pytest.mark.parametrize("share", ["0", "1.1", "90", "-1", "nan", "half", ""])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    """The function does not start with a share outside (0, 1]."""
    with pytest.raises(ConfigError, match="WATCHPARTY_STOP_FILMS_AT"):
        from_environment({"WATCHPARTY_STOP_FILMS_AT": share})
