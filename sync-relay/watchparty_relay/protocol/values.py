"""The words of sync protocol v1: its closed lists, and the values that its messages hold.

Messages themselves are in `protocol.py`. Seconds end in `_s`; instants are room time in epoch milliseconds and end in
`_ms`. Fields with a default are optional on the wire.
"""

from enum import IntEnum, StrEnum
from typing import Annotated

from msgspec import Meta, Struct

Id = Annotated[str, Meta(min_length=1, max_length=128)]


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
