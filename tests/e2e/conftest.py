"""A server and people for the browser tests. Every test of this folder is `e2e`.

When a test fails, what each person saw at that moment is kept as a picture under .build/e2e/.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Error, Playwright, sync_playwright

from e2e.home import Home
from e2e.people import Person, browser_of

Meet = Callable[..., Person]

PICTURES = Path(__file__).parents[2] / ".build" / "e2e"
_failed = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
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
    """A fresh server on an empty data folder."""
    running = Home(tmp_path / "data")
    yield running
    running.stop()


@pytest.fixture
def meet(request: pytest.FixtureRequest, playwright: Playwright, home: Home, tmp_path: Path) -> Iterator[Meet]:
    """meet("Ada") gives a person with a browser of her own; meet("Max", phone=True) one on the sofa."""
    people: list[Person] = []
    with ExitStack() as open_browsers:

        def somebody(name: str, *, phone: bool = False, extra: tuple[str, ...] = (), site: str | None = None) -> Person:
            opened = browser_of(playwright, name, tmp_path, site or home.url, phone=phone, extra=extra)
            people.append(open_browsers.enter_context(opened))
            return people[-1]

        yield somebody
        if request.node.stash.get(_failed, False):
            _keep_pictures(request.node.name, people, home)


def _keep_pictures(test: str, people: list[Person], home: Home) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for person in people:
        try:
            person.page.screenshot(path=PICTURES / f"{test}-{person.name}.png", timeout=5000)
        except Error as error:  # a page that hangs must not hide what the test has to say
            print(f"no picture of {person.name}: {error.message}")
        print(f"{person.name} at {person.page.url}: {person.video()}, errors {person.errors}")
    print(home.said[-2000:])
