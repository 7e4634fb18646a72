"""Handing a room over: the host offers it, and the other person accepts or declines.

A host answers for what happens in the room, and others see their name on its card, so no one becomes host without their
consent. Control that the relay lends while no host is there is not ownership and needs none.
"""

from dataclasses import replace

from watchparty_api.errors import Conflict, Forbidden, Gone
from watchparty_api.records import Member, Room
from watchparty_api.rooms import notices
from watchparty_api.rooms.address import open_room
from watchparty_api.rooms.history.action_log import log_entry
from watchparty_api.rooms.host_offers import host_of, open_offer, with_offer
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.rooms.participants import require_member
from watchparty_api.services import Services
from watchparty_api.store.port import Replace


def offer_room(services: Services, room: Room, by: Member, member: Member) -> tuple[Room, Change[None]]:
    """The room with the offer, and the writes and notices of making it. Repeating an open offer changes nothing.

    Raises Conflict for a guest, and while the room is offered to someone else.
    """
    now = services.now()
    if member.account_id is None:
        raise Conflict("no_account", "Only people with an account can be host.")
    offered_to = open_offer(room, now)
    if offered_to == member.participant_id:
        return room, Change(None)
    if offered_to is not None:
        raise Conflict("offer_open", "You’ve already offered this room to someone. Take that back first.")
    offered = with_offer(room, member.participant_id, now)
    entry = log_entry(by, "host_offered", now, participant_id=member.participant_id, name=member.display_name)
    notice = notices.host_offer(offered, by.participant_id, now)
    return offered, Change(None, writes=[Replace(offered), entry], notices=[notice])


def accept_offer(services: Services, room_id: str, by_id: str) -> Member:
    """Makes the participant the host; the previous host stays as a moderator.

    The room gets no access to the library of the new host: they show and queue their films themselves. Raises Gone if
    the offer is no longer open, and Forbidden if it is someone else's.
    """

    def decide() -> Change[Member]:
        room, now = open_room(services, room_id), services.now()
        member = _offered(services, room, by_id)
        host = require_member(services, room_id, host_of(room))
        if host.state != "admitted" or host.role != "host" or member.account_id is None:
            raise _gone()
        heir = replace(member, role="host", muted=False, controls=False, control_until=None, mver=member.mver + 1)
        previous = replace(host, role="moderator", mver=host.mver + 1)
        handed = with_offer(replace(room, owner_id=member.account_id, handed_over=True), None, now)
        entry = log_entry(heir, "host_changed", now, participant_id=heir.participant_id, name=heir.display_name)
        return Change(
            heir,
            writes=[Replace(handed), Replace(previous), Replace(heir), entry],
            notices=[
                notices.role(previous, now),
                notices.role(heir, now),
                notices.host_offer(handed, previous.participant_id, now),
            ],
        )

    return commit_and_notify(services, decide)


def decline_offer(services: Services, room_id: str, by_id: str) -> Member:
    """Ends the offer to the participant. Raises Gone, Forbidden."""

    def decide() -> Change[Member]:
        room, now = open_room(services, room_id), services.now()
        member = _offered(services, room, by_id)
        ended = with_offer(room, None, now)
        entry = log_entry(
            member, "host_offer_declined", now, participant_id=member.participant_id, name=member.display_name
        )
        notice = notices.host_offer(ended, host_of(ended), now)
        return Change(member, writes=[Replace(ended), entry], notices=[notice])

    return commit_and_notify(services, decide)


def withdraw_offer(services: Services, room_id: str, by_id: str) -> None:
    """Ends the host's offer; it is no error if there is none. Raises Forbidden."""

    def decide() -> Change[None]:
        room, now = open_room(services, room_id), services.now()
        host = require_member(services, room_id, by_id)
        if host.role != "host":
            raise Forbidden("not_allowed", "Only the host can take the offer back.")
        if room.offered_to is None:
            return Change(None)
        ended = with_offer(room, None, now)
        entry = log_entry(host, "host_offer_withdrawn", now)
        return Change(None, writes=[Replace(ended), entry], notices=[notices.host_offer(ended, by_id, now)])

    commit_and_notify(services, decide)


def _offered(services: Services, room: Room, participant_id: str) -> Member:
    """The participant, if the room is offered to them now."""
    member = require_member(services, room.id, participant_id)
    offered_to = open_offer(room, services.now())
    if offered_to is None or member.state != "admitted":
        raise _gone()
    if offered_to != participant_id:
        raise Forbidden("not_allowed", "This offer is for someone else.")
    return member


def _gone() -> Gone:
    return Gone("offer_gone", "This offer is no longer open.")
