"""What a page of the site weighs on the wire, read from a server as browsers read it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

MANIFEST = Path(__file__).parents[2] / "frontend" / "dist" / ".vite" / "manifest.json"
KB = 1000
ROOM = ("src/room/RoomPage.tsx", "src/room/Room.tsx", "src/player/video/HlsStream.ts")
BUDGETS: Mapping[str, tuple[tuple[str, ...], float]] = {
    "landing": (("src/landing/LandingPage.tsx",), 130),
    "join": (("src/room/RoomPage.tsx",), 130),
    "room with a film": (ROOM, 350),
}
"""Each page's modules besides the common ones, and its limit for JavaScript in kB."""
CSS_KB = 15.0
UNCOMPRESSED_BELOW = 1400
"""Bytes of a file that fits into one packet as it is."""


@dataclass(frozen=True)
class Weight:
    """The bytes of a page's scripts and styles as they were sent."""

    js_kb: float
    css_kb: float


def weights(site: httpx2.Client, *, accept: str = "gzip, br") -> dict[str, Weight]:
    """Fetches every file that a browser loads before a page can be used. Asserts that no large one is uncompressed,
    and that none has to be asked for again."""
    manifest = json.loads(MANIFEST.read_text())
    sizes: dict[str, float] = {}

    def wire_kb(file: str) -> float:
        if file not in sizes:
            with site.stream("GET", f"/{file}", headers={"Accept-Encoding": accept}) as answer:
                assert answer.status_code == 200, file
                size = sum(len(part) for part in answer.iter_raw())
                encoded = answer.headers.get("content-encoding") in accept.split(", ")
                assert encoded or size < UNCOMPRESSED_BELOW, file
                assert "accept-encoding" in answer.headers["vary"].lower(), file
                assert "max-age=31536000" in answer.headers["cache-control"], file
                sizes[file] = size / KB
        return sizes[file]

    found = {}
    for page, (modules, _) in BUDGETS.items():
        chunks = [manifest[key] for key in _closure(manifest, ["index.html", *modules])]
        styles = {style for chunk in chunks for style in chunk.get("css", [])}
        found[page] = Weight(sum(wire_kb(chunk["file"]) for chunk in chunks), sum(map(wire_kb, styles)))
    return found


def assert_within_budget(found: Mapping[str, Weight]) -> None:
    """Every page weighs no more than it may."""
    over = {page: weight for page, weight in found.items() if weight.js_kb > BUDGETS[page][1] or weight.css_kb > CSS_KB}
    assert not over, over


def _closure(manifest: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """The modules and everything that they import statically."""
    found: list[str] = []
    queue = list(keys)
    while queue:
        key = queue.pop()
        if key not in found:
            found.append(key)
            queue += manifest[key].get("imports", [])
    return found
