"""Members store when they were last demoted or removed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("member", sa.Column("demoted_at", sa.DateTime(timezone=True), nullable=True))
