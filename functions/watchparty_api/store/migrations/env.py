"""Alembic's entry point: migrates on the connection that `upgrade` opened, in its transaction."""

from alembic import context

from watchparty_api.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite can roll back DDL; the Python driver's implicit transactions cannot, but we issue BEGIN ourselves.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
