"""Sync protocol v1: every message that crosses the socket, and the closed lists they draw from.

Nothing here decides or does anything; `session.py` reads these and `docs/contracts/socket.schema.json` is generated
from them. Seconds end in `_s`; instants are room time in epoch milliseconds and end in `_ms`. Fields with a default
are optional on the wire. Unknown fields are ignored, so a newer peer may say more.
"""

from enum import IntEnum, StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

PROTOCOL_VERSION = 1
SUBPROTOCOL = "watchparty.v1"

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Cid = Annotated[str, Meta(min_length=1, max_length=64)]
Jwt = Annotated[str, Meta(min_length=1, max_length=8192)]


# --- closed lists ---------------------------------------------------------------------------------------------------


class Role(StrEnum):
    HOST = "host"
    MODERATOR = "moderator"
    VIEWER = "viewer"
    WAITING = "waiting"


class Mode(StrEnum):
    PLAYING = "playing"
    PAUSED = "paused"
    WAITING = "waiting"
    ENDED = "ended"
    EMPTY = "empty"


class Operation(StrEnum):
    PLAY = "play"
    PAUSE = "pause"
    SEEK = "seek"
    SKIP = "skip"
    RATE = "rate"


class CauseKind(StrEnum):
    """What brought a state about: an operation of somebody, or the room itself."""

    PLAY = "play"
    PAUSE = "pause"
    SEEK = "seek"
    SKIP = "skip"
    RATE = "rate"
    MEDIA = "media"
    WAIT = "wait"
    RESUME = "resume"
    ENDED = "ended"
    SEED = "seed"
    OPENED = "opened"


class Control(StrEnum):
    HOST = "host"
    MODERATORS = "moderators"
    EVERYONE = "everyone"


class WaitPolicy(StrEnum):
    NEVER = "never"
    HOST = "host"
    QUORUM = "quorum"
    ALL = "all"


class Ready(StrEnum):
    """How a player says it is doing, in a `report`."""

    OK = "ok"
    BUFFERING = "buffering"
    BLOCKED = "blocked"
    HIDDEN = "hidden"
    DETACHED = "detached"


class PersonState(StrEnum):
    """How the room shows a person: `Ready`, or gone for a moment."""

    OK = "ok"
    BUFFERING = "buffering"
    BLOCKED = "blocked"
    HIDDEN = "hidden"
    DETACHED = "detached"
    RECONNECTING = "reconnecting"


class NackCode(StrEnum):
    NOT_ALLOWED = "not_allowed"
    MUTED = "muted"
    OTHER_VIDEO = "other_video"
    OUT_OF_RANGE = "out_of_range"
    RATE_LIMITED = "rate_limited"
    WAITING = "waiting"
    NO_VIDEO = "no_video"
    CHAT_OFF = "chat_off"
    SLOW_MODE = "slow_mode"
    RETRY = "retry"


class ErrorCode(StrEnum):
    """Said in `error` before a close (`fatal`), or instead of an answer to a message that has no `cid`."""

    MALFORMED = "malformed"
    BAD_TOKEN = "bad_token"  # noqa: S105 (a name, not a secret)
    EXPIRED_TOKEN = "expired_token"  # noqa: S105
    STALE_TOKEN = "stale_token"  # noqa: S105
    REMOVED = "removed"
    CLOSED = "closed"
    HELLO_TIMEOUT = "hello_timeout"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    SLOW_READER = "slow_reader"
    FULL = "full"
    REPLACED = "replaced"
    TOO_LARGE = "too_large"
    VERSION = "version"
    TOO_FAST = "too_fast"
    DRAINING = "draining"
    WAITING = "waiting"
    RATE_LIMITED = "rate_limited"
    NOT_ALLOWED = "not_allowed"
    MUTED = "muted"


class CloseCode(IntEnum):
    BYE = 1000
    MALFORMED = 4400
    TOKEN = 4401
    REMOVED = 4403
    CLOSED = 4404
    HELLO_TIMEOUT = 4408
    TOO_MANY_CONNECTIONS = 4409
    SLOW_READER = 4410
    FULL = 4411
    REPLACED = 4412
    TOO_LARGE = 4413
    VERSION = 4426
    TOO_FAST = 4429
    DRAINING = 4503


class LogReason(StrEnum):
    """Why `welcome.log` is not simply what followed `resume.seq`."""

    NEW = "new"
    GAP = "gap"
    EPOCH = "epoch"


class RoomNoticeKind(StrEnum):
    """What a server `notice` tells people: what changed for them, or for the room."""

    ROLE = "role"
    MUTE = "mute"
    CONTROL = "control"
    SETTINGS = "settings"


# --- values inside messages -----------------------------------------------------------------------------------------


class Wait(Struct, frozen=True):
    """How long the room holds for people who buffer."""

    policy: WaitPolicy = WaitPolicy.QUORUM
    max_s: Annotated[float, Meta(ge=0, le=60)] = 8.0


