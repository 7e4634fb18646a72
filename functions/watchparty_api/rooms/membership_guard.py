"""The caller's access to a room: the room, the caller's membership as stored now, and the role that follows from it.

Room routes depend on `RoomAccessOf`; `require` is their only guard. A token of another room, of a removed member, or of
a member whose account has been suspended gives no access.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends

from watchparty_api.errors import Forbidden, Unauthenticated
from watchparty_api.records import Account, Member, Room
from watchparty_api.rooms.address import FoundRoom, find_room
from watchparty_api.rooms.participants import find_member, participant_of_account
from watchparty_api.rooms.permissions import PERMISSIONS, Action, RoomRole, controls, room_role
from watchparty_api.services import Services
from watchparty_api.web.caller import (
    AccountCaller,
    Anonymous,
    Caller,
    CallerOf,
    ParticipantCaller,
    require_live_credential,
    require_usable,
)
from watchparty_api.web.dependencies import ServicesOf


@dataclass(frozen=True)
class RoomAccess:
    """A caller of a room's route, and their membership of the room if they have one."""

    found_room: FoundRoom
    caller: Caller
    member: Member | None

    @property
    def room(self) -> Room:
        return self.found_room.room

    @property
    def role(self) -> RoomRole:
        return room_role(self.member)

    @property
    def is_known(self) -> bool:
        """Whether the caller can reach the room by old links too."""
        return self.member is not None and self.member.state in ("admitted", "waiting", "left")

    def may(self, action: Action, now: datetime) -> bool:
        """Whether the permission table, or for playback the room's setting, allows the action."""
        if action is Action.CONTROL_FILM:
            return controls(self.room.control, self.member, now)
        return self.role in PERMISSIONS[action]

    def require(self, action: Action, now: datetime) -> Member:
        """Returns the caller's membership.

        Raises Unauthenticated, Forbidden, or Gone for a newcomer with an old link.
        """
        if self.member is None:
            self.found_room.for_newcomers()
            if isinstance(self.caller, Anonymous):
                raise Unauthenticated("sign_in", "Sign in or join the room first.")
        if self.member is None or not self.may(action, now):
            raise self._refusal(action)
        return self.member

    def _refusal(self, action: Action) -> Forbidden:
        state = self.member.state if self.member else None
        if state in ("removed", "banned", "denied"):
            return Forbidden(state, "You’re no longer in this room.")
        if self.role is RoomRole.OUTSIDE:
            return Forbidden("not_a_member", "You’re not in this room.")
        return Forbidden("not_allowed", f"You can’t {action}.")


def room_access(room_id: str, caller: CallerOf, services: ServicesOf) -> RoomAccess:
    """Dependency: finds the room of the path and the caller's membership of it."""
    found_room = find_room(services, room_id)
    return RoomAccess(found_room, caller, membership(services, found_room.room, caller))


RoomAccessOf = Annotated[RoomAccess, Depends(room_access)]


def membership(services: Services, room: Room, caller: Caller) -> Member | None:
    """The caller's record in this room, whatever its state; None for newcomers and for tokens of other rooms."""
    match caller:
        case AccountCaller(account=account):
            return find_member(services, room.id, participant_of_account(room.id, account.id))
        case ParticipantCaller(room_id, participant_id) if room_id == room.id:
            member = find_member(services, room.id, participant_id)
            if member is not None and member.account_id is not None:
                _require_usable(services, member.account_id, caller)
            return member
        case _:
            return None


def credential_of(caller: Caller) -> str | None:
    """The credential with which the caller's account acts; None for guests."""
    return caller.credential if isinstance(caller, AccountCaller | ParticipantCaller) else None


def _require_usable(services: Services, account_id: str, caller: ParticipantCaller) -> None:
    """Raises if the participant's account can no longer be used, or the device that joined is signed out."""
    account = services.store.get(Account, account_id)
    if account is None:
        raise Unauthenticated("account_gone", "This account no longer exists.")
    require_usable(account, services.now())
    require_live_credential(services, account, caller.credential, issued_at_s=caller.issued_at_s)
