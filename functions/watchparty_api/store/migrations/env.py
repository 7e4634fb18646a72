"""Alembic's entry: migrates on the connection that `upgrade` holds, in its transaction."""

from __future__ import annotations

from alembic import context

from watchparty_api.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # SQLite can roll DDL back; only its Python driver could not, and we say BEGIN ourselves.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
