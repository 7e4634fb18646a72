"""An index for the people who joined with an invitation."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index("ix_members_of_invitation", "member", ["workspace_id", "invitation_id", "created_at", "id"])
