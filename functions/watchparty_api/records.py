"""What the system remembers: one frozen dataclass a document kind, the same in SQL and in Firestore.

Every record names its workspace and carries `version`, which the store counts; a write names the version that it was
decided on. Instants are aware UTC datetimes, durations are seconds. A record holds no secret in the clear: tokens,
guest keys and invitation secrets are kept as SHA-256 hashes (`…_hash`), passwords as argon2 strings.
Fields may be str, int, float, bool, datetime, tuple[...] or dict (kept as JSON), and optional ones `| None`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Role = Literal["host", "moderator", "viewer"]
Access = Literal["open", "knock", "members"]
Control = Literal["host", "moderators", "everyone"]
VideoStatus = Literal["uploading", "queued", "processing", "ready", "failed"]


@dataclass(frozen=True, kw_only=True)
class Record:
    """What every document has. `version` 0 means not stored yet."""

    workspace_id: str
    id: str
    created_at: datetime
    version: int = 0


# ---- people -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Account(Record):
    """A registered person, or a temporary host (`expires_at` set, no e-mail)."""

    email: str | None  # lower-cased; unique through EmailClaim
    display_name: str
    role: Literal["admin", "user"] = "user"
    password_hash: str | None = None
    email_verified: bool = False
    suspended: bool = False
    tokens_valid_from: datetime | None = None  # access tokens issued earlier are refused
    temporary: bool = False
    expires_at: datetime | None = None
    quota_bytes: int | None = None  # None: the workspace's default
    external_id: str | None = None  # Identity Platform's uid
    preferences: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EmailClaim(Record):
    """Makes an address unique by `create()`: id = keyed hash of the address."""

    account_id: str


@dataclass(frozen=True, kw_only=True)
class Session(Record):
    """One refresh-token family: a device that is signed in."""

    account_id: str
    current_hash: str
    previous_hash: str | None = None
    rotated_at: datetime | None = None
    expires_at: datetime
    revoked: bool = False
    user_agent: str = ""
    last_used_at: datetime


@dataclass(frozen=True, kw_only=True)
class OneTimeToken(Record):
    """Set-up link, password reset, address verification, account invitation: id = hash of the secret."""

    purpose: Literal["setup", "reset", "verify", "account_invite"]
    account_id: str | None = None
    email: str | None = None
    role: Literal["admin", "user"] = "user"
    expires_at: datetime
    used_at: datetime | None = None
    created_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApiToken(Record):
    """A personal `wp_…` token: id is the public half, only the secret's hash is kept."""

    account_id: str
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WorkspaceSettings(Record):
    """What the admin can change while it runs; one document a workspace (id "settings")."""

    registration: Literal["invitation", "open"] = "invitation"
    temporary_hosts: bool = False  # at home on by default: `settings.py`
    quota_bytes: int = 200 * 10**9
    temporary_quota_bytes: int = 10 * 10**9
    max_upload_bytes: int = 50 * 10**9
    brand_name: str = "WatchParty"


# ---- rooms --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Room(Record):
    """A room's lasting facts; its clock is the relay's. `settings_rev`, `media_rev` are the counters in its tokens."""

    name: str
    owner_id: str
    link_id: str  # what /r/… shows; the room's id until a new link was made
    access: Access = "open"
    control: Control = "moderators"
    chat: bool = True
    slow_s: int = 0
    capacity: int = 50
    password_hash: str | None = None
    wait_policy: Literal["never", "host", "quorum", "all"] = "quorum"
    wait_max_s: float = 8.0
    settings_rev: int = 1
    video_id: str | None = None
    media_rev: int = 1
    start_pos_s: float = 0.0
    queue: tuple[dict[str, Any], ...] = ()
    closed_at: datetime | None = None
    last_active_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoomLink(Record):
    """id = a link id that leads (or led) to a room."""

    room_id: str


@dataclass(frozen=True, kw_only=True)
class Member(Record):
    """A participant of a room; id = `{room_id}.{participant_id}`. Never deleted: removal is a state."""

    room_id: str
    participant_id: str
    account_id: str | None = None
    guest_hash: str | None = None
    display_name: str
    role: Role = "viewer"
    muted: bool = False
    control_until: datetime | None = None  # control lent until then
    controls: bool = False  # control lent without an end
    state: Literal["waiting", "admitted", "denied", "removed", "banned", "left", "withdrawn"] = "admitted"
    mver: int = 1
    demoted_at: datetime | None = (
        None  # or taken out: of invitations made before, neither theirs nor others' lifts them
    )
    request_id: str | None = None  # the newest JoinRequest of who had to knock
    invitation_id: str | None = None
    address_hash: str | None = None  # keyed; what a ban holds for 24 h
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class JoinRequest(Record):
    """Somebody knocked. Who knocks again after a refusal makes a new one; `Member.request_id` names the newest."""

    room_id: str
    participant_id: str
    decision: Literal["open", "admitted", "denied", "blocked", "withdrawn"] = "open"
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Invitation(Record):
    """A personal link into a room: the link's fragment holds `{id}.{secret}`, this the secret's hash."""

    room_id: str
    secret_hash: str
    role: Role = "viewer"
    email: str | None = None
    expires_at: datetime | None = None
    max_uses: int | None = None
    uses: int = 0
    created_by: str
    revoked: bool = False