class Settings(Struct, frozen=True):
    """A room's settings as the store last said them; `rev` counts their changes."""

    rev: int
    control: Control
    chat: bool
    wait: Wait
    slow_s: float
    capacity: int


class Media(Struct, frozen=True, omit_defaults=True):
    """The room's film; `mrev` counts changes of film, `playable_s` grows while the film is made."""

    video_id: Id | None
    mrev: int
    duration_s: float | None = None
    playable_s: float | None = None
    start_pos_s: float | None = None


class Resume(Struct, frozen=True):
    """Up to which entry the client has the log."""

    epoch: int
    seq: int


class Seen(Struct, frozen=True):
    """The newest state that the client has."""

    epoch: int
    rev: int


class Cause(Struct, frozen=True):
    cmd: CauseKind
    by: Id | None = None


class PersonRef(Struct, frozen=True):
    id: Id
    name: str


class Person(Struct, frozen=True, omit_defaults=True):
    """One participant, whatever number of connections; `ctl` is the instant until which control is delegated."""

    id: Id
    name: str
    role: Role
    state: PersonState
    acct: bool = False
    muted: bool = False
    ctl: float | None = None
    err_ms: float | None = None
    pos_s: float | None = None
    buf_s: float | None = None


class You(Struct, frozen=True):
    """Who the relay takes the client for, and what it may do now."""

    participant_id: Id
    role: Role
    name: str
    ctl: float | None
    muted: bool
    can_control: bool
    can_chat: bool
    can_moderate: bool


class RoomRef(Struct, frozen=True):
    id: Id


class Limits(Struct, frozen=True):
    chat_chars: int
    chat_per_10s: int
    cmds_per_10s: int
    reacts_per_10s: int
    reports_per_10s: int
    messages_per_10s: int
    frame_bytes: int
    connections: int
    log_entries: int


# --- client messages ------------------------------------------------------------------------------------------------


class Hello(Struct, frozen=True, tag_field="t", tag="hello", omit_defaults=True):
    v: int
    token: Jwt
    resume: Resume | None = None
    seen: Seen | None = None
    replaces: Id | None = None


class Ping(Struct, frozen=True, tag_field="t", tag="ping"):
    """`c` is the client's own clock in milliseconds; the pong hands it back."""

    c: float


class Command(Struct, frozen=True, tag_field="t", tag="cmd", omit_defaults=True):
    """`seek` carries `pos_s`, `skip` carries `by_s`, `rate` carries `rate`."""

    cid: Cid
    op: Operation
    mrev: int
    pos_s: float | None = None
    by_s: float | None = None
    rate: float | None = None


class Chat(Struct, frozen=True, tag_field="t", tag="chat", omit_defaults=True):
    cid: Cid
    text: str
    reply_to: Id | None = None
    pos_s: float = 0.0


class Delete(Struct, frozen=True, tag_field="t", tag="delete"):
    cid: Cid
    id: Id


class Clear(Struct, frozen=True, tag_field="t", tag="clear"):
    cid: Cid


class React(Struct, frozen=True, tag_field="t", tag="react"):
    emoji: Annotated[str, Meta(min_length=1, max_length=32)]
    pos_s: float = 0.0


class Typing(Struct, frozen=True, tag_field="t", tag="typing"):
    on: bool


class Report(Struct, frozen=True, tag_field="t", tag="report"):
    """How a player does: signed error, the clock's uncertainty, round trip, buffer; null where it cannot tell yet."""

    rev: int
    pos_s: float
    err_ms: float | None
    unc_ms: float | None
    rtt_ms: float | None
    buf_s: float
    ready: Ready
    rate: float
    visible: bool


class Token(Struct, frozen=True, tag_field="t", tag="token"):
    token: Jwt


class Bye(Struct, frozen=True, tag_field="t", tag="bye"):
    pass


ClientMessage = Hello | Ping | Command | Chat | Delete | Clear | React | Typing | Report | Token | Bye


# --- server messages ------------------------------------------------------------------------------------------------


class State(Struct, frozen=True, tag_field="t", tag="state", omit_defaults=True):
    """The clock, complete: playing, the target at room time t is `pos_s + rate * max(0, t - t0_ms)/1000`."""

    epoch: int
    rev: int
    video_id: Id | None
    mrev: int
    mode: Mode
    pos_s: float
    t0_ms: float
    rate: float
    duration_s: float | None
    playable_s: float | None
    cause: Cause
    srv_ms: float
    born: Literal["seed"] | None = None


class ChatEntry(Struct, frozen=True, tag_field="t", tag="chat", omit_defaults=True):
    id: Id
    seq: int
    by: Id
    name: str
    at_ms: float
    text: str
    pos_s: float
    reply_to: Id | None = None


class Deleted(Struct, frozen=True, tag_field="t", tag="deleted"):
    seq: int
    id: Id


class Cleared(Struct, frozen=True, tag_field="t", tag="cleared"):
    seq: int


LogEntry = ChatEntry | Deleted | Cleared


class People(Struct, frozen=True, tag_field="t", tag="people", omit_defaults=True):
    """Who is here: at most 100 of `total`; `acting` is the participant to whom control is lent."""

    total: int
    here: list[Person]
    acting: Id | None = None


