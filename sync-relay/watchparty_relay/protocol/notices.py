"""Notices: what the functions tell the relay, over a socket of their own or by a call in the same process.

They are part of sync protocol v1 and of `docs/contracts/socket.schema.json`. Clients neither send nor receive them.
"""

from typing import Literal

from msgspec import Struct

from watchparty_relay.protocol.values import Count, Id, Instant, Media, Role, Settings


class NoticeBase(Struct, frozen=True, tag_field="kind", omit_defaults=True, kw_only=True):
    """The fields of every notice; `t` makes the body of a socket message and of an in-process call the same."""

    id: Id
    room: Id
    t: Literal["notice"] = "notice"


class _MemberNotice(NoticeBase, frozen=True, kw_only=True):
    participant_id: Id
    mver: Count


class AdmitNotice(_MemberNotice, frozen=True, tag="admit", kw_only=True):
    req: Id


class DenyNotice(_MemberNotice, frozen=True, tag="deny", kw_only=True):
    req: Id


class RemoveNotice(_MemberNotice, frozen=True, tag="remove", kw_only=True):
    pass


class RoleNotice(_MemberNotice, frozen=True, tag="role", kw_only=True):
    """The participant's role and, if control is delegated to them, until when (epoch ms)."""

    role: Role
    ctl: Instant | None = None


class MuteNotice(_MemberNotice, frozen=True, tag="mute", kw_only=True):
    muted: bool


class RenewNotice(_MemberNotice, frozen=True, tag="renew", kw_only=True):
    """Connections with a token of a lower `mver` need a new one, which only a valid credential can get."""


class EraseNotice(_MemberNotice, frozen=True, tag="erase", kw_only=True):
    """The participant's account was deleted: the room keeps neither their name nor their messages."""


class SettingsNotice(NoticeBase, frozen=True, tag="settings", kw_only=True):
    set: Settings


class HostOfferNotice(NoticeBase, frozen=True, tag="host_offer", kw_only=True):
    """The host `by` offers the room to the participant `to` until `until_ms`; without `to` there is no offer any more.
    A higher `rev` replaces what was known."""

    rev: Count
    by: Id
    to: Id | None = None
    until_ms: Instant | None = None


class MediaNotice(NoticeBase, frozen=True, tag="media", kw_only=True):
    """A higher `mrev` changes the film; the same one only increases `playable_s`."""

    media: Media
    by: Id | None = None


class CloseNotice(NoticeBase, frozen=True, tag="close", kw_only=True):
    pass


Notice = (
    AdmitNotice
    | DenyNotice
    | RemoveNotice
    | RoleNotice
    | MuteNotice
    | RenewNotice
    | EraseNotice
    | SettingsNotice
    | HostOfferNotice
    | MediaNotice
    | CloseNotice
)


class NoticeAck(Struct, frozen=True, tag_field="t", tag="ack"):
    """The relay has applied the notice with this id, now or earlier."""

    id: Id
