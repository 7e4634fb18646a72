"""The closed lists of sync protocol v1, and the values in its messages.

The messages are in `messages.py` and `notices.py`. Seconds end in `_s`; instants are room time in epoch milliseconds
and end in `_ms`. Fields with a default are optional on the wire.

Every number and text that the relay accepts is bounded by its type, because what it accepts reaches the functions'
databases: Infinity, numbers beyond 64 bits and control characters in ids are refused where they arrive.
"""

from enum import IntEnum, StrEnum
from typing import Annotated

from msgspec import Meta, Struct

NO_CONTROLS = r"^(?![\s\S]*[\x00-\x1f\x7f])"
"""A regular expression for Python and JavaScript alike."""

Id = Annotated[str, Meta(min_length=1, max_length=128, pattern=NO_CONTROLS)]
Name = Annotated[str, Meta(max_length=500, pattern=NO_CONTROLS)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""A counter or version, exact in every language's numbers."""
Seconds = Annotated[float, Meta(ge=0, le=1e10)]
Offset = Annotated[float, Meta(ge=-1e10, le=1e10)]
"""A position in the film or a difference of two, in seconds; the rules check its sign and the film's end."""
Milliseconds = Annotated[float, Meta(ge=-1e12, le=1e12)]
"""A signed duration; about thirty years, because a device may have slept with its player open."""
Instant = Annotated[float, Meta(ge=0, le=1e15)]
"""Epoch milliseconds."""
ClientClock = Annotated[float, Meta(ge=-1e18, le=1e18)]
"""A reading of a client's own clock, of unknown origin and unit."""
Rate = Annotated[float, Meta(ge=-1000, le=1000)]


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
    """What caused a state: a member's operation, or the room itself."""

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
    """A player's condition, in a `report`."""

    OK = "ok"
    BUFFERING = "buffering"
    BLOCKED = "blocked"
    HIDDEN = "hidden"
    DETACHED = "detached"


class PersonState(StrEnum):
    """How the room shows a person: as `Ready`, or as reconnecting."""

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
    """Sent in `error` before a close (`fatal`), or in answer to a message that has no `cid`."""

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
    """Why `welcome.log` is not just the entries after `resume.seq`."""

    NEW = "new"
    GAP = "gap"
    EPOCH = "epoch"


class RoomNoticeKind(StrEnum):
    """What a server `notice` is about: the member's rights, or the room's settings."""

    ROLE = "role"
    MUTE = "mute"
    CONTROL = "control"
    SETTINGS = "settings"
    HOST_OFFER = "host_offer"


# --- values in messages -----------------------------------------------------------------------------------------------


class Wait(Struct, frozen=True):
    """Which buffering members the room waits for, and the longest wait."""

    policy: WaitPolicy = WaitPolicy.QUORUM
    max_s: Annotated[float, Meta(ge=0, le=60)] = 8.0


class Settings(Struct, frozen=True):
    """A room's settings, as last sent by the store; `rev` counts their changes."""

    rev: Count
    control: Control
    chat: bool
    wait: Wait
    slow_s: Seconds
    capacity: Count


class Media(Struct, frozen=True, omit_defaults=True):
    """The room's film; `mrev` counts changes of film, `playable_s` grows while the film is being produced."""

    video_id: Id | None
    mrev: Count
    duration_s: Seconds | None = None
    playable_s: Seconds | None = None
    start_pos_s: Seconds | None = None


class Resume(Struct, frozen=True):
    """The last log entry that the client has."""

    epoch: Count
    seq: Count


class Seen(Struct, frozen=True):
    """The newest state that the client has."""

    epoch: Count
    rev: Count


class Cause(Struct, frozen=True):
    cmd: CauseKind
    by: Id | None = None


class PersonRef(Struct, frozen=True):
    id: Id
    name: str


class Person(Struct, frozen=True, omit_defaults=True):
    """One participant, with any number of connections; `ctl` is the instant until which control is delegated."""

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
    """The participant that the client is, and what it may do now."""

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
