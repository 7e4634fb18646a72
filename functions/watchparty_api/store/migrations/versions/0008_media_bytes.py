"""Videos store how much the prepared film takes, which counts in the quota."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("video", sa.Column("media_bytes", sa.BigInteger(), nullable=True))
