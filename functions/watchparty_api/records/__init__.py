"""The stored documents: one frozen dataclass per kind, the same in SQL and in Firestore.

Every record carries a `version` that the store increments; a write names the version it was decided on. Instants are
aware UTC datetimes, durations are seconds. Records contain no plain secrets: tokens, guest keys and invitation secrets
are stored as SHA-256 hashes (`…_hash`), passwords as argon2 strings.
Fields may be str, int, float, bool, datetime, tuple[...] or dict (stored as JSON), or an optional one of these.
"""

from watchparty_api.records.accounts import (
    Account,
    ApiToken,
    AuthChallenge,
    EmailClaim,
    OneTimeToken,
    Passkey,
    SecondFactor,
    Session,
)
from watchparty_api.records.record import Record
from watchparty_api.records.room_history import ChatCleared, ChatEntry, RoomAction, Snapshot, SyncReport
from watchparty_api.records.rooms import (
    Access,
    Ban,
    BannedAddress,
    Control,
    Invitation,
    JoinAddress,
    JoinRequest,
    Member,
    Notice,
    Role,
    Room,
    RoomLink,
)
from watchparty_api.records.site import (
    AuditEntry,
    DeadLetter,
    IdempotencyKey,
    RateWindow,
    RelayLease,
    SiteClock,
    Spending,
    WorkspaceSettings,
)
from watchparty_api.records.videos import Video, VideoStatus
from watchparty_api.records.webhooks import Delivery, Webhook

KINDS: tuple[type[Record], ...] = tuple(Record.__subclasses__())

__all__ = [
    "KINDS",
    "Access",
    "Account",
    "ApiToken",
    "AuditEntry",
    "AuthChallenge",
    "Ban",
    "BannedAddress",
    "ChatCleared",
    "ChatEntry",
    "Control",
    "DeadLetter",
    "Delivery",
    "EmailClaim",
    "IdempotencyKey",
    "Invitation",
    "JoinAddress",
    "JoinRequest",
    "Member",
    "Notice",
    "OneTimeToken",
    "Passkey",
    "RateWindow",
    "Record",
    "RelayLease",
    "Role",
    "Room",
    "RoomAction",
    "RoomLink",
    "SecondFactor",
    "Session",
    "SiteClock",
    "Snapshot",
    "Spending",
    "SyncReport",
    "Video",
    "VideoStatus",
    "Webhook",
    "WorkspaceSettings",
]
