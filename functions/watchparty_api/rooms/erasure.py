"""Erases a deleted account from the records of rooms: its own rooms entirely, and its traces in the rooms of others.

`accounts/personal_data.py` says what happens to which kind of record and calls one function per kind. Each function can
be repeated. Rooms are found by `Traces`, which needs the account's memberships: they are erased last.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypeVar, get_args

from watchparty_api.errors import Gone
from watchparty_api.records import (
    Ban,
    BannedAddress,
    ChatCleared,
    ChatEntry,
    Invitation,
    JoinAddress,
    JoinRequest,
    Member,
    Record,
    Room,
    RoomAction,
    RoomLink,
    Snapshot,
)
from watchparty_api.rooms import notices
from watchparty_api.rooms.changes import close_room
from watchparty_api.rooms.history.models import DELETED_NAME
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store.port import Query, Replace
from watchparty_api.store.queries import (
    ACTIONS_OF_ROOM,
    BANS_OF_ROOM,
    CHAT_OF_PARTICIPANT,
    CHAT_OF_ROOM,
    INVITATIONS_OF_ROOM,
    INVITATIONS_TO,
    MEMBERS_OF_ACCOUNT,
    MEMBERS_OF_ROOM,
    REPORTS_OF_ROOM,
    REQUESTS_BY_DECISION,
    ROOMS_OF_OWNER,
)

R = TypeVar("R", bound=Record)

_STATES: tuple[str, ...] = get_args(Member.__dataclass_fields__["state"].type)
_DECISIONS: tuple[str, ...] = get_args(JoinRequest.__dataclass_fields__["decision"].type)


@dataclass(frozen=True)
class Traces:
    """Where an account has left traces, read once per deletion."""

    services: Services
    account_id: str
    email: str | None

    @cached_property
    def own_rooms(self) -> tuple[Room, ...]:
        """The rooms whose host the account is, closed ones included."""
        return tuple(self.services.store.query_all(ROOMS_OF_OWNER, self.account_id))

    @cached_property
    def memberships(self) -> tuple[Member, ...]:
        """The account's member records in all rooms, whatever their state."""
        found = (self.services.store.query_all(MEMBERS_OF_ACCOUNT, self.account_id, state) for state in _STATES)
        return tuple(member for members in found for member in members)

    @property
    def elsewhere(self) -> Iterator[Member]:
        """The memberships in rooms of others."""
        own = {room.id for room in self.own_rooms}
        return (member for member in self.memberships if member.room_id not in own)


def announce(traces: Traces) -> None:
    """Closes the account's rooms, and makes the relay and later events drop the name and messages. Called first."""
    services = traces.services
    for room in traces.own_rooms:
        _close(services, room.id)
    for member in traces.memberships:
        commit_and_notify(services, partial(_mark, services, member, traces.account_id))


def chat(traces: Traces) -> None:
    """Deletes all messages of own rooms, and the account's messages elsewhere, which keep their position only."""
    store = traces.services.store
    for room in traces.own_rooms:
        for deleted in (False, True):
            delete_all(traces, CHAT_OF_ROOM, room.id, deleted)
    for member in traces.elsewhere:
        for entry in store.query_all(CHAT_OF_PARTICIPANT, member.participant_id):
            _change(traces, ChatEntry, entry.id, lambda entry: replace(entry, name="", text="", deleted=True))


def chat_positions(traces: Traces) -> None:
    for room in traces.own_rooms:
        traces.services.store.delete(ChatCleared, room.id)


def actions(traces: Traces) -> None:
    """Deletes the action logs of own rooms; elsewhere entries about the account lose its name."""
    store = traces.services.store
    for room in traces.own_rooms:
        delete_all(traces, ACTIONS_OF_ROOM, room.id)
    for member in traces.elsewhere:
        for action in store.query_all(ACTIONS_OF_ROOM, member.room_id):
            if "name" in action.data and member.participant_id in (action.by, action.data.get("participant_id")):
                _change(traces, RoomAction, action.id, partial(_nameless_action, member.participant_id))


def reports(traces: Traces) -> None:
    for room in traces.own_rooms:
        delete_all(traces, REPORTS_OF_ROOM, room.id)


def snapshots(traces: Traces) -> None:
    """Deletes the snapshots of own rooms; elsewhere the account leaves the list of people."""
    for room in traces.own_rooms:
        traces.services.store.delete(Snapshot, room.id)
    for member in traces.elsewhere:
        _change(traces, Snapshot, member.room_id, partial(_without_person, member.participant_id))


def requests(traces: Traces) -> None:
    for room in traces.own_rooms:
        for decision in _DECISIONS:
            delete_all(traces, REQUESTS_BY_DECISION, room.id, decision)


