"""Rooms store whether they were handed over to another host."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("room", sa.Column("handed_over", sa.Boolean(), nullable=False, server_default=sa.false()))
