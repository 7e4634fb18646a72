"""Turns what happens in a room into messages, and sends each to the connections it concerns.

It keeps only the subscribers and the undecided knocks. `subscribers.py` encodes a message once for all its receivers.
"""

from watchparty_relay.bus.port import Announcement
from watchparty_relay.fanout.subscribers import Subscriber, Subscribers
from watchparty_relay.fanout.welcome import open_offer
from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol.codec import Outgoing
from watchparty_relay.protocol.messages import (
    Admitted,
    ChatEntry,
    Cleared,
    Deleted,
    Denied,
    Knock,
    KnockGone,
    Moved,
    Reacted,
    RoomNotice,
    State,
    WaitingFor,
)
from watchparty_relay.protocol.values import CloseCode, ErrorCode, PersonRef, RoomNoticeKind
from watchparty_relay.rules.changes import (
    ControlLent,
    Event,
    HostOfferChanged,
    MemberChanged,
    MemberRemoved,
    RenewalRequired,
    RequestDecided,
    RoomClosed,
    SettingsChanged,
)
from watchparty_relay.rules.permissions import can_moderate, you
from watchparty_relay.rules.playback import Clock, Hold
from watchparty_relay.rules.state import Room

RECONNECT_WITHIN_MS = 1_000.0


class Broadcaster:
    """`members` are the connections in the room, `waiting` those of people who wait for admission."""

    def __init__(self, metrics: Metrics) -> None:
        self.members = Subscribers(metrics)
        self.waiting = Subscribers(metrics)
        self._knocks: dict[str, Knock] = {}

    def broadcast(self, before: Room, room: Room, event: Event, *, now_ms: float) -> None:
        """Sends what an event means to each subscriber; `before` and `room` are the room before and after it."""
        match event:
            case State():
                self.members.send(event)
                self._send_hold_change(before.clock, room)
            case ChatEntry() | Deleted() | Cleared():
                self.members.send(event, seq=event.seq)
            case MemberChanged():
                kind = RoomNoticeKind.MUTE if event.muted_changed else RoomNoticeKind.ROLE
                self._send_rights(room, event.participant_id, kind, now_ms)
            case ControlLent():
                for participant_id in (event.to, event.before):
                    self._send_rights(room, participant_id, RoomNoticeKind.CONTROL, now_ms)
            case SettingsChanged():
                for subscriber in self.members:
                    self.send_settings(room, subscriber, now_ms=now_ms)
            case MemberRemoved() | RenewalRequired():
                self._end_connections(event)
            case RequestDecided():
                self._send_decision(room, event)
            case HostOfferChanged():
                self._send_offers(room, event, now_ms)
            case RoomClosed():
                self._close_all()

    def send_announcement(self, room: Room, announcement: Announcement) -> None:
        """Sends a reaction to all members, and knocks to the moderators."""
        match announcement:
            case Reacted():
                self.members.send(announcement)
            case Knock() if announcement != self._knocks.get(announcement.req):
                self._knocks[announcement.req] = announcement
                self.members.send(announcement, to=self._moderators(room))
            case KnockGone():
                if self._knocks.pop(announcement.req, None) is not None:
                    self.members.send(announcement, to=self._moderators(room))

    def has_knock(self, req: str) -> bool:
        """Whether a knock with this request is undecided."""
        return req in self._knocks

    def local_knocks(self) -> list[Knock]:
        """The undecided knocks of people who are connected to this relay."""
        return [knock for knock in self._knocks.values() if self.waiting.of(knock.participant_id)]

    def send_to(self, subscriber: Subscriber, message: Outgoing) -> None:
        """Sends a message to one subscriber, in order with what all of its group receive."""
        is_waiting = self.waiting.find(subscriber.connection_id) is not None
        (self.waiting if is_waiting else self.members).send(message, to=(subscriber,))

    def flush(self, subscriber: Subscriber) -> None:
        self.members.flush(subscriber)
        self.waiting.flush(subscriber)

    def reset_epoch(self, state: State) -> None:
        """The room has begun a new epoch: players follow its clock, clients reconnect for everything else."""
        self.members.send(state)
        for group in (self.members, self.waiting):
            group.send(Moved(within_ms=RECONNECT_WITHIN_MS))
            for subscriber in group:
                subscriber.close(CloseCode.DRAINING, ErrorCode.DRAINING)

    def send_settings(self, room: Room, subscriber: Subscriber, *, now_ms: float) -> None:
        rights = you(room, subscriber.participant_id, now_ms=now_ms)
        self.members.send(RoomNotice(RoomNoticeKind.SETTINGS, rights, room.settings), to=(subscriber,))

    def send_knocks(self, room: Room, subscriber: Subscriber) -> None:
        """Sends a moderator the undecided knocks."""
        if can_moderate(room, subscriber.participant_id):
            for knock in self._knocks.values():
                self.members.send(knock, to=(subscriber,))

    def _send_offers(self, room: Room, changed: HostOfferChanged, now_ms: float) -> None:
        for participant_id in changed.people:
            if subscribers := self.members.of(participant_id):
                offer = open_offer(room, participant_id, now_ms=now_ms)
                rights = you(room, participant_id, now_ms=now_ms)
                self.members.send(RoomNotice(RoomNoticeKind.HOST_OFFER, rights, offer=offer), to=subscribers)

    def send_hold(self, room: Room, subscriber: Subscriber) -> None:
        if room.clock.hold not in (None, Hold()):
            self.members.send(_waiting_for(room), to=(subscriber,))

    def _send_hold_change(self, before: Clock, room: Room) -> None:
        if before.hold != room.clock.hold:
            self.members.send(_waiting_for(room))

    def _send_rights(self, room: Room, participant_id: str | None, kind: RoomNoticeKind, now_ms: float) -> None:
        if participant_id is None or not (subscribers := self.members.of(participant_id)):
            return
        self.members.send(RoomNotice(kind, you(room, participant_id, now_ms=now_ms)), to=subscribers)
        for subscriber in subscribers:
            self.send_knocks(room, subscriber)

    def _send_decision(self, room: Room, decided: RequestDecided) -> None:
        self.send_announcement(room, KnockGone(req=decided.req))
        if decided.admitted:
            self.waiting.send(Admitted(), to=self.waiting.of(decided.participant_id))
        else:
            self.waiting.send(Denied(), to=self.waiting.of(decided.participant_id))
            self._close(decided.participant_id, CloseCode.REMOVED, ErrorCode.REMOVED)

    def _close(self, participant_id: str, code: CloseCode, error: ErrorCode) -> None:
        for subscriber in (*self.members.of(participant_id), *self.waiting.of(participant_id)):
            subscriber.close(code, error)

    def _close_all(self) -> None:
        for subscriber in (*self.members, *self.waiting):
            subscriber.close(CloseCode.CLOSED, ErrorCode.CLOSED)

    def _end_connections(self, event: MemberRemoved | RenewalRequired) -> None:
        """Closes a removed member's connections, or those with an older token: their clients renew it, if they may."""
        if isinstance(event, MemberRemoved):
            return self._close(event.participant_id, CloseCode.REMOVED, ErrorCode.REMOVED)
        for subscriber in (*self.members.of(event.participant_id), *self.waiting.of(event.participant_id)):
            if subscriber.mver < event.mver:
                subscriber.close(CloseCode.TOKEN, ErrorCode.STALE_TOKEN)
        return None

    def _moderators(self, room: Room) -> list[Subscriber]:
        return [subscriber for subscriber in self.members if can_moderate(room, subscriber.participant_id)]


def _waiting_for(room: Room) -> WaitingFor:
    """Empty when the room waits for no one."""
    hold = room.clock.hold or Hold()
    people = [PersonRef(id=p, name=room.members[p].name) for p in hold.people if p in room.members]
    return WaitingFor(people=people, until_ms=hold.until_ms or 0.0)
