"""Sync protocol v1: every message between clients and the relay, typed; nothing else.

`session.py` handles them, and `docs/contracts/socket.schema.json` is generated from them. The values in them and the
closed lists are in `values.py`. Unknown fields are ignored, so a newer peer can send more.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from watchparty_relay.protocol.values import (
    NO_CONTROLS,
    Cause,
    ClientClock,
    Count,
    ErrorCode,
    Id,
    Limits,
    LogReason,
    Milliseconds,
    Mode,
    NackCode,
    Offset,
    Operation,
    Person,
    PersonRef,
    Rate,
    Ready,
    Resume,
    RoomNoticeKind,
    RoomRef,
    Seconds,
    Seen,
    Settings,
    You,
)

PROTOCOL_VERSION = 1
SUBPROTOCOL = "watchparty.v1"

Cid = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_CONTROLS)]
Text = Annotated[str, Meta(max_length=8192)]
"""The rules remove its control characters and limit it to `limits.chat_chars`."""
Jwt = Annotated[str, Meta(min_length=1, max_length=8192)]


class Hello(Struct, frozen=True, tag_field="t", tag="hello", omit_defaults=True):
    v: Count
    token: Jwt
    resume: Resume | None = None
    seen: Seen | None = None
    replaces: Id | None = None


class Ping(Struct, frozen=True, tag_field="t", tag="ping"):
    """`c` is the client's own clock in milliseconds; the pong returns it."""

    c: ClientClock


class Command(Struct, frozen=True, tag_field="t", tag="cmd", omit_defaults=True):
    """`seek` carries `pos_s`, `skip` carries `by_s`, `rate` carries `rate`."""

    cid: Cid
    op: Operation
    mrev: Count
    pos_s: Offset | None = None
    by_s: Offset | None = None
    rate: Rate | None = None


class Chat(Struct, frozen=True, tag_field="t", tag="chat", omit_defaults=True):
    cid: Cid
    text: Text
    reply_to: Id | None = None
    pos_s: Offset = 0.0


class Delete(Struct, frozen=True, tag_field="t", tag="delete"):
    cid: Cid
    id: Id


class Clear(Struct, frozen=True, tag_field="t", tag="clear"):
    cid: Cid


class React(Struct, frozen=True, tag_field="t", tag="react"):
    emoji: Annotated[str, Meta(min_length=1, max_length=32)]
    pos_s: Offset = 0.0


class Typing(Struct, frozen=True, tag_field="t", tag="typing"):
    on: bool


class Report(Struct, frozen=True, tag_field="t", tag="report"):
    """How a player is doing: signed error, the clock's uncertainty, round trip, buffer; null while not yet known."""

    rev: Count
    pos_s: Offset
    err_ms: Milliseconds | None
    unc_ms: Milliseconds | None
    rtt_ms: Milliseconds | None
    buf_s: Seconds
    ready: Ready
    rate: Rate
    visible: bool


class Token(Struct, frozen=True, tag_field="t", tag="token"):
    token: Jwt


class Bye(Struct, frozen=True, tag_field="t", tag="bye"):
    pass


ClientMessage = Hello | Ping | Command | Chat | Delete | Clear | React | Typing | Report | Token | Bye


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


class HostOffer(Struct, frozen=True):
    """The host `by` offers the room to `to`, who can accept over HTTP until `until_ms`."""

    by: PersonRef
    to: PersonRef
    until_ms: float


class Welcome(Struct, frozen=True, tag_field="t", tag="welcome", omit_defaults=True):
    """The whole room in one answer. While waiting for admission: `state` null, `people` and `log` empty.

    `offer` is the open offer of the room to a new host, for the two people whom it concerns.
    """

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
    offer: HostOffer | None = None


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
    """Everyone who is typing now (at most 5); replaces the previous list."""

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
    """For whom the room holds, and until when at the latest; an empty list ends the hold."""

    people: list[PersonRef]
    until_ms: float


class RoomNotice(Struct, frozen=True, tag_field="t", tag="notice", omit_defaults=True):
    """All kinds carry `you`; `settings` carries `set`, too. `host_offer` goes to the two people whom the offer
    concerns, and carries `offer` as long as it is open."""

    kind: RoomNoticeKind
    you: You
    set: Settings | None = None
    offer: HostOffer | None = None


class Renew(Struct, frozen=True, tag_field="t", tag="renew"):
    """The client should send a new token by `by_ms`."""

    by_ms: float


class Moved(Struct, frozen=True, tag_field="t", tag="moved"):
    """The client should connect again within `within_ms`, and open the new socket before it closes the old one."""

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
