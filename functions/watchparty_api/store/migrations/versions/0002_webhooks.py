"""Webhooks: secrets are derived instead of stored, deliveries expire, and both kinds get query indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_INDEXES = {
    "ix_webhooks_of_account": ("webhook", ["workspace_id", "account_id", "created_at", "id"]),
    "ix_deliveries_of_webhook": ("delivery", ["workspace_id", "webhook_id", "created_at", "id"]),
    "ix_deliveries_by_state": ("delivery", ["workspace_id", "state", "due_at", "id"]),
    "ix_deliveries_by_expiry": ("delivery", ["workspace_id", "expires_at", "id"]),
}


def upgrade() -> None:
    op.drop_column("webhook", "secret")
    # Nothing has written deliveries before, so there is no row that would need a value.
    op.add_column("delivery", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False))
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)
