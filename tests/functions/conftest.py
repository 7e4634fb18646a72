"""Fixtures of the functions' tests: a fresh site per test, from a database created once per session."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fakes.api_harness import SITE, ApiHarness, build_harness
from fakes.clock import SteppedClock
from fakes.postgres import find_binaries, postgres_server
from fakes.world import Template, template_of
from watchparty_api.config import Config
from watchparty_api.store.sql import open_store

STORES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.service),
    pytest.param("firestore", marks=pytest.mark.service),
]
"""The stores that the store's contract, and the tests that depend on it, run on. Add one as a branch in `store_url`."""


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables; creating them takes longer than copying the file."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def config(tmp_path: Path, empty_database: Path, keys_dir: Path) -> Config:
    """Override this fixture in a test module for other settings."""
    shutil.copy(empty_database, tmp_path / "watchparty.db")
    return Config(public_url=SITE, store_url=f"sqlite:///{tmp_path}/watchparty.db", keys_dir=str(keys_dir))


@pytest.fixture
def api(config: Config, clock: SteppedClock) -> Iterator[ApiHarness]:
    harness = build_harness(config, clock)
    yield harness
    harness.services.store.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, empty_database: Path, keys_dir: Path) -> Template:
    """A room with all kinds of callers, created once per session."""
    return template_of(empty_database, tmp_path_factory.mktemp("world"), keys_dir)


@pytest.fixture
def client(api: ApiHarness) -> TestClient:
    return api.client


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (initdb, pg_ctl)")
    with postgres_server(binaries) as url:
        yield url


@pytest.fixture(params=STORES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The store's URL: a file of this test, or a server that all tests share."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    if request.param == "firestore":
        host: str = request.getfixturevalue("firestore_host")
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", host)  # the client library's setting
        return f"firestore://demo-{secrets.token_hex(4)}"
    url: str = request.getfixturevalue("postgres_url")
    return url
