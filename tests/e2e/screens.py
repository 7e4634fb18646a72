"""Looking at a screen as a judge of accessibility and as a person with a small one would.

A `Judge` holds every screen to axe (all its rules) at a desktop's and a phone's size, and to reflow
without sideways scrolling, on a phone also to targets of 44 px for a thumb; it keeps a picture of
each under .build/screens/ for people to look at.
"""

from pathlib import Path
from typing import Any

from e2e.people import DESKTOP, PHONE, Person

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / ".build" / "screens"
LANDSCAPE = {"width": 844, "height": 390}
NARROWEST = {"width": 320, "height": 640}
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


class Judge:
    """Looks at one screen after the other and remembers everything that is wrong with any of them."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def look(self, person: Person, name: str, *, reflows: bool = True) -> None:
        """The screen that `person` sees now, at each size that her device can have.

        An open menu closes when the window changes: `reflows=False` leaves the window as it is. Menus lie over the
        page, outside its landmarks, where axe's rule `region` does not want to find anything; it is not asked then.
        """
        PICTURES.mkdir(parents=True, exist_ok=True)
        sizes = {"phone": PHONE, "landscape": LANDSCAPE} if person.phone else {"desktop": DESKTOP, "small": PHONE}
        for size, viewport in sizes.items() if reflows else list(sizes.items())[:1]:
            self._resize(person, viewport)
            person.page.screenshot(path=PICTURES / f"{name}-{size}.png")
            self.wrong += [f"{name}, {size}: {each}" for each in _axe(person.page, menu_is_open=not reflows)]
            if person.phone:
                self.wrong += [f"{name}, {size}: {each}" for each in person.page.evaluate(_SMALL_TARGETS)]
        if reflows:
            self._resize(person, NARROWEST)
            if person.page.evaluate(_TOO_WIDE):
                self.wrong.append(f"{name}: scrolls sideways at {NARROWEST['width']} px")
            self._resize(person, PHONE if person.phone else DESKTOP)

    def _resize(self, person: Person, viewport: dict[str, int]) -> None:
        if person.page.viewport_size != viewport:
            person.page.set_viewport_size(viewport)  # type: ignore[arg-type]
        person.page.wait_for_timeout(150)  # what slides in has arrived; motion is reduced

    def is_content(self) -> None:
        assert not self.wrong, "\n".join(self.wrong)


def _axe(page: Any, *, menu_is_open: bool) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    violations: list[str] = page.evaluate(_VIOLATIONS, menu_is_open)
    return violations