def invitations(traces: Traces) -> None:
    """Deletes the invitations of own rooms and those that the account created; one to it loses the address."""
    store = traces.services.store
    for room in traces.own_rooms:
        for revoked in (False, True):
            delete_all(traces, INVITATIONS_OF_ROOM, room.id, revoked)
    for member in traces.elsewhere:
        for revoked in (False, True):
            found = store.query_all(INVITATIONS_OF_ROOM, member.room_id, revoked)
            for invitation in found:
                if invitation.created_by == member.participant_id:
                    store.delete(Invitation, invitation.id)
    if traces.email is not None:
        for invitation in store.query_all(INVITATIONS_TO, traces.email):
            _change(traces, Invitation, invitation.id, lambda invitation: replace(invitation, email=None))


def bans(traces: Traces) -> None:
    """Deletes the bans of own rooms. A ban elsewhere stays in force for the browser, without name and account."""
    for room in traces.own_rooms:
        delete_all(traces, BANS_OF_ROOM, room.id)
    for member in traces.elsewhere:
        _change(traces, Ban, member.id, _nameless_ban)


def banned_addresses(traces: Traces) -> None:
    store = traces.services.store
    for room in traces.own_rooms:
        for member in store.query_all(MEMBERS_OF_ROOM, room.id):
            store.delete(BannedAddress, member.id)


def join_addresses(traces: Traces) -> None:
    store = traces.services.store
    for room in traces.own_rooms:
        for member in store.query_all(MEMBERS_OF_ROOM, room.id):
            store.delete(JoinAddress, member.id)
    for member in traces.memberships:
        store.delete(JoinAddress, member.id)


def members(traces: Traces) -> None:
    """Deletes the members of own rooms; elsewhere the account's records keep nothing but id, role and state."""
    for member in traces.elsewhere:
        _change(traces, Member, member.id, _nameless_member)
    for room in traces.own_rooms:
        delete_all(traces, MEMBERS_OF_ROOM, room.id)


def rooms(traces: Traces) -> None:
    """Deletes own rooms; events of the relay that arrive later are skipped. Their links say that they are closed."""
    store, now = traces.services.store, traces.services.now()
    for room in traces.own_rooms:
        if store.get(RoomLink, room.id) is None:
            store.create(RoomLink(id=room.id, created_at=now, room_id=room.id))
        store.delete(Room, room.id)


# ---- the records afterwards. Pure.


def _nameless_action(participant_id: str, action: RoomAction) -> RoomAction:
    subject = action.data.get("participant_id", action.by)
    return replace(action, data={**action.data, "name": DELETED_NAME}) if subject == participant_id else action


def _nameless_ban(ban: Ban) -> Ban:
    return replace(ban, display_name=DELETED_NAME, account_id=None)


def _nameless_member(member: Member) -> Member:
    state: Any = {"admitted": "left", "waiting": "withdrawn"}.get(member.state, member.state)
    return replace(
        member,
        account_id=None,
        guest_hash=None,
        display_name=DELETED_NAME,
        address_hash=None,
        credentials=(),
        invitation_id=None,
        state=state,
    )


def _without_person(participant_id: str, snapshot: Snapshot) -> Snapshot:
    people = tuple(person for person in snapshot.people if person["participant_id"] != participant_id)
    return replace(snapshot, people=people)


def _without_loans(queue: tuple[Mapping[str, Any], ...], account_id: str) -> tuple[dict[str, Any], ...]:
    return tuple(dict(item) for item in queue if item.get("lent_by") != account_id)


# ---- writing


def _mark(services: Services, member: Member, account_id: str) -> Change[None]:
    """Makes events that arrive later drop the name, and notifies the relay, in one commit."""
    room, now = services.store.get(Room, member.room_id), services.now()
    newest = services.store.get(Member, member.id)
    if room is None or newest is None or newest.participant_id in room.erased:
        return Change(None)
    marked = replace(room, erased=(*room.erased, member.participant_id), queue=_without_loans(room.queue, account_id))
    erased = replace(newest, mver=newest.mver + 1)
    return Change(None, writes=[Replace(marked), Replace(erased)], notices=[notices.erase(erased, now)])


def _change(traces: Traces, kind: type[R], id_: str, change: Callable[[R], R]) -> None:
    """Stores the changed record, if it exists; decided again if another writer was faster."""
    store = traces.services.store

    def decide() -> Change[None]:
        record = store.get(kind, id_)
        changed = record if record is None else change(record)
        return Change(None) if changed is None or changed == record else Change(None, writes=[Replace(changed)])

    commit_and_notify(traces.services, decide)


def delete_all(traces: Traces, query: Query[R], *values: Any) -> None:
    """Deletes every document of the query."""
    for record in traces.services.store.query_all(query, *values):
        traces.services.store.delete(query.kind, record.id)


def _close(services: Services, room_id: str) -> None:
    try:
        close_room(services, room_id)
    except Gone:
        return  # closed before
