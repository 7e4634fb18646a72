"""Videos store what the film has lost, with its times; the sentences alone were stored before."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("video", sa.Column("losses", sa.JSON(none_as_null=True), nullable=False, server_default="[]"))