@dataclass(frozen=True, kw_only=True)
class Ban(Record):
    """Who must not come back: any mark that matches keeps the door shut. id = `{room_id}.{participant_id}`."""

    room_id: str
    participant_id: str
    display_name: str
    account_id: str | None = None
    guest_hash: str | None = None
    invitation_id: str | None = None
    address_hash: str | None = None
    address_until: datetime | None = None
    created_by: str


@dataclass(frozen=True, kw_only=True)
class Snapshot(Record):
    """The relay's last word about a room (id = room id), a document of its own: the clock at `at`, the people at
    `people_at`. `state` is empty until the relay has spoken of the clock."""

    epoch: int = 0
    rev: int = 0
    state: dict[str, Any] = field(default_factory=dict)
    at: datetime
    people: tuple[dict[str, Any], ...] = ()
    total: int = 0
    people_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChatEntry(Record):
    """Archive of one chat line; id = `{room_id}.{chat id}`. A deleted line keeps its place and loses its text."""

    room_id: str
    epoch: int
    seq: int
    participant_id: str
    name: str
    text: str
    pos_s: float | None = None
    reply_to: str | None = None
    at: datetime
    deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class ChatCleared(Record):
    """Up to where a room's chat was wiped (id = room id), so that a line that arrives late stays wiped."""

    epoch: int
    seq: int


@dataclass(frozen=True, kw_only=True)
class RoomAction(Record):
    """Who did what in a room, for the host's action log; id = event id."""

    room_id: str
    at: datetime
    by: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SyncReport(Record):
    """How well a room kept together for a while, as the relay measured it; id = event id."""

    room_id: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Notice(Record):
    """The outbox: a notice to the relay, written with the change it tells of, gone once acknowledged."""

    room_id: str
    body: dict[str, Any]
    attempts: int = 0
    due_at: datetime


# ---- videos -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Video(Record):
    """A film of somebody's: an upload on its way to renditions, or a direct link."""

    owner_id: str
    title: str
    filename: str = ""
    content_type: str = ""
    size_bytes: int = 0
    fingerprint: str | None = None
    source_url: str | None = None
    status: VideoStatus = "uploading"
    progress: float = 0.0
    playable: bool = False
    generation: str | None = None  # of the finalised original; renditions lie under it
    duration_s: float | None = None
    playable_s: float = 0.0
    renditions: tuple[dict[str, Any], ...] = ()
    audio_tracks: tuple[dict[str, Any], ...] = ()
    subtitle_tracks: tuple[dict[str, Any], ...] = ()
    chapters: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    poster: str | None = None
    sprites: str | None = None
    failure: dict[str, Any] | None = None
    attempt: int = 0  # runs of the transcode so far: names the newest one
    lost_runs: int = 0  # how many in a row got nowhere through no fault of the film
    heard_at: datetime | None = None  # of the newest run: launched, or last event
    facts_rank: tuple[int, ...] = ()  # (attempt, seq) of the event whose renditions and tracks these are
    updated_at: datetime
    expires_at: datetime | None = None


# ---- everything else ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AuditEntry(Record):
    """One line of the append-only, hash-chained audit log; id = zero-padded sequence. Names people by id only."""

    at: datetime
    actor: str
    action: str
    target: str
    data: dict[str, Any]
    previous_hash: str
    entry_hash: str


@dataclass(frozen=True, kw_only=True)
class IdempotencyKey(Record):
    """The answer to a creating POST, so that a repeat within 24 h gets the same; id = hash of caller, route and key."""

    body_hash: str
    status: int
    answer: dict[str, Any]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class RateWindow(Record):
    """When something was tried lately, in epoch seconds, the oldest first; id = keyed hash of what is counted."""

    tried_at_s: tuple[float, ...]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Webhook(Record):
    """An integrator's endpoint. What its calls are signed with is derived from our own secret and the id."""

    account_id: str
    url: str
    events: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Delivery(Record):
    """One webhook call: waiting, delivered or given up; outbox and delivery log in one."""

    webhook_id: str
    event: str
    body: dict[str, Any]
    state: Literal["waiting", "delivered", "failed"] = "waiting"
    attempts: int = 0
    last_status: int | None = None
    due_at: datetime
    expires_at: datetime


KINDS: tuple[type[Record], ...] = tuple(Record.__subclasses__())
