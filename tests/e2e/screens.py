"""Checks of a screen's accessibility and layout.

A `ScreenCheck` runs all rules of axe at desktop and phone size, checks that the page reflows without horizontal
scrolling, and on a phone that tap targets have 44 px. It saves a screenshot of each screen under .build/screens/.
"""

from pathlib import Path
from typing import Any

from playwright.sync_api import ViewportSize

from e2e.people import DESKTOP, PHONE, Person

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SCREENSHOTS = ROOT / ".build" / "screens"
LANDSCAPE = ViewportSize(width=844, height=390)
NARROWEST = ViewportSize(width=320, height=640)
"""WCAG 2.2, 1.4.10: content reflows down to 320 px."""

_VIOLATIONS = """async (menuIsOpen) => {
  const rules = { region: { enabled: !menuIsOpen } };
  const { violations } = await axe.run(document, { resultTypes: ["violations"], rules });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}"""
_SMALL_TARGETS = """() => {
  const targets = document.querySelectorAll("button, a[href], input, [role=tab], [role=switch], [role=menuitem]");
  const inSentence = (target) => target.closest("p") !== null;
  return [...targets].flatMap((target) => {
    const { width, height } = target.getBoundingClientRect();
    const seen = width > 1 && height > 1 && getComputedStyle(target).visibility === "visible";
    const name = target.getAttribute("aria-label") ?? target.textContent;
    return seen && !inSentence(target) && Math.min(width, height) < 43.5
      ? [`${name.trim()} is ${Math.round(width)} × ${Math.round(height)} px`] : [];
  });
}"""
_TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"


class ScreenCheck:
    """Checks one screen after the other and collects all findings."""

    def __init__(self) -> None:
        self.findings: list[str] = []

    def screen(self, person: Person, name: str, *, reflows: bool = True) -> None:
        """Checks the screen that `person` sees, at each size that their device can have.

        An open menu closes when the window is resized; `reflows=False` keeps the window's size. Menus are outside the
        page's landmarks, so axe's rule `region` is then disabled.
        """
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        person.page.locator("h1").first.wait_for(state="attached")  # not while it loads
        sizes = {"phone": PHONE, "landscape": LANDSCAPE} if person.phone else {"desktop": DESKTOP, "small": PHONE}
        for size, viewport in sizes.items() if reflows else list(sizes.items())[:1]:
            self._resize(person, viewport)
            person.page.screenshot(path=SCREENSHOTS / f"{name}-{size}.png")
            self.findings += [f"{name}, {size}: {each}" for each in _axe(person.page, menu_is_open=not reflows)]
            if person.phone:
                self.findings += [f"{name}, {size}: {each}" for each in person.page.evaluate(_SMALL_TARGETS)]
        if reflows:
            self._resize(person, NARROWEST)
            if person.page.evaluate(_TOO_WIDE):
                self.findings.append(f"{name}: scrolls sideways at {NARROWEST['width']} px")
            self._resize(person, PHONE if person.phone else DESKTOP)

    def _resize(self, person: Person, viewport: ViewportSize) -> None:
        if person.page.viewport_size != viewport:
            person.page.set_viewport_size(viewport)
        person.page.wait_for_timeout(150)  # wait for layout; motion is reduced

    def assert_no_findings(self) -> None:
        assert not self.findings, "\n".join(self.findings)


def _axe(page: Any, *, menu_is_open: bool) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    violations: list[str] = page.evaluate(_VIOLATIONS, menu_is_open)
    return violations
