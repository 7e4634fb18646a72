"""People with their own devices: a separate browser process each, without a shared clock, cache or cookie.

Positions are read from the video elements together with the machine's clock, never from what the product reports.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, Playwright, ViewportSize, expect

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--mute-audio", "--disable-dev-shm-usage"),
)
TIMEOUT_MS = 45_000
"""Of each action and each expectation, with a reserve for busy machines."""
READING = """() => {
  const video = document.querySelector("video");
  return video && { position_s: video.currentTime, at_ms: performance.timeOrigin + performance.now(),
    paused: video.paused, ready: video.readyState, rate: video.playbackRate, muted: video.muted,
    width: video.videoWidth, height: video.videoHeight };
}"""
"""Reads the element's position together with the machine's clock, in fractional milliseconds since the epoch."""

expect.set_options(timeout=TIMEOUT_MS)


class Person:
    """A person with a browser."""

    def __init__(self, name: str, context: BrowserContext, site: str, *, phone: bool = False) -> None:
        self.name = name
        self.site = site
        self.phone = phone
        self.context = context
        self.page: Page = context.pages[0] if context.pages else context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.site + path)

    def button(self, name: Any) -> Locator:
        return self.page.get_by_role("button", name=name).first

    def video(self) -> dict[str, Any] | None:
        """One reading of the video element; None if the page has none."""
        reading: dict[str, Any] | None = self.page.evaluate(READING)
        return reading

    def position_at(self, at_ms: float) -> float:
        """The position of this person's film at a time of the machine's clock, past or future."""
        reading = self.video()
        assert reading is not None, f"{self.name} has no video"
        moved_s = 0.0 if reading["paused"] else (at_ms - reading["at_ms"]) / 1000 * reading["rate"]
        return float(reading["position_s"]) + moved_s

    def plays(self) -> bool:
        """Whether the position advances."""
        before = self.video()
        self.page.wait_for_timeout(300)
        after = self.video()
        return bool(before and after and after["position_s"] > before["position_s"] + 0.05)


def apart_s(people: list[Person]) -> float:
    """The largest difference between several people's positions at one moment."""
    now_ms = time.time() * 1000
    positions = [person.position_at(now_ms) for person in people]
    return max(positions) - min(positions)


@contextmanager
def browser_of(
    playwright: Playwright,
    name: str,
    folder: Path,
    site: str,
    *,
    phone: bool = False,
    extra: tuple[str, ...] = (),
    locale: str | None = None,
) -> Iterator[Person]:
    """A browser process with its own profile. Uses the system's chromium and downloads nothing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "chromium is missing: sudo apt-get install chromium"
    context = playwright.chromium.launch_persistent_context(
        str(folder / name),
        executable_path=chromium,
        args=[*ARGUMENTS, *extra],
        viewport=PHONE if phone else DESKTOP,
        has_touch=phone,
        is_mobile=phone,
        reduced_motion="reduce",
        locale=locale,
    )
    context.set_default_timeout(TIMEOUT_MS)
    try:
        yield Person(name, context, site, phone=phone)
    finally:
        context.close()
