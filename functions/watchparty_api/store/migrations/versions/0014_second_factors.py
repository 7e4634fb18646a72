"""Accounts can have passkeys, an authenticator app and recovery codes; sessions say when their user proved it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_ID = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table, name in (
        ("account", "second_factor"),
        ("session", "second_factor"),
        ("workspace_settings", "admin_second_factor"),
    ):
        op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("session", sa.Column("proved_at", _INSTANT, nullable=True))
    op.create_table(
        "passkey",
        *_of_every_record(),
        sa.Column("account_id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("credential_id", _TEXT, nullable=False),
        sa.Column("public_key", _TEXT, nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("last_used_at", _INSTANT, nullable=True),
    )
    op.create_index("ix_passkeys_of_account", "passkey", ["workspace_id", "account_id", "created_at", "id"])
    op.create_table(
        "second_factor",
        *_of_every_record(),
        sa.Column("sealed_secret", _TEXT, nullable=True),
        sa.Column("confirmed_at", _INSTANT, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("recovery_hashes", sa.JSON(none_as_null=True), nullable=False),
    )
    op.create_table(
        "auth_challenge",
        *_of_every_record(),
        sa.Column("purpose", _TEXT, nullable=False),
        sa.Column("account_id", _TEXT, nullable=True),
        sa.Column("holder", _TEXT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT, nullable=True),
    )
    op.create_index("ix_challenges_of_account", "auth_challenge", ["workspace_id", "account_id", "created_at", "id"])
    op.create_index("ix_challenges_by_expiry", "auth_challenge", ["workspace_id", "expires_at", "id"])


def _of_every_record() -> list[sa.Column[object]]:
    return [
        sa.Column("workspace_id", _ID, primary_key=True),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
    ]
