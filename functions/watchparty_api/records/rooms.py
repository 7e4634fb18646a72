"""Rooms, their members, and everything that decides who may join."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from watchparty_api.records.record import Record

Role = Literal["host", "moderator", "viewer"]
Access = Literal["open", "knock", "members"]
Control = Literal["host", "moderators", "everyone"]


@dataclass(frozen=True, kw_only=True)
class Room(Record):
    """A room without its clock, which the relay holds. `settings_rev` and `media_rev` are the counters in tokens."""

    name: str
    owner_id: str
    link_id: str  # the id in /r/…; the room's own id until a new link is created
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
    handed_over: bool = False  # the host did not create the room, so their library is not lent to it
    offered_to: str | None = None  # the participant to whom the host has offered the room (`rooms/host_offers.py`)
    offered_until: datetime | None = None
    offer_rev: int = 0  # counted with each change of the offer, for the relay
    erased: tuple[str, ...] = ()  # participants whose accounts were deleted: late events about them lose the name
    last_active_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoomLink(Record):
    """id = a current or former link id of a room."""

    room_id: str


@dataclass(frozen=True, kw_only=True)
class Member(Record):
    """A participant of a room; id = `{room_id}.{participant_id}`. Members are never deleted: removal is a state."""

    room_id: str
    participant_id: str
    account_id: str | None = None
    guest_hash: str | None = None
    display_name: str
    role: Role = "viewer"
    muted: bool = False
    control_until: datetime | None = None  # control is delegated until then
    controls: bool = False  # control is delegated indefinitely
    state: Literal["waiting", "admitted", "denied", "removed", "banned", "left", "withdrawn"] = "admitted"
    mver: int = 1
    demoted_at: datetime | None = None  # last demotion, removal or ban; its effect: `rooms/joining/admission.py`
    request_id: str | None = None  # the member's newest JoinRequest
    invitation_id: str | None = None
    address_hash: str | None = None  # not written any more: `JoinAddress`
    credentials: tuple[str, ...] = ()  # the account's credentials that joined here (`web/caller.py`), newest last
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class JoinRequest(Record):
    """A request to be let in. Each further attempt after a refusal is a new one; `Member.request_id` is the newest."""

    room_id: str
    participant_id: str
    decision: Literal["open", "admitted", "denied", "blocked", "withdrawn"] = "open"
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Invitation(Record):
    """A personal invitation link: the link's fragment holds `{id}.{secret}`, the record only the secret's hash."""

    room_id: str
    secret_hash: str
    role: Role = "viewer"
    email: str | None = None
    expires_at: datetime | None = None
    max_uses: int | None = None
    uses: int = 0
    created_by: str
    credential: str | None = None  # the account's credential that created it (`web/caller.py`)
    revoked: bool = False


@dataclass(frozen=True, kw_only=True)
class Ban(Record):
    """A ban: it applies to anyone who matches any of its identifiers. id = `{room_id}.{participant_id}`."""

    room_id: str
    participant_id: str
    display_name: str
    account_id: str | None = None
    guest_hash: str | None = None
    invitation_id: str | None = None
    address_hash: str | None = None  # not stored any more: `bans_of` reads it from `BannedAddress`
    address_until: datetime | None = None
    created_by: str


@dataclass(frozen=True, kw_only=True)
class JoinAddress(Record):
    """The keyed hash of the address from which a member joined last, in case they are banned; id = the member's."""

    address_hash: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class BannedAddress(Record):
    """The keyed hash of the address that a ban covers; id = the ban's."""

    address_hash: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Notice(Record):
    """The outbox: a notice to the relay, written in the commit of the change, deleted once it is acknowledged."""

    room_id: str
    body: dict[str, Any]
    attempts: int = 0
    due_at: datetime
