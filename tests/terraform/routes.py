"""Finds the backend of a path as the load balancer does: the longest path of the URL map wins."""

import json
import re
from typing import Any

from terraform.applied import ROOT, Applied

CONTRACT = ROOT / "docs/contracts/openapi.json"
FUNCTION_OF_TAG = {
    "accounts": "auth",
    "admin": "auth",
    "site": "auth",
    "webhooks": "auth",
    "rooms": "rooms",
    "joining": "rooms",
    "join requests": "rooms",
    "members": "rooms",
    "invitations": "rooms",
    "room logs": "rooms",
    "videos": "videos",
    "subtitles": "videos",
}
BESIDE_THE_API = {
    "/ws": "relay",
    "/media/video/1/v720/fast-00001.m4s": "media",
    "/assets/index-1a2b3c.js": "site",
    "/api/v1/openapi.json": "site",
    "/api/v1/docs": "auth",
    "/r/some-room": "rooms",
    "/": "site",
    "/library": "site",
    "/favicon.svg": "site",
}


def expected_routes() -> dict[str, str]:
    """Returns path → backend for every route of the contract and for the paths beside it."""
    paths: dict[str, Any] = json.loads(CONTRACT.read_text())["paths"]
    api = {
        re.sub(r"\{[^}]+\}", "x", path): FUNCTION_OF_TAG[next(iter(operations.values()))["tags"][0]]
        for path, operations in paths.items()
    }
    return {**api, **BESIDE_THE_API}


def misrouted(applied: Applied) -> dict[str, str]:
    """Returns path → actual backend for every path with an unexpected one."""
    return {path: got for path, want in expected_routes().items() if (got := backend_of(applied, path)) != want}


def backend_of(applied: Applied, path: str) -> str:
    backends = {
        values["id"]: str(values["name"]).removeprefix("watchparty-")
        for kind in ("google_compute_backend_service", "google_compute_backend_bucket")
        for values in applied.of_type(kind).values()
    }
    matcher = applied.resources["google_compute_url_map.site[0]"]["path_matcher"][0]
    rules = {path: rule["service"] for rule in matcher["path_rule"] for path in rule["paths"]}
    fitting = [rule for rule in rules if rule == path or (rule.endswith("/*") and path.startswith(rule[:-1]))]
    return backends[rules[max(fitting, key=len)] if fitting else matcher["default_service"]]
