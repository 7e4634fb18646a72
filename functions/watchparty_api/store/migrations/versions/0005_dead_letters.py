"""Events that could not be stored, set aside for the operator."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "dead_letter",
        sa.Column("workspace_id", _ID, primary_key=True),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("payload", _TEXT, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_dead_letters", "dead_letter", ["workspace_id", "created_at", "id"])
    op.create_index("ix_dead_letters_by_expiry", "dead_letter", ["workspace_id", "expires_at", "id"])
