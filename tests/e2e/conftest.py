"""A server and people for the browser tests. Every test of this folder is `e2e`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from e2e.home import Home
from e2e.people import Person, browser_of

Meet = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.e2e)


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
def meet(playwright: Playwright, home: Home, tmp_path: Path) -> Iterator[Meet]:
    """meet("Ada") gives a person with a browser of her own; meet("Max", phone=True) one on the sofa."""
    with ExitStack() as open_browsers:

        def somebody(name: str, *, phone: bool = False, extra: tuple[str, ...] = (), site: str | None = None) -> Person:
            return open_browsers.enter_context(
                browser_of(playwright, name, tmp_path, site or home.url, phone=phone, extra=extra)
            )

        yield somebody
