"""What the site has cost this month."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_ID = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("workspace_id", _ID, primary_key=True),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("month_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cost", sa.Double(), nullable=False),
        sa.Column("stops_at", sa.Double(), nullable=False),
        sa.Column("raised_to", sa.Double(), nullable=True),
        sa.Column("currency", _TEXT, nullable=False),
    )
