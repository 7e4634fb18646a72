"""Runs terraform once for all tests that read its result."""

import shutil
from pathlib import Path

import pytest

from terraform.applied import Applied, Outcome, copy_of_source, run_tests


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised copy of terraform/."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform: not on the PATH")
    return copy_of_source(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="session")
def outcome(source: Path) -> Outcome:
    """The outcome of all tests under terraform/tests, run once."""
    return run_tests(source)


@pytest.fixture(scope="session")
def production(outcome: Outcome) -> Applied:
    """Profile production with every optional part."""
    return outcome.runs["production", "everything"]


@pytest.fixture(scope="session")
def least(outcome: Outcome) -> Applied:
    """Profile production without optional parts."""
    return outcome.runs["production", "least"]


@pytest.fixture(scope="session")
def hobby(outcome: Outcome) -> Applied:
    return outcome.runs["hobby", "least"]
