"""Migrations of the SQL store, shipped inside the package; `sql.open_store` runs those that are missing. A database of
a newer release is refused.

A change to a record or a declared query needs a new file in `versions/`: a test compares the migrated schema with the
tables that `tables.py` derives. Alembic is imported late, because an up-to-date database does not need it.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from watchparty_api.config import ConfigError

_HERE = Path(__file__).parent
_LOCK = 0x57617463  # arbitrary, but the same in every process; held while migrating
_VERSIONS = "alembic_version"


def upgrade(engine: Engine) -> None:
    """Migrates the database to the newest version; if several processes start at once, only one of them migrates.

    Raises ConfigError if a newer release has migrated it.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        current, newest = _current(connection), newest_version()
        if current is not None and current > newest:
            raise ConfigError(
                f"WATCHPARTY_STORE_URL: the database has version {current}, written by a newer release; this one knows "
                f"versions up to {newest}. Update WatchParty, or restore the backup from before the update."
            )
        if current != newest:
            _run(connection)


def newest_version() -> str:
    """The highest number among the files 0001_….py, 0002_….py."""
    return max(path.name for path in (_HERE / "versions").glob("[0-9]*.py")).partition("_")[0]


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS):
        return None
    version: str | None = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar()  # noqa: S608
    return version


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
