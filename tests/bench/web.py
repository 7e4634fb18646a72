"""`make bench-web`: what people get in their browsers from a real home server here: bytes, waiting, and skew.

Networks are limited by Chromium's own throttling from before the page is opened, with an empty cache. The skew is read
at the media elements against the machine's clock (`skew_ms`), after a film has played for a while, between a host with
Chromium and a guest with Chromium, Firefox or WebKit. A browser that is not installed has no figure.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from playwright.sync_api import Playwright, sync_playwright

from bench.report import Row, percentile, publish, spread_of
from e2e.browsers.viewers import ByWebDriver, InChromium, Viewer, reading_of, skew_ms
from e2e.browsers.webdriver import missing, running
from e2e.films import copyable, small_captioned
from e2e.home import Home
from e2e.party import create_room, join, press, wait_for_film
from e2e.people import Person, browser_of
from fakes.page_budget import weights
from fakes.waiting import eventually

JOINS = 7
SETTLING_S = 20.0
SKEWS = 40
PATIENCE_S = 60.0
NETWORKS = {"4g": (40, 9_000_000 / 8), "slow 3g": (400, 400_000 / 8)}
"""Round trip in ms and bytes per second, as in Lighthouse's and Chromium's own presets."""


def limit(person: Person, network: str) -> None:
    latency_ms, bytes_per_s = NETWORKS[network]
    session = person.context.new_cdp_session(person.page)
    session.send("Network.enable")
    limits = {"downloadThroughput": bytes_per_s, "uploadThroughput": bytes_per_s}
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": latency_ms, **limits})


def first_frame_s(person: Person, link: str) -> float | None:
    """From the click on Join until the element has a picture; None if it never has."""
    join(person, link)
    clicked = time.monotonic()
    try:
        wait_for_film(person, within_s=PATIENCE_S)
    except AssertionError:
        return None
    return time.monotonic() - clicked


def waiting(playwright: Playwright, folder: Path, home: Home) -> list[Row]:
    """A film that already plays for its host is joined: unlimited, on 4G from an empty cache, and on slow 3G."""
    with browser_of(playwright, "Ada", folder, home.url) as host:
        link = create_room(host, copyable(60))
        wait_for_film(host)
        joins: list[float | None] = []
        for number in range(JOINS):
            with browser_of(playwright, f"guest-{number}", folder, home.url) as guest:
                joins.append(first_frame_s(guest, link))
        with browser_of(playwright, "on-4g", folder, home.url) as guest:
            limit(guest, "4g")
            started = time.monotonic()
            cold = first_frame_s(guest, link)
            cold_s = time.monotonic() - started
        with browser_of(playwright, "on-3g", folder, home.url) as guest:
            limit(guest, "slow 3g")
            started = time.monotonic()
            guest.page.goto(link, wait_until="commit")
            guest.button("Join").wait_for(timeout=PATIENCE_S * 1000)
            visible_s = time.monotonic() - started
    seen = [one for one in joins if one is not None]
    return [
        Row(
            "first_frame_p50_s",
            "click on Join to the first picture, p50",
            percentile(seen, 0.5),
            "s",
            None,
            spread_of(seen),
        ),
        Row("cold_4g_first_frame_s", "link to the first picture, 4G, empty cache", cold_s, "s", 2.5),
        Row("slow_3g_join_visible_s", "link to a visible Join button, slow 3G", visible_s, "s", 4),
        Row("start_failures", "joins without a picture", float([*joins, cold].count(None)), "", 0),
    ]


def bytes_on_the_wire(home: Home) -> list[Row]:
    with httpx2.Client(base_url=home.url) as browser:
        found = weights(browser, accept="br")
    kb = {page: weight.js_kb + weight.css_kb for page, weight in found.items()}
    return [
        Row("landing_wire_kb", "scripts and styles of the landing page", kb["landing"], "kB", 120),
        Row("room_wire_kb", "scripts and styles of a room with a film", kb["room with a film"], "kB", 350),
    ]


@contextmanager
def other(browser: str, playwright: Playwright, folder: Path, home: Home) -> Iterator[Viewer]:
    if browser == "chromium":
        with browser_of(playwright, "other", folder, home.url) as person:
            yield InChromium(person)
    else:
        with running(browser, folder) as driver:
            yield ByWebDriver("other", driver)


def skews(browser: str, playwright: Playwright, folder: Path) -> list[Row]:
    """A guest with this browser joins a playing film of a host with Chromium."""
    if browser != "chromium" and missing(browser):
        return []
    home = Home(folder / f"data-{browser}")
    try:
        with (
            browser_of(playwright, f"host-{browser}", folder, home.url) as person,
            other(browser, playwright, folder, home) as guest,
        ):
            host = InChromium(person)
            link = create_room(person, small_captioned())
            wait_for_film(person)
            press(person, "k")
            guest.open(link)
            guest.click("Join")
            eventually("the guest’s film plays", lambda: not reading_of(guest).get("paused", True), within_s=PATIENCE_S)
            person.page.wait_for_timeout(SETTLING_S * 1000)
            sizes = [abs(skew_ms(guest, host)) for _ in range(SKEWS)]
    finally:
        home.stop()
    goal = {"firefox": 15.0, "webkit": 40.0}.get(browser)
    return [
        Row(f"{browser}_p50_ms", f"settled skew of {browser}, p50", percentile(sizes, 0.5), "ms"),
        Row(
            f"{browser}_p95_ms",
            f"settled skew of {browser}, p95",
            percentile(sizes, 0.95),
            "ms",
            goal,
            spread_of(sizes),
        ),
    ]


def main() -> None:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        for browser in ("chromium", "firefox", "webkit"):
            rows += skews(browser, playwright, folder)
        home = Home(folder / "data")
        try:
            rows += bytes_on_the_wire(home) + waiting(playwright, folder, home)
        finally:
            home.stop()
    publish([*rows, Row("load", "load average of the machine", os.getloadavg()[0], "")])


if __name__ == "__main__":
    main()
