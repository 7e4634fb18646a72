"""Viewers with any browser: the same few verbs for Chromium, which Playwright drives, and for the browsers of
`webdriver.py`, so that one journey runs in all of them.
"""

import re
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import ConsoleMessage

from e2e.browsers.webdriver import CommandFailed, Driver
from e2e.people import READING, Person
from fakes.waiting import eventually

PATIENCE_S = 60.0
"""For everything that a page or a browser does; a busy machine takes many times longer than an idle one."""

FILM_BEGAN = """(count) => new Promise((done) => {
  const began_ms = [];
  const take = () => {
    const video = document.querySelector("video");
    if (!video) return done(null);
    const position_ms = video.currentTime * 1000;
    began_ms.push(performance.timeOrigin + performance.now() - position_ms);
    if (began_ms.length < count) setTimeout(take, 7);
    else done(Math.min(...began_ms));
  };
  take();
})"""
"""The machine's time at which the film would have begun, by the freshest of `count` readings: Firefox renews its
position only every 41 ms, so that most of its readings are late."""

FIND = """([selector, name]) => {
  const named = (element) => [element.getAttribute("aria-label") ?? "", element.textContent,
    ...[...(element.labels ?? [])].map((label) => label.textContent)].some((text) => text.trim().startsWith(name));
  const seen = (element) => element.matches("input[type=file]") || element.checkVisibility();
  return [...document.querySelectorAll(selector)].find((one) => !one.disabled && seen(one) && named(one)) ?? null;
}"""
"""The first visible element of a selector whose label, or else its text, begins with `name`."""

KEYS = {"Escape": "\ue00c", "Enter": "\ue007"}
"""Keys without a character, as WebDriver names them (https://www.w3.org/TR/webdriver2/#keyboard-actions)."""
PRESSABLE = "button, a, summary, [role=button], [role=tab], [role=option], [role=menuitem]"
BLUR = "() => document.activeElement instanceof HTMLElement && document.activeElement.blur()"


class Viewer(Protocol):
    """What the journeys do and see."""

    name: str

    def errors(self) -> list[str]:
        """Errors of the page and of its console."""

    def open(self, address: str) -> None: ...
    def reload(self) -> None: ...
    def click(self, name: str) -> None:
        """Clicks the button, tab or option whose name begins like this."""

    def fill(self, label: str, text: str, *, submit: bool = False) -> None: ...
    def choose_file(self, path: Path) -> None: ...
    def press(self, key: str) -> None:
        """Presses a key of the player, with the focus outside text fields."""

    def wait_for(self, text: str) -> None: ...
    def shows(self, text: str) -> bool: ...
    def evaluate(self, function: str, argument: Any = None) -> Any: ...


class InChromium:
    """A viewer with Chromium."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.name = person.name
        person.context.set_default_timeout(PATIENCE_S * 1000)
        person.page.on("console", self._on_console)

    def _on_console(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.person.errors.append(line.text)

    def errors(self) -> list[str]:
        return self.person.errors

    def open(self, address: str) -> None:
        self.person.open(address)

    def reload(self) -> None:
        self.person.page.reload()

    def click(self, name: str) -> None:
        begins = re.compile(f"^{re.escape(name)}")
        roles = [self.person.page.get_by_role(role, name=begins) for role in ("button", "tab", "option")]
        roles[0].or_(roles[1]).or_(roles[2]).first.click()

    def fill(self, label: str, text: str, *, submit: bool = False) -> None:
        field = self.person.page.get_by_label(label).first
        field.fill(text)
        if submit:
            field.press("Enter")

    def choose_file(self, path: Path) -> None:
        self.person.page.locator("input[type=file]").first.set_input_files(str(path))

    def press(self, key: str) -> None:
        self.evaluate(BLUR)
        self.person.page.keyboard.press(key)

    def wait_for(self, text: str) -> None:
        self.person.page.get_by_text(text).first.wait_for()

    def shows(self, text: str) -> bool:
        return self.person.page.get_by_text(text).first.is_visible()

    def evaluate(self, function: str, argument: Any = None) -> Any:
        return self.person.page.evaluate(function, argument)


class ByWebDriver:
    """A viewer with Firefox or WebKit."""

    def __init__(self, name: str, driver: Driver) -> None:
        self.name = name
        self._driver = driver

    def errors(self) -> list[str]:
        return self._driver.errors()

    def open(self, address: str) -> None:
        self._driver.call("Navigate", url=address)

    def reload(self) -> None:
        self._driver.call("Refresh")

    def click(self, name: str) -> None:
        def clicked() -> bool:
            button = self._find(PRESSABLE, name)
            if button:
                self._driver.call("ElementClick", id=button)
            return button is not None

        self._eventually(f"can click “{name}”", clicked)

    def fill(self, label: str, text: str, *, submit: bool = False) -> None:
        def filled() -> bool:
            field = self._find("input, textarea", label)
            if field:
                self._driver.call("ElementClear", id=field)
                self._driver.call("ElementSendKeys", id=field, text=text + (KEYS["Enter"] if submit else ""))
            return field is not None

        self._eventually(f"can fill “{label}”", filled)

    def choose_file(self, path: Path) -> None:
        def chosen() -> bool:
            field = self._find("input[type=file]", "")
            if field:
                self._driver.call("ElementSendKeys", id=field, text=str(path))
            return field is not None

        self._eventually("can choose a file", chosen)

    def press(self, key: str) -> None:
        self.evaluate(BLUR)
        strokes = [{"type": kind, "value": KEYS.get(key, key)} for kind in ("keyDown", "keyUp")]
        self._driver.call("PerformActions", actions=[{"type": "key", "id": "keyboard", "actions": strokes}])

    def wait_for(self, text: str) -> None:
        self._eventually(f"sees “{text}”", lambda: self.shows(text))

    def shows(self, text: str) -> bool:
        return bool(self.evaluate("(text) => document.body.innerText.includes(text)", text))

    def evaluate(self, function: str, argument: Any = None) -> Any:
        script = f"const [given, done] = arguments; Promise.resolve(({function})(given)).then(done);"
        return self._driver.call("ExecuteAsyncScript", script=script, args=[argument])

    def _find(self, selector: str, name: str) -> str | None:
        found: dict[str, str] | None = self.evaluate(FIND, [selector, name])
        return next(iter(found.values())) if found else None

    def _eventually(self, what: str, holds: Any) -> None:
        """The page may be replaced, and elements may be covered, in the middle of a command."""
        try:
            eventually(f"{self.name} {what}", holds, within_s=PATIENCE_S, ignoring=(CommandFailed,))
        except AssertionError as error:
            raise AssertionError(f"{error}; the page is:\n{self.evaluate('() => document.body.innerText')}") from None


def reading_of(viewer: Viewer) -> dict[str, Any]:
    """Position, pause and sound of the viewer's film; nothing of it if there is no film."""
    return viewer.evaluate(READING) or {}


def skew_ms(one: Viewer, other: Viewer) -> float:
    """How far `one` is ahead of `other`, by the freshest of 40 readings of each."""
    began_ms = [float(viewer.evaluate(FILM_BEGAN, 40)) for viewer in (one, other)]
    return began_ms[1] - began_ms[0]
