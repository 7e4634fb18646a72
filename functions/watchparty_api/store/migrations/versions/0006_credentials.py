"""Memberships and invitations store the credentials through which they came about."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "member", sa.Column("credentials", sa.JSON(none_as_null=True), nullable=False, server_default=sa.text("'[]'"))
    )
    op.add_column("invitation", sa.Column("credential", sa.Text(), nullable=True))
