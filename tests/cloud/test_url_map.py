"""The box routes a path as Google's URL map does."""

from typing import Any

import pytest

from cloud.url_map import route
from terraform.applied import Applied


def site(**matcher: Any) -> Applied:
    """A plan with one host, three backends and the given rules."""
    backends = {f"google_compute_backend_bucket.{name}": {"id": name} for name in ("page", "films", "lists")}
    url_map = {
        "default_service": "page",
        "host_rule": [{"hosts": ["watch.example"], "path_matcher": "site"}],
        "path_matcher": [{"name": "site", "default_service": "page", "route_rules": [], "path_rule": [], **matcher}],
    }
    return Applied({**backends, "google_compute_url_map.site[0]": url_map}, {})


def rule(priority: int, service: str, **match: str) -> dict[str, Any]:
    unset = {"full_path_match": "8s7d", "prefix_match": "k2j1", "path_template_match": "p0o9"}
    return {"priority": priority, "service": service, "match_rules": [{**unset, **match}]}


@pytest.mark.parametrize(
    ("path", "backend"),
    [
        ("/media/v/1/master.m3u8", "lists"),
        ("/media/v/1/a0/aac.m3u8", "lists"),
        ("/media/v/1/a0/aac.m3u8x", "films"),
        ("/media/v/1/a0/aac-00001.m4s", "films"),
        ("/media", "page"),
        ("/mediator/x.m3u8", "page"),
    ],
)
def test_the_matching_rule_of_the_lowest_priority_number_wins(path: str, backend: str) -> None:
    """A template's `**` spans segments, its suffix ends the path, and a prefix matches literally."""
    rules = [
        rule(20, "films", prefix_match="/media/"),
        rule(10, "lists", path_template_match="/media/**.m3u8"),
    ]
    assert route(site(route_rules=rules), "watch.example", path).backend.endswith(backend)


def test_the_longest_path_rule_wins() -> None:
    """Path rules have no order: /media/lists/* beats /media/*."""
    rules = [
        {"paths": ["/media/*"], "service": "films"},
        {"paths": ["/media/lists/*"], "service": "lists"},
    ]
    assert route(site(path_rule=rules), "watch.example", "/media/lists/a").backend.endswith("lists")
    assert route(site(path_rule=rules), "watch.example", "/media/a").backend.endswith("films")


def test_another_host_gets_the_default() -> None:
    """Host rules come first; a host without one is answered by the map's default service."""
    found = route(site(route_rules=[rule(1, "films", prefix_match="/")]), "other.example", "/media/a")
    assert found.backend.endswith("page")
