"""A room can be offered to a new host."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("room", sa.Column("offered_to", _TEXT, nullable=True))
    op.add_column("room", sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("room", sa.Column("offer_rev", sa.BigInteger(), nullable=False, server_default="0"))
