"""The first tables: one per record kind, with the indexes of its queries.

The schema is written out rather than derived from the records, because the records change and this migration must not.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "id": sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql"),
    "text": sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
    "bool": sa.Boolean(),
    "int": sa.BigInteger(),
    "float": sa.Double(),
    "instant": sa.DateTime(timezone=True),
    "json": sa.JSON(none_as_null=True),
}

_TABLES = {
    "account": (
        "created_at instant, version int, email text?, display_name text, role text, password_hash text?, "
        "email_verified bool, suspended bool, tokens_valid_from instant?, temporary bool, expires_at instant?, "
        "quota_bytes int?, external_id text?, preferences json"
    ),
    "email_claim": "created_at instant, version int, account_id text",
    "session": (
        "created_at instant, version int, account_id text, current_hash text, previous_hash text?, "
        "rotated_at instant?, expires_at instant, revoked bool, user_agent text, last_used_at instant"
    ),
    "one_time_token": (
        "created_at instant, version int, purpose text, account_id text?, email text?, role text, "
        "expires_at instant, used_at instant?, created_by text?"
    ),
    "api_token": (
        "created_at instant, version int, account_id text, name text, secret_hash text, scopes json, "
        "expires_at instant?, last_used_at instant?"
    ),
    "workspace_settings": (
        "created_at instant, version int, registration text, temporary_hosts bool, quota_bytes int, "
        "temporary_quota_bytes int, max_upload_bytes int, brand_name text"
    ),
    "room": (
        "created_at instant, version int, name text, owner_id text, link_id text, access text, control text, "
        "chat bool, slow_s int, capacity int, password_hash text?, wait_policy text, wait_max_s float, "
        "settings_rev int, video_id text?, media_rev int, start_pos_s float, queue json, closed_at instant?, "
        "last_active_at instant"
    ),
    "room_link": "created_at instant, version int, room_id text",
    "member": (
        "created_at instant, version int, room_id text, participant_id text, account_id text?, guest_hash text?, "
        "display_name text, role text, muted bool, control_until instant?, controls bool, state text, mver int, "
        "request_id text?, invitation_id text?, address_hash text?, last_seen_at instant"
    ),
    "join_request": (
        "created_at instant, version int, room_id text, participant_id text, decision text, decided_by text?, "
        "decided_at instant?"
    ),
    "invitation": (
        "created_at instant, version int, room_id text, secret_hash text, role text, email text?, "
        "expires_at instant?, max_uses int?, uses int, created_by text, revoked bool"
    ),
    "ban": (
        "created_at instant, version int, room_id text, participant_id text, display_name text, "
        "account_id text?, guest_hash text?, invitation_id text?, address_hash text?, address_until instant?, "
        "created_by text"
    ),
    "snapshot": (
        "created_at instant, version int, epoch int, rev int, state json, at instant, people json, total int, "
        "people_at instant"
    ),
    "chat_entry": (
        "created_at instant, version int, room_id text, epoch int, seq int, participant_id text, name text, "
        "text text, pos_s float?, reply_to text?, at instant, deleted bool"
    ),
    "chat_cleared": "created_at instant, version int, epoch int, seq int",
    "room_action": "created_at instant, version int, room_id text, at instant, by text, kind text, data json",
    "sync_report": "created_at instant, version int, room_id text, at instant, data json",
    "notice": "created_at instant, version int, room_id text, body json, attempts int, due_at instant",
    "video": (
        "created_at instant, version int, owner_id text, title text, filename text, content_type text, "
        "size_bytes int, fingerprint text?, source_url text?, status text, progress float, playable bool, "
        "generation text?, duration_s float?, playable_s float, renditions json, audio_tracks json, "
        "subtitle_tracks json, chapters json, warnings json, poster text?, sprites text?, failure json?, "
        "attempt int, lost_runs int, heard_at instant?, facts_rank json, updated_at instant, expires_at instant?"
    ),
    "audit_entry": (
        "created_at instant, version int, at instant, actor text, action text, target text, data json, "
        "previous_hash text, entry_hash text"
    ),
    "idempotency_key": "created_at instant, version int, body_hash text, status int, answer json, expires_at instant",
    "webhook": "created_at instant, version int, account_id text, url text, events json, secret text, active bool",
    "delivery": (
        "created_at instant, version int, webhook_id text, event text, body json, state text, attempts int, "
        "last_status int?, due_at instant"
    ),
}
"""Columns besides the primary key (workspace_id, id); `?` marks nullable columns."""

_INDEXES = {
    "ix_accounts": "account: workspace_id, created_at, id",
    "ix_accounts_by_role": "account: workspace_id, role, created_at, id",
    "ix_accounts_by_external_id": "account: workspace_id, external_id, created_at, id",
    "ix_temporary_accounts": "account: workspace_id, temporary, created_at, id",
    "ix_sessions_of_account": "session: workspace_id, account_id, revoked, created_at, id",
    "ix_api_tokens_of_account": "api_token: workspace_id, account_id, created_at, id",
    "ix_one_time_tokens_by_purpose": "one_time_token: workspace_id, purpose, created_at, id",
    "ix_audit": "audit_entry: workspace_id, id",
    "ix_audit_newest_first": "audit_entry: workspace_id, id",
    "ix_all_rooms": "room: workspace_id, created_at, id",
    "ix_rooms_of_owner": "room: workspace_id, owner_id, last_active_at, id",
    "ix_all_videos": "video: workspace_id, created_at, id",
    "ix_videos_of_owner": "video: workspace_id, owner_id, created_at, id",
    "ix_sessions_by_expiry": "session: workspace_id, expires_at, id",
    "ix_one_time_tokens_by_expiry": "one_time_token: workspace_id, expires_at, id",
    "ix_idempotency_keys_by_expiry": "idempotency_key: workspace_id, expires_at, id",
    "ix_open_rooms_of_owner": "room: workspace_id, owner_id, closed_at, last_active_at, id",
    "ix_rooms_with_video": "room: workspace_id, video_id, closed_at, created_at, id",
    "ix_members_of_room": "member: workspace_id, room_id, created_at, id",
    "ix_members_of_account": "member: workspace_id, account_id, state, created_at, id",
    "ix_members_by_state": "member: workspace_id, room_id, state, created_at, id",
    "ix_requests_by_decision": "join_request: workspace_id, room_id, decision, created_at, id",
    "ix_invitations_of_room": "invitation: workspace_id, room_id, revoked, created_at, id",
    "ix_bans_of_room": "ban: workspace_id, room_id, created_at, id",
    "ix_chat_of_room": "chat_entry: workspace_id, room_id, deleted, at, id",
    "ix_actions_of_room": "room_action: workspace_id, room_id, at, id",
    "ix_reports_of_room": "sync_report: workspace_id, room_id, at, id",
    "ix_notices_by_due": "notice: workspace_id, due_at, id",
    "ix_videos_by_status": "video: workspace_id, status, created_at, id",
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.create_table(
            table,
            sa.Column("workspace_id", _TYPES["id"], primary_key=True),
            sa.Column("id", _TYPES["id"], primary_key=True),
            *(_column(*each.split(" ")) for each in columns.split(", ")),
        )
    for name, described in _INDEXES.items():
        table, _, columns = described.partition(": ")
        op.create_index(name, table, columns.split(", "))


def _column(name: str, type_: str) -> sa.Column[Any]:
    return sa.Column(name, _TYPES[type_.removesuffix("?")], nullable=type_.endswith("?"))
