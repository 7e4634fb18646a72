"""Alerts and goals by query: what they name is what the relays really emit, and what the sidecar can read."""

import json
import re

import pytest

from terraform.applied import Applied
from watchparty_relay.metrics import Metrics

NAMED = re.compile(r'(watchparty_relay_\w+)(?:\{le=~"([^"]+)"\})?')

COMPARED = re.compile(r"(\w+)\((\w+)\) ([<>]) ([\d.]+)")


def emitted() -> set[str]:
    """Every sample of a relay's page `/metrics`, without its value."""
    return {line.rsplit(" ", 1)[0] for line in Metrics().text().splitlines() if not line.startswith("#")}


def queries(applied: Applied) -> dict[str, str]:
    """Every query of the plan: alerts by name, and the charts of the dashboard by title."""
    alerts = {
        name: values["conditions"][0]["condition_prometheus_query_language"][0]["query"]
        for name, values in applied.instances("google_monitoring_alert_policy.query").items()
    }
    dashboard = json.loads(applied.resources["google_monitoring_dashboard.overview"]["dashboard_json"])
    charts = {
        each["title"]: each["xyChart"]["dataSets"][0]["timeSeriesQuery"].get("prometheusQuery", "")
        for each in dashboard["gridLayout"]["widgets"]
    }
    return {**alerts, **{title: query for title, query in charts.items() if query}}


def test_every_query_names_metrics_that_the_relay_emits(production: Applied) -> None:
    """Names and limits: a query for a metric that does not exist never fires, and says nothing."""
    found = [pair for query in queries(production).values() for pair in NAMED.findall(query)]
    assert len({name for name, _ in found}) >= 8
    for name, limits in found:
        sample = {f'{name}{{le="{limit}"}}' for limit in limits.split("|")} if limits else {name}
        assert sample & emitted(), f"{name} {limits}: no relay emits it"


def test_a_relay_without_redis_and_a_quota_that_is_nearly_used_raise_their_alerts(production: Applied) -> None:
    """One relay of several is enough. A quota counts from four fifths, or when Google refused something."""
    (redis,) = COMPARED.findall(queries(production)["redis_down"])
    assert redis == ("min", "watchparty_relay_redis_up", "<", "1")  # 1 while Redis answers, 0 otherwise
    near, exceeded = queries(production)["quota_near"].split(" or ")
    for part, metric in ((near, "quota_allocation_usage"), (near, "quota_limit"), (exceeded, "quota_exceeded")):
        # https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-serviceruntime (2026-11)
        assert f'serviceruntime_googleapis_com:{metric}{{monitored_resource="consumer_quota"}}' in part
    usage, limit = near.split(" / ")
    assert ("usage" in usage, "limit" in limit, limit.endswith("> 0.8")) == (True, True, True)
    assert "increase(" in exceeded
    assert exceeded.endswith("> 0")
    for name, wait_s in (("redis_down", 120), ("quota_near", 0)):
        policy = production.instances("google_monitoring_alert_policy.query")[name]
        condition = policy["conditions"][0]["condition_prometheus_query_language"][0]
        assert condition["duration"] == f"{wait_s}s"
        assert policy["notification_channels"]


def test_nothing_but_the_goals_is_left_to_a_scrape_of_a_relay_that_is_not_there(hobby: Applied) -> None:
    """Profile hobby has no relays to read: none of its queries names their metrics."""
    assert [query for query in queries(hobby).values() if "watchparty_relay" in query] == []


@pytest.mark.parametrize(
    ("goal", "limit", "windows"),
    [("join", "2|2.0", {"fast": ("1h", "5m", 14.4), "slow": ("6h", "30m", 6)}),
     ("command", "0.3", {"fast": ("1h", "5m", 14.4), "slow": ("6h", "30m", 6)})],
)  # fmt: skip
def test_a_burning_budget_is_seen_in_two_windows(
    goal: str, limit: str, windows: dict[str, tuple[str, str, float]], production: Applied
) -> None:
    """Joins within 2 s and commands within 0.3 s: each alert needs the long and the short window, and some events."""
    for speed, (long, short, rate) in windows.items():
        query = queries(production)[f"{goal}s_slow {speed}"]
        name = f"watchparty_relay_{goal}_seconds"
        burnt = [
            f'((1 - sum(rate({name}_bucket{{le=~"{limit}"}}[{window}])) / sum(rate({name}_count[{window}]))) / 0.01)'
            f" > {rate}"
            for window in (long, short)
        ]
        assert query.split(" and ") == [*burnt, f"sum(increase({name}_count[{long}])) >= 20"]


def test_a_new_project_can_be_deployed(production: Applied) -> None:
    """Google otherwise refuses a query for metrics that no relay has written yet."""
    for policy in production.instances("google_monitoring_alert_policy.query").values():
        assert policy["conditions"][0]["condition_prometheus_query_language"][0]["disable_metric_validation"]


def test_a_sidecar_reads_the_metrics_of_each_relay(production: Applied) -> None:
    """By its defaults it reads port 8080, path /metrics; it starts after the relay, and may write metrics."""
    service = production.resources["google_cloud_run_v2_service.relay[0]"]["template"][0]
    relay, sidecar = service["containers"]
    assert relay["ports"][0]["container_port"] == 8080
    assert not sidecar["ports"]
    assert not sidecar["env"]
    assert not sidecar["volume_mounts"]
    assert sidecar["depends_on"] == [relay["name"]]
    assert not sidecar["resources"][0]["cpu_idle"]
    assert re.search(r"/cloud-run-gmp-sidecar:\d+\.\d+\.\d+$", sidecar["image"])
    assert "relay: monitoring.metricWriter on the project" in production.bindings()


def test_an_expiring_certificate_is_noticed_in_time(production: Applied, hobby: Applied) -> None:
    """Two weeks ahead, by the uptime checks, which verify the certificate."""
    for applied in (production, hobby):
        policy = applied.resources['google_monitoring_alert_policy.alert["certificate_expires"]']
        (condition,) = (each["condition_threshold"][0] for each in policy["conditions"])
        assert "uptime_check/time_until_ssl_cert_expires" in condition["filter"]
        assert (condition["comparison"], condition["threshold_value"]) == ("COMPARISON_LT", 14)
        checks = applied.of_type("google_monitoring_uptime_check_config").values()
        assert all(each["http_check"][0]["validate_ssl"] for each in checks)
