"""What the deletion of accounts needs: marks, the participants of deliveries, and address hashes that expire."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_ID = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("account", sa.Column("deleting", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_accounts_being_deleted", "account", ["workspace_id", "deleting", "created_at", "id"])
    op.add_column("room", sa.Column("erased", sa.JSON(none_as_null=True), nullable=False, server_default="[]"))
    op.add_column("delivery", sa.Column("participant_id", _TEXT, nullable=True))
    op.create_index("ix_deliveries_about", "delivery", ["workspace_id", "participant_id", "created_at", "id"])
    op.create_index("ix_chat_of_participant", "chat_entry", ["workspace_id", "participant_id", "created_at", "id"])
    op.create_index("ix_invitations_to", "invitation", ["workspace_id", "email", "created_at", "id"])
    for name, index in (("join_address", "join_addresses"), ("banned_address", "banned_addresses")):
        op.create_table(
            name,
            sa.Column("workspace_id", _ID, primary_key=True),
            sa.Column("id", _ID, primary_key=True),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("version", sa.BigInteger(), nullable=False),
            sa.Column("address_hash", _TEXT, nullable=False),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        )
        op.create_index(f"ix_{index}_by_expiry", name, ["workspace_id", "expires_at", "id"])
    # Addresses were stored without an end. Those of bans still have theirs; expired ones go with the first maintenance.
    op.execute(
        "INSERT INTO banned_address (workspace_id, id, created_at, version, address_hash, expires_at) "
        "SELECT workspace_id, id, created_at, 1, address_hash, address_until FROM ban "
        "WHERE address_hash IS NOT NULL AND address_until IS NOT NULL"
    )
    op.execute("UPDATE ban SET address_hash = NULL")
    op.execute("UPDATE member SET address_hash = NULL")
