"""The migrations create the schema that the records describe."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect

from watchparty_api.store import migrations
from watchparty_api.store.sql import open_store
from watchparty_api.store.tables import METADATA


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/store.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    open_store(url).close()
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_the_migrations_create_the_tables_of_the_records(engine: Engine) -> None:
    """The migrated schema and the one that tables.py derives do not differ, in either direction."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_an_up_to_date_database_is_not_changed(engine: Engine) -> None:
    """Opening the store again changes nothing."""
    before = sorted(inspect(engine).get_table_names())
    open_store(engine.url.render_as_string(hide_password=False)).close()
    assert sorted(inspect(engine).get_table_names()) == before
    assert "alembic_version" in before


def test_several_processes_may_start_at_once(tmp_path: Path) -> None:
    """If several processes open a new database at once, one of them migrates it and the others use the result."""
    url = f"sqlite:///{tmp_path}/store.db"
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: open_store(url), range(4)))
    assert all(store.ready() for store in stores)
    for store in stores:
        store.close()


def test_versions_are_numbered_without_gaps() -> None:
    """File names start with the version's number, so that the newest version is known without importing them."""
    folder = Path(migrations.__file__).parent / "versions"
    numbers = sorted(path.name.partition("_")[0] for path in folder.glob("[0-9]*.py"))
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
