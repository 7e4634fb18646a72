"""Permissions in a room: one table, used by every route.

Pure. A caller's role is read from the store (`membership_guard.py`), never from a token; admins of the site have no
special role in other people's rooms.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from watchparty_api.records import Control, Member, Role


class RoomRole(StrEnum):
    """The caller's role in a room, including waiting and outside."""

    HOST = "host"
    MODERATOR = "moderator"
    VIEWER = "viewer"
    WAITING = "waiting"
    OUTSIDE = "outside"


class Action(StrEnum):
    """The actions of the table, as words that complete "You can’t …"."""

    READ_ROOM = "see this room"
    LIST_MEMBERS = "see who is in this room"
    RENAME_SELF = "change your name in this room"
    LEAVE = "leave this room"
    CHANGE_SETTINGS = "change this room’s settings"
    MAKE_LINK = "create a new link"
    CLOSE = "close this room"
    CHANGE_ROLE = "change roles"
    ANSWER_HOST_OFFER = "answer this offer"
    DELEGATE_CONTROL = "give the remote"
    MUTE = "mute people"
    REMOVE = "remove people"
    MANAGE_BANS = "manage bans"
    DECIDE_KNOCKS = "approve people"
    INVITE = "invite people"
    READ_LOGS = "read this room’s logs"
    CONTROL_FILM = "control playback"


_HOST = frozenset({RoomRole.HOST})
_STAFF = _HOST | {RoomRole.MODERATOR}
_INSIDE = _STAFF | {RoomRole.VIEWER}
_KNOWN = _INSIDE | {RoomRole.WAITING}

PERMISSIONS: Mapping[Action, frozenset[RoomRole]] = {
    Action.READ_ROOM: _INSIDE,
    Action.LIST_MEMBERS: _INSIDE,
    Action.RENAME_SELF: _KNOWN,
    Action.LEAVE: _KNOWN,
    Action.CHANGE_SETTINGS: _HOST,
    Action.MAKE_LINK: _HOST,
    Action.CLOSE: _HOST,
    Action.CHANGE_ROLE: _HOST,
    Action.ANSWER_HOST_OFFER: _INSIDE,
    Action.DELEGATE_CONTROL: _STAFF,
    Action.MUTE: _STAFF,
    Action.REMOVE: _STAFF,
    Action.MANAGE_BANS: _STAFF,
    Action.DECIDE_KNOCKS: _STAFF,
    Action.INVITE: _STAFF,
    Action.READ_LOGS: _STAFF,
}
"""`CONTROL_FILM` is not listed: it depends on the room's setting, see `controls_by_role` and `controls`."""

_CONTROLLERS: Mapping[Control, frozenset[RoomRole]] = {"host": _HOST, "moderators": _STAFF, "everyone": _INSIDE}
_RANK: Mapping[Role, int] = {"viewer": 1, "moderator": 2, "host": 3}


def room_role(member: Member | None) -> RoomRole:
    """The participant's role; OUTSIDE for anyone who was refused or removed, or who left."""
    if member is None:
        return RoomRole.OUTSIDE
    match member.state:
        case "admitted":
            return RoomRole(member.role)
        case "waiting":
            return RoomRole.WAITING
        case _:
            return RoomRole.OUTSIDE


def controls_by_role(control: Control, role: RoomRole) -> bool:
    """Whether the room's setting gives this role control."""
    return role in _CONTROLLERS[control]


def controls(control: Control, member: Member | None, now: datetime) -> bool:
    """Whether the participant can change the film now, by role or by delegated control."""
    role = room_role(member)
    if controls_by_role(control, role):
        return True
    return role in _INSIDE and member is not None and control_is_delegated(member, now)


def control_is_delegated(member: Member, now: datetime) -> bool:
    """Whether control is currently delegated to the participant."""
    return member.controls or (member.control_until is not None and member.control_until > now)


def outranks(role: Role, other: Role) -> bool:
    """Whether `role` may act on someone of `other`; no one may act on an equal."""
    return _RANK[role] > _RANK[other]
