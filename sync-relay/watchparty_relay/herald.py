"""Says to whom what: what was committed in a room becomes frames for the people in it and those before its door.

It encodes once for everybody a frame is for, and keeps nothing but who listens and who has knocked.
"""

from watchparty_relay.audience import Audience, Listener
from watchparty_relay.bus.port import Announcement
from watchparty_relay.changes import (
    ControlLent,
    Event,
    MemberChanged,
    MemberRemoved,
    RequestDecided,
    RoomClosed,
    SettingsChanged,
)
from watchparty_relay.metrics import Metrics
from watchparty_relay.playback import Clock, Hold
from watchparty_relay.protocol import (
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
from watchparty_relay.room import Room, can_moderate, you
from watchparty_relay.vocabulary import CloseCode, ErrorCode, PersonRef, RoomNoticeKind
from watchparty_relay.wire import Outgoing

BACK_WITHIN_MS = 1_000.0


class Herald:
    """`members` are in the room, `waiting` before its door."""

    def __init__(self, metrics: Metrics) -> None:
        self.members = Audience(metrics)
        self.waiting = Audience(metrics)
        self._knocks: dict[str, Knock] = {}

    def tell(self, before: Room, room: Room, event: Event, *, now_ms: float) -> None:
        match event:
            case State():
                self.members.tell(event)
                self._tell_hold(before.clock, room)
            case ChatEntry() | Deleted() | Cleared():
                self.members.tell(event, seq=event.seq)
            case MemberChanged():
                kind = RoomNoticeKind.MUTE if event.muted_changed else RoomNoticeKind.ROLE
                self._tell_standing(room, event.participant_id, kind, now_ms)
            case ControlLent():
                for participant_id in (event.to, event.before):
                    self._tell_standing(room, participant_id, RoomNoticeKind.CONTROL, now_ms)
            case SettingsChanged():
                for listener in self.members:
                    self.tell_settings(room, listener, now_ms=now_ms)
            case MemberRemoved():
                self._end(event.participant_id, CloseCode.REMOVED, ErrorCode.REMOVED)
            case RequestDecided():
                self._tell_decision(room, event)
            case RoomClosed():
                for listener in (*self.members, *self.waiting):
                    listener.end(CloseCode.CLOSED, ErrorCode.CLOSED)

    def announce(self, room: Room, announcement: Announcement) -> None:
        match announcement:
            case Reacted():
                self.members.tell(announcement)
            case Knock() if announcement != self._knocks.get(announcement.req):
                self._knocks[announcement.req] = announcement
                self.members.tell(announcement, to=self._moderators(room))
            case KnockGone():
                if self._knocks.pop(announcement.req, None) is not None:
                    self.members.tell(announcement, to=self._moderators(room))

    def knows(self, req: str) -> bool:
        """Whether somebody has knocked with this request, and nobody has decided it."""
        return req in self._knocks

    def knocks_here(self) -> list[Knock]:
        """Of those who stand before the door at this relay."""
        return [knock for knock in self._knocks.values() if self.waiting.of(knock.participant_id)]

    def tell_one(self, listener: Listener, message: Outgoing) -> None:
        outside = self.waiting.find(listener.connection_id) is not None
        (self.waiting if outside else self.members).tell(message, to=(listener,))

    def flush(self, listener: Listener) -> None:
        self.members.flush(listener)
        self.waiting.flush(listener)

    def begin_again(self, state: State) -> None:
        """The room is in a new epoch: players go on by its clock, everybody comes back for the rest."""
        self.members.tell(state)
        for audience in (self.members, self.waiting):
            audience.tell(Moved(within_ms=BACK_WITHIN_MS))
            for listener in audience:
                listener.end(CloseCode.DRAINING, ErrorCode.DRAINING)

    def tell_settings(self, room: Room, listener: Listener, *, now_ms: float) -> None:
        standing = you(room, listener.participant_id, now_ms=now_ms)
        self.members.tell(RoomNotice(RoomNoticeKind.SETTINGS, standing, room.settings), to=(listener,))

    def tell_knocks(self, room: Room, listener: Listener) -> None:
        """A host who comes later learns who stands before the door."""
        if can_moderate(room, listener.participant_id):
            for knock in self._knocks.values():
                self.members.tell(knock, to=(listener,))

    def tell_hold(self, room: Room, listener: Listener) -> None:
        if room.clock.hold not in (None, Hold()):
            self.members.tell(_waiting_for(room), to=(listener,))

    def _tell_hold(self, before: Clock, room: Room) -> None:
        if before.hold != room.clock.hold:
            self.members.tell(_waiting_for(room))

    def _tell_standing(self, room: Room, participant_id: str | None, kind: RoomNoticeKind, now_ms: float) -> None:
        if participant_id is None or not (listeners := self.members.of(participant_id)):
            return
        self.members.tell(RoomNotice(kind, you(room, participant_id, now_ms=now_ms)), to=listeners)
        for listener in listeners:
            self.tell_knocks(room, listener)

    def _tell_decision(self, room: Room, decided: RequestDecided) -> None:
        self.announce(room, KnockGone(req=decided.req))
        if decided.admitted:
            self.waiting.tell(Admitted(), to=self.waiting.of(decided.participant_id))
        else:
            self.waiting.tell(Denied(), to=self.waiting.of(decided.participant_id))
            self._end(decided.participant_id, CloseCode.REMOVED, ErrorCode.REMOVED)

    def _end(self, participant_id: str, code: CloseCode, error: ErrorCode) -> None:
        for listener in (*self.members.of(participant_id), *self.waiting.of(participant_id)):
            listener.end(code, error)

    def _moderators(self, room: Room) -> list[Listener]:
        return [listener for listener in self.members if can_moderate(room, listener.participant_id)]


def _waiting_for(room: Room) -> WaitingFor:
    """Empty when the room waits for nobody."""
    hold = room.clock.hold or Hold()
    people = [PersonRef(id=p, name=room.members[p].name) for p in hold.people if p in room.members]
    return WaitingFor(people=people, until_ms=hold.until_ms or 0.0)
