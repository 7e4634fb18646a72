"""The site stores the readings of its clock, so that a start with a wrong one is recognised."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ID = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "site_clock",
        sa.Column("workspace_id", _ID, primary_key=True),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("trusted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wall_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gaps", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("behind_s", sa.Double(), nullable=False),
    )