class Welcome(Struct, frozen=True, tag_field="t", tag="welcome", omit_defaults=True):
    """The whole room in one answer. Those who wait get `state` null, nobody in `people` and an empty log."""

    v: int
    you: You
    conn: Id
    room: RoomRef
    set: Settings
    state: State | None
    people: People
    log: list[LogEntry]
    complete: bool
    epoch: int
    seq: int
    clk: str
    srv_ms: float
    limits: Limits
    reason: LogReason | None = None


class Pong(Struct, frozen=True, tag_field="t", tag="pong"):
    """`r` and `s` are room time at receipt and at sending, on the clock named `clk`."""

    c: float
    r: float
    s: float
    clk: str


class Ack(Struct, frozen=True, tag_field="t", tag="ack", omit_defaults=True):
    cid: Cid
    rev: int | None = None
    seq: int | None = None


class Nack(Struct, frozen=True, tag_field="t", tag="nack", omit_defaults=True):
    cid: Cid
    code: NackCode
    rev: int | None = None


class Reacted(Struct, frozen=True, tag_field="t", tag="react"):
    by: Id
    name: str
    emoji: str
    pos_s: float


class TypingNow(Struct, frozen=True, tag_field="t", tag="typing"):
    """Everybody who is typing now (at most 5); replaces the list before."""

    people: list[PersonRef]


class Knock(Struct, frozen=True, tag_field="t", tag="knock"):
    req: Id
    participant_id: Id
    name: str


class KnockGone(Struct, frozen=True, tag_field="t", tag="knock_gone"):
    req: Id


class Admitted(Struct, frozen=True, tag_field="t", tag="admitted"):
    pass


class Denied(Struct, frozen=True, tag_field="t", tag="denied"):
    pass


class WaitingFor(Struct, frozen=True, tag_field="t", tag="waiting_for"):
    """For whom the room holds, and until when at most; an empty list ends it."""

    people: list[PersonRef]
    until_ms: float


class RoomNotice(Struct, frozen=True, tag_field="t", tag="notice", omit_defaults=True):
    """`role`, `mute` and `control` carry `you`; `settings` carries `set` and `you`."""

    kind: RoomNoticeKind
    you: You
    set: Settings | None = None


class Renew(Struct, frozen=True, tag_field="t", tag="renew"):
    """A new token is wanted by `by_ms`."""

    by_ms: float


class Moved(Struct, frozen=True, tag_field="t", tag="moved"):
    """Connect again within `within_ms`, the new socket before the old one is closed."""

    within_ms: float


class ErrorMessage(Struct, frozen=True, tag_field="t", tag="error"):
    code: ErrorCode
    fatal: bool


ServerMessage = (
    Welcome
    | Pong
    | State
    | Ack
    | Nack
    | ChatEntry
    | Deleted
    | Cleared
    | Reacted
    | TypingNow
    | People
    | Knock
    | KnockGone
    | Admitted
    | Denied
    | WaitingFor
    | RoomNotice
    | Renew
    | Moved
    | ErrorMessage
)


# --- notices of the functions: the same socket, other tokens ----------------------------------------------------------


class NoticeBase(Struct, frozen=True, tag_field="kind", omit_defaults=True, kw_only=True):
    """What every notice carries; `t` lets the body of a socket message and of an in-process call be the same."""

    id: Id
    room: Id
    t: Literal["notice"] = "notice"


class AdmitNotice(NoticeBase, frozen=True, tag="admit", kw_only=True):
    participant_id: Id
    mver: int
    req: Id


class DenyNotice(NoticeBase, frozen=True, tag="deny", kw_only=True):
    participant_id: Id
    mver: int
    req: Id


class RemoveNotice(NoticeBase, frozen=True, tag="remove", kw_only=True):
    participant_id: Id
    mver: int


class RoleNotice(NoticeBase, frozen=True, tag="role", kw_only=True):
    """The participant's role and, where delegated, until when (epoch ms; true: until revoked) they may control."""

    participant_id: Id
    mver: int
    role: Role
    ctl: float | bool | None = None


class MuteNotice(NoticeBase, frozen=True, tag="mute", kw_only=True):
    participant_id: Id
    mver: int
    muted: bool


class SettingsNotice(NoticeBase, frozen=True, tag="settings", kw_only=True):
    set: Settings


class MediaNotice(NoticeBase, frozen=True, tag="media", kw_only=True):
    """A higher `mrev` changes the film; the same one only lets `playable_s` grow."""

    media: Media
    by: Id | None = None


class CloseNotice(NoticeBase, frozen=True, tag="close", kw_only=True):
    pass


Notice = AdmitNotice | DenyNotice | RemoveNotice | RoleNotice | MuteNotice | SettingsNotice | MediaNotice | CloseNotice


class NoticeAck(Struct, frozen=True, tag_field="t", tag="ack"):
    """The relay has applied the notice of this id (or had before)."""

    id: Id
