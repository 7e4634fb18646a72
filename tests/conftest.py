"""Lists which tests can be skipped and why; any other skip is a failure.

Tests may be skipped if they need software that is in no package registry (Google's emulators, Terraform), or a browser
beside Chromium. Other software that Debian or PyPI provides must be installed. WATCHPARTY_REQUIRE_ALL=1 allows no skip
at all.
"""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from fakes.google.emulators import firestore_command, free_port, pubsub_command, running

MAY_BE_MISSING = {
    "firestore emulator": "is part of the Google Cloud SDK, which is in no package registry",
    "pubsub emulator": "is part of the Google Cloud SDK, which is in no package registry",
    "gcloud": "is part of the Google Cloud SDK, which is in no package registry",
    "firefox": "comes in addition to Chromium; `make test` installs it where Debian's packages can be installed",
    "webkit": "comes in addition to Chromium; `make test` installs it where Debian's packages can be installed",
    "C compiler": "is not needed by the product: the relay is compiled where its image is built",
    "terraform": "is distributed by HashiCorp, in no package registry",
    "network namespace": "only root, or a kernel that lets users do so, can create one",
    "tmpfs": "only root can mount a small file system",
}
"""The reason of a skip must begin with one of these names."""

os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"
"""gRPC reads this when it is first imported. With its fork handlers, a test that starts a process after another one has
opened a gRPC client fails at random; the transcoder turns them off in the same way (ffmpeg/process.py)."""

# The machine may be busy, so a slow example is not a failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.register_profile("api-full", deadline=None)  # test_api_fuzz.py reads which profile was requested
hypothesis.settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--media-full", action="store_true", help="every input case and the fuzzing, not the fast subset")
    parser.addoption("--fuzz-cases", default="1500", help="the number of hostile connections to the relay")


WHOLE_APPLICATIONS = {"api", "client"}
"""Fixtures that build a whole application on a database. A test that uses one is an integration test."""


PROGRAMS = {
    *("bench", "chaos", "containers", "deployment", "terraform", "transport"),
    *("test_frame_fuzz.py", "test_probe.py", "test_server.py", "test_tutorial.py"),
}
"""Folders and files whose tests run other programs, or one of ours on real sockets: also integration tests."""


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
    """The Pub/Sub emulator, shared by all tests."""
    yield from _emulator("pubsub emulator", pubsub_command)


@pytest.fixture(scope="session")
def firestore_host() -> Iterator[str]:
    """The Firestore emulator, shared by all tests."""
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
    """The S3 service, shared by all tests; each creates its own buckets."""
    from fakes.s3_service import s3_server

    with s3_server() as endpoint:
        yield endpoint
