"""What may be skipped, by name and with the reason; anything else that skips is a failure.

A machine that lacks a part no package registry gives (Google's emulators, terraform) may leave those tests out; a part
that Debian or PyPI gives must be there. WATCHPARTY_REQUIRE_ALL=1 allows no skip at all.
"""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from fakes.emulators import firestore_command, free_port, pubsub_command, running

MAY_BE_MISSING = {
    "firestore emulator": "comes with the Google Cloud SDK, which no package registry gives",
    "pubsub emulator": "comes with the Google Cloud SDK, which no package registry gives",
    "gcloud": "comes with the Google Cloud SDK, which no package registry gives",
    "C compiler": "is no part of what the product needs: the relay's image is compiled where it is built",
    "terraform": "comes from HashiCorp, which no package registry gives",
    "tmpfs": "a small file system can be mounted by root alone",
}
"""A skip's reason begins with one of these names."""

# The machine does other things as well: a slow example is not a failing one.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.register_profile("api-full", deadline=None)  # test_api_fuzz.py reads which one was asked for
hypothesis.settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--media-full", action="store_true", help="every input case and the fuzzing, not the fast subset")
    parser.addoption("--fuzz-cases", default="1500", help="how many hostile connections the relay is given")


WHOLE_APPLICATIONS = {"house", "client"}
"""Fixtures that build a whole application on a database: what asks for one is an integration test."""


PROGRAMS = {
    *("bench", "chaos", "containers", "deployment", "terraform", "transport"),
    *("test_bundle.py", "test_frame_fuzz.py", "test_probe.py", "test_server.py", "test_tutorial.py"),
}
"""Folders and files that run other programs, or one of ours whole on real sockets: integration, too."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        whole = PROGRAMS & set(item.path.relative_to(Path(__file__).parent).parts)
        if whole or WHOLE_APPLICATIONS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.integration)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        allowed = any(reason.startswith(name) for name in MAY_BE_MISSING) and not os.environ.get(
            "WATCHPARTY_REQUIRE_ALL"
        )
        if not allowed:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped, which is not allowed here: {reason}"
    return report


@pytest.fixture(scope="session")
def pubsub_host() -> Iterator[str]:
    """A Pub/Sub emulator for all who need one."""
    yield from _emulator("pubsub emulator", pubsub_command)


@pytest.fixture(scope="session")
def firestore_host() -> Iterator[str]:
    """A Firestore emulator for all who need one."""
    yield from _emulator("firestore emulator", firestore_command)


def _emulator(name: str, command_at: Callable[[int], list[str] | None]) -> Iterator[str]:
    port = free_port()
    command = command_at(port)
    if command is None:
        pytest.skip(f"{name}: {MAY_BE_MISSING[name]}")
    with running(command, port) as host:
        yield host


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """An S3 service for all who need one; each test has buckets of its own there."""
    from fakes.s3_service import s3_server

    with s3_server() as endpoint:
        yield endpoint
