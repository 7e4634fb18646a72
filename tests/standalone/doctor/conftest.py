"""One server that has run, whose data folder is copied for each fault, and one that runs behind proxies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from e2e.home import Home
from standalone.doctor.installation import Installation, copied


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A running server that trusts a proxy on this machine."""
    home = Home(
        tmp_path_factory.mktemp("doctor") / "data",
        WATCHPARTY_TRUSTED_PROXIES="127.0.0.1",
        WATCHPARTY_HOSTS="watch.test",
    )
    yield home
    home.stop()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that has stopped."""
    home = Home(tmp_path_factory.mktemp("template") / "data")
    home.stop()
    for path in home.data.glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home.data


@pytest.fixture
def healthy(template: Path, tmp_path: Path) -> Installation:
    """A copy of it for one test."""
    return copied(template, tmp_path / "data")
