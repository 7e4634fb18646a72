"""A server and people for the browser tests. Every test in this folder and below is marked `e2e`.

When a test fails, a screenshot of each person's page is saved under .build/e2e/.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Error, Playwright, sync_playwright

from e2e.home import Home
from e2e.people import Person, browser_of

Meet = Callable[..., Person]

SCREENSHOTS = Path(__file__).parents[2] / ".build" / "e2e"
_failed = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in Path(str(item.fspath)).parents:
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_failed] = True
    return report


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A new server with an empty data folder."""
    running = Home(tmp_path / "data")
    yield running
    running.stop()


@pytest.fixture
def meet(request: pytest.FixtureRequest, playwright: Playwright, home: Home, tmp_path: Path) -> Iterator[Meet]:
    """Opens browsers: meet("Ada") returns a person at a desktop, meet("Max", phone=True) one with a phone."""
    people: list[Person] = []
    with ExitStack() as open_browsers:

        def open_browser(
            name: str,
            *,
            phone: bool = False,
            extra: tuple[str, ...] = (),
            site: str | None = None,
            locale: str | None = None,
        ) -> Person:
            opened = browser_of(playwright, name, tmp_path, site or home.url, phone=phone, extra=extra, locale=locale)
            people.append(open_browsers.enter_context(opened))
            return people[-1]

        yield open_browser
        if request.node.stash.get(_failed, False):
            _save_screenshots(request.node.name, people, home)


def _save_screenshots(test: str, people: list[Person], home: Home) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for person in people:
        try:
            person.page.screenshot(path=SCREENSHOTS / f"{test}-{person.name}.png", timeout=5000)
            print(person.page.inner_text("body", timeout=5000)[:500])
        except Error as error:  # a hanging page must not hide the test's failure
            print(f"no screenshot of {person.name}: {error.message}")
        print(f"{person.name} at {person.page.url}: {person.video()}, errors {person.errors}")
    print(home.output[-2000:])
