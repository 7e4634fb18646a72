"""One production in a box for all tests of this folder, and people with browsers inside its network.

Run with `make cloud`; anywhere else these tests are skipped, because the box has a network of its own.
"""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Playwright, sync_playwright

from cloud.journey.site import ADMIN, ORIGIN, Api, create_first_administrator, sign_in_as_administrator
from cloud.namespace import is_inside
from cloud.plan import Choices
from cloud.production import Production, production, why_not
from e2e.people import Person, browser_of

Meet = Callable[..., Person]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


EVIDENCE = Path(__file__).parents[3] / ".build" / "cloud"
_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def evidence(request: pytest.FixtureRequest, site: Production) -> Iterator[None]:
    """After a failure, prints what every part logged."""
    began = len(site.edge.log)
    yield
    if request.node.stash.get(_failed, False):
        print("edge:", *site.edge.log[began:][-60:], sep="\n  ")
        print("pushes refused:", *site.events.refused[-10:], sep="\n  ")
        for name, said in site.logs().items():
            print(f"{name}: {said[-1500:]}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """A production as a first deployment leaves it, with its first administrator."""
    if not is_inside():
        pytest.skip("network namespace: `make cloud` runs these tests inside one, where the machine allows it")
    if reason := why_not():
        pytest.skip(reason)
    variables = {
        "transcoder": {"tasks": 3},
        "traces_endpoint": "https://telemetry.googleapis.com",
        "budget": {"billing_account": "012345-6789AB-CDEF01", "amount": 100, "stop_films_at": 0.9},
    }
    key = "nZtRohdNF9m3cKM24IcK4w=="
    with production(tmp_path_factory.mktemp("box"), Choices({"k1": key}, variables)) as running:
        create_first_administrator(running)
        yield running


def sign_in(person: Person) -> None:
    email, password = ADMIN
    person.open("/login")
    person.page.get_by_label("Email").fill(email)
    person.page.get_by_label("Password", exact=True).fill(password)
    person.page.get_by_role("button", name=re.compile("Sign in")).first.click()
    person.page.wait_for_url(lambda url: "/login" not in url)


@pytest.fixture
def visitor(site: Production) -> Iterator[httpx2.Client]:
    """A client on the internet that trusts the site's certificate and keeps its cookies."""
    with httpx2.Client(verify=site.trust, base_url=ORIGIN, headers={"Origin": ORIGIN}, timeout=60) as client:
        yield client


@pytest.fixture
def admin(visitor: httpx2.Client) -> Api:
    return sign_in_as_administrator(visitor)


@pytest.fixture(scope="session")
def playwright(site: Production) -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture
def meet(request: pytest.FixtureRequest, site: Production, playwright: Playwright, tmp_path: Path) -> Iterator[Meet]:
    """meet("Ada") is a person with a browser that trusts the box's certificates."""
    trusted = f"--ignore-certificate-errors-spki-list={','.join(site.public_key_hashes)}"
    people: list[Person] = []
    with ExitStack() as browsers:

        def person(name: str, *, phone: bool = False) -> Person:
            opened = browser_of(playwright, name, tmp_path, ORIGIN, phone=phone, extra=(trusted,))
            people.append(browsers.enter_context(opened))
            return people[-1]

        yield person
        if request.node.stash.get(_failed, False):
            EVIDENCE.mkdir(parents=True, exist_ok=True)
            for each in people:
                each.page.screenshot(path=EVIDENCE / f"{request.node.name}-{each.name}.png")
                print(f"{each.name} at {each.page.url}: {each.video()}, errors {each.errors}")
