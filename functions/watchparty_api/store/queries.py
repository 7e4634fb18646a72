"""All queries, declared once: the SQL indexes and Terraform's Firestore indexes are derived from this list.

To add a query, add a constant: `QUERIES` collects them, and both adapters refuse a query that is not declared here.
`order_by` must name a field that is never None.
"""

from typing import Any

from watchparty_api.records import (
    Account,
    ApiToken,
    AuditEntry,
    AuthChallenge,
    Ban,
    BannedAddress,
    ChatEntry,
    DeadLetter,
    Delivery,
    IdempotencyKey,
    Invitation,
    JoinAddress,
    JoinRequest,
    Member,
    Notice,
    OneTimeToken,
    Passkey,
    RateWindow,
    Room,
    RoomAction,
    Session,
    SyncReport,
    Video,
    Webhook,
)
from watchparty_api.store.port import Query

# ---- accounts and admin
ACCOUNTS = Query("accounts", Account, descending=True)
ACCOUNTS_BY_ROLE = Query("accounts_by_role", Account, where=("role",))
ACCOUNTS_BY_EXTERNAL_ID = Query("accounts_by_external_id", Account, where=("external_id",))
ACCOUNTS_BEING_DELETED = Query("accounts_being_deleted", Account, where=("deleting",))
TEMPORARY_ACCOUNTS = Query("temporary_accounts", Account, where=("temporary",))
SESSIONS_OF_ACCOUNT = Query("sessions_of_account", Session, where=("account_id", "revoked"), descending=True)
API_TOKENS_OF_ACCOUNT = Query("api_tokens_of_account", ApiToken, where=("account_id",), descending=True)
ONE_TIME_TOKENS_BY_PURPOSE = Query("one_time_tokens_by_purpose", OneTimeToken, where=("purpose",), descending=True)
PASSKEYS_OF_ACCOUNT = Query("passkeys_of_account", Passkey, where=("account_id",))
CHALLENGES_OF_ACCOUNT = Query("challenges_of_account", AuthChallenge, where=("account_id",))
AUDIT = Query("audit", AuditEntry, order_by="id")
AUDIT_NEWEST_FIRST = Query("audit_newest_first", AuditEntry, order_by="id", descending=True)
DEAD_LETTERS = Query("dead_letters", DeadLetter, descending=True)
ALL_ROOMS = Query("all_rooms", Room, descending=True)
ROOMS_OF_OWNER = Query("rooms_of_owner", Room, where=("owner_id",), order_by="last_active_at", descending=True)
ALL_VIDEOS = Query("all_videos", Video, descending=True)
VIDEOS_OF_OWNER = Query("videos_of_owner", Video, where=("owner_id",), descending=True)

# ---- expiring documents, earliest first
SESSIONS_BY_EXPIRY = Query("sessions_by_expiry", Session, order_by="expires_at")
ONE_TIME_TOKENS_BY_EXPIRY = Query("one_time_tokens_by_expiry", OneTimeToken, order_by="expires_at")
CHALLENGES_BY_EXPIRY = Query("challenges_by_expiry", AuthChallenge, order_by="expires_at")
IDEMPOTENCY_KEYS_BY_EXPIRY = Query("idempotency_keys_by_expiry", IdempotencyKey, order_by="expires_at")
DELIVERIES_BY_EXPIRY = Query("deliveries_by_expiry", Delivery, order_by="expires_at")
DEAD_LETTERS_BY_EXPIRY = Query("dead_letters_by_expiry", DeadLetter, order_by="expires_at")
RATE_WINDOWS_BY_EXPIRY = Query("rate_windows_by_expiry", RateWindow, order_by="expires_at")
JOIN_ADDRESSES_BY_EXPIRY = Query("join_addresses_by_expiry", JoinAddress, order_by="expires_at")
BANNED_ADDRESSES_BY_EXPIRY = Query("banned_addresses_by_expiry", BannedAddress, order_by="expires_at")

EXPIRING: tuple[Query[Any], ...] = (
    SESSIONS_BY_EXPIRY,
    ONE_TIME_TOKENS_BY_EXPIRY,
    CHALLENGES_BY_EXPIRY,
    IDEMPOTENCY_KEYS_BY_EXPIRY,
    DELIVERIES_BY_EXPIRY,
    DEAD_LETTERS_BY_EXPIRY,
    RATE_WINDOWS_BY_EXPIRY,
    JOIN_ADDRESSES_BY_EXPIRY,
    BANNED_ADDRESSES_BY_EXPIRY,
)
"""Only for SQL: Firestore deletes these documents itself. It has no index for them, because an index of dates would
limit each of these kinds to 500 writes per second.
"""

# ---- rooms
OPEN_ROOMS_OF_OWNER = Query(
    "open_rooms_of_owner", Room, where=("owner_id", "closed_at"), order_by="last_active_at", descending=True
)
ROOMS_WITH_VIDEO = Query("rooms_with_video", Room, where=("video_id", "closed_at"))
MEMBERS_OF_ROOM = Query("members_of_room", Member, where=("room_id",))
MEMBERS_OF_ACCOUNT = Query("members_of_account", Member, where=("account_id", "state"))
MEMBERS_OF_INVITATION = Query("members_of_invitation", Member, where=("invitation_id",))
MEMBERS_BY_STATE = Query("members_by_state", Member, where=("room_id", "state"))
REQUESTS_BY_DECISION = Query("requests_by_decision", JoinRequest, where=("room_id", "decision"))
INVITATIONS_OF_ROOM = Query("invitations_of_room", Invitation, where=("room_id", "revoked"), descending=True)
INVITATIONS_TO = Query("invitations_to", Invitation, where=("email",))
BANS_OF_ROOM = Query("bans_of_room", Ban, where=("room_id",), descending=True)
CHAT_OF_ROOM = Query("chat_of_room", ChatEntry, where=("room_id", "deleted"), order_by="at", descending=True)
CHAT_OF_PARTICIPANT = Query("chat_of_participant", ChatEntry, where=("participant_id",))
ACTIONS_OF_ROOM = Query("actions_of_room", RoomAction, where=("room_id",), order_by="at", descending=True)
REPORTS_OF_ROOM = Query("reports_of_room", SyncReport, where=("room_id",), order_by="at", descending=True)
NOTICES_BY_DUE = Query("notices_by_due", Notice, order_by="due_at")

# ---- videos

VIDEOS_BY_STATUS = Query("videos_by_status", Video, where=("status",), descending=True)

# ---- webhooks
WEBHOOKS_OF_ACCOUNT = Query("webhooks_of_account", Webhook, where=("account_id",), descending=True)
DELIVERIES_OF_WEBHOOK = Query("deliveries_of_webhook", Delivery, where=("webhook_id",), descending=True)
DELIVERIES_ABOUT = Query("deliveries_about", Delivery, where=("participant_id",))
DELIVERIES_BY_STATE = Query("deliveries_by_state", Delivery, where=("state",), order_by="due_at")

QUERIES: tuple[Query[Any], ...] = tuple(value for value in globals().values() if isinstance(value, Query))
