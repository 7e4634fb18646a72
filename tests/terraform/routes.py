"""Which backend answers a path, as the load balancer decides it."""

import json
import re
from typing import Any

from cloud.url_map import route
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
    "/media/video/1/v720/fast-init.mp4": "media",
    "/media/video/1/poster.jpg": "media",
    "/media/video/1/master.m3u8": "playlists",
    "/media/video/1/v720/fast.m3u8": "playlists",
    "/assets/index-1a2b3c.js": "site",
    "/api/v1/openapi.json": "site",
    "/api/v1/docs": "auth",
    "/r/some-room": "rooms",
    "/ready/auth": "auth",
    "/ready/rooms": "rooms",
    "/ready/videos": "videos",
    "/ready/relay": "relay",
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
    backend = route(applied, "watch.example", path).backend
    return str(applied.resources[backend]["name"]).removeprefix("watchparty-")
