"""One room while people are connected to it here: takes what was committed on the bus to everybody, and what people
do to the bus.

It holds the last committed room and never changes it; rules live behind the bus, `caretaker.py` proposes what the room
does by itself, sessions speak for connections. `rooms.py` makes it, drives its tick and drops it.
"""

from collections.abc import Awaitable

from watchparty_relay import chat, playback
from watchparty_relay.audience import Listener
from watchparty_relay.bus.port import Bus, Committed, Heard, Renewed, Typed
from watchparty_relay.caretaker import VACANT_MS, Caretaker
from watchparty_relay.changes import Answer, Asked, ControlLent, Enter, MemberChanged, MemberRemoved, Operate
from watchparty_relay.chronicle import Chronicle
from watchparty_relay.flood import MAX_CONNECTIONS, Allowances
from watchparty_relay.gathering import Gathering
from watchparty_relay.herald import Herald
from watchparty_relay.metrics import Metrics
from watchparty_relay.people import PeopleDue, Typists, people
from watchparty_relay.protocol import Command, Knock, KnockGone, Reacted, Report, State, TypingNow, Welcome
from watchparty_relay.readiness import lead_ms
from watchparty_relay.roll import Roll
from watchparty_relay.room import Room
from watchparty_relay.room_events import RoomEvents
from watchparty_relay.vocabulary import CloseCode, ErrorCode, Limits, Mode, Operation, Resume, Role
from watchparty_relay.welcome import member_welcome, waiting_welcome
from watchparty_relay.wire import Outgoing
from watchparty_relay.words import WordFilter

REPEAT_STATE_MS = 5_000.0
# A jump while the film runs takes players longer than a start: they load, park and start.
SEEK_LEAD_MS = 400.0


class LiveRoom:
    """`users` counts the sessions that hold it; it is dropped when there are none and everybody has been away long."""

    def __init__(
        self, room_id: str, bus: Bus, events: RoomEvents, metrics: Metrics, limits: Limits, words: WordFilter
    ) -> None:
        now_ms = bus.now_ms()
        self._id = room_id
        self._bus = bus
        self.words = words
        self._limits = limits
        self._metrics = metrics
        self._room: Room | None = None
        self._herald = Herald(metrics)
        self._gathering = Gathering(bus.relay_name)
        self._attendance = self._gathering.attendance
        self._unused_since_ms: float | None = now_ms
        self._chronicle = Chronicle(events, bus, self._lately, now_ms=now_ms)
        self._caretaker = Caretaker(now_ms=now_ms)
        self._people_due = PeopleDue()
        self._typists = Typists()
        self._allowances: dict[str, Allowances] = {}
        self._told_state_ms = now_ms
        self.users = 0

    @property
    def room(self) -> Room:
        if self._room is None:
            raise LookupError(f"room {self._id} is not open yet")
        return self._room

    async def open(self) -> None:
        self._room = await self._bus.listen(self._id, self.hear)

    def close(self) -> None:
        now_ms = self._bus.now_ms()
        self._chronicle.close(self.room, now_ms=now_ms)
        farewell = self._gathering.farewell(now_ms=now_ms)
        if farewell is not None:
            self._bus.call_roll(self._id, farewell)
        self._bus.leave(self._id, self.hear)

    def vacant(self, *, now_ms: float) -> bool:
        """Nobody has been connected here for long, and who is here at all is connected elsewhere."""
        if self.users or self._unused_since_ms is None or now_ms < self._unused_since_ms + VACANT_MS:
            return False
        return self.roll().present > 0 or self._caretaker.vacant(now_ms=now_ms)

    def roll(self) -> Roll:
        """Everybody in the room, whatever relay they are connected to."""
        return self._gathering.roll(self.room, now_ms=self._bus.now_ms())

    def _lately(self) -> Roll:
        return self._gathering.lately(self.room, now_ms=self._bus.now_ms())

    def hear(self, heard: Heard) -> None:
        """What the bus tells: this is where everybody in the room learns of it."""
        now_ms = self._bus.now_ms()
        match heard:
            case Committed():
                self._hear_commit(heard, now_ms)
            case Renewed():
                self._room = heard.room
                self._metrics.epochs += 1
                self._herald.begin_again(self._state(now_ms))
            case Roll():
                if not self._gathering.knows(heard.relay):
                    for knock in self._herald.knocks_here():  # its moderators have not heard them
                        self._bus.announce(self._id, knock)
                news = self._gathering.hear(heard, now_ms=now_ms)
                (self._people_due.came_or_went if news else self._people_due.reported)()
            case Typed():
                self._typists.set(heard.by, on=heard.on, now_ms=now_ms)
            case _:
                self._herald.announce(self.room, heard)

    def _hear_commit(self, heard: Committed, now_ms: float) -> None:
        before, self._room = self.room, heard.room
        caring = self._bus.looks_after(self._id)
        for event in heard.events:
            if isinstance(event, State):
                self._told_state_ms = now_ms
            elif isinstance(event, MemberChanged | ControlLent):
                self._changed()
            elif isinstance(event, MemberRemoved):
                self._gone(event.participant_id, now_ms)
            self._herald.tell(before, heard.room, event, now_ms=now_ms)
            self._chronicle.committed(before, heard, event, caring=caring, now_ms=now_ms)

    def tell(self, listener: Listener, message: Outgoing) -> None:
        self._herald.tell_one(listener, message)

    def flush(self, listener: Listener) -> None:
        """Its connection is about to be closed: what is on its way to it goes out now."""
        self._herald.flush(listener)

    # --- coming and going ---

    async def enter(self, asked: Enter) -> Answer | None:
        return await self._bus.apply(self._id, asked)

    def full_for(self, participant_id: str) -> bool:
        host = self.room.members[participant_id].role is Role.HOST
        if host or participant_id in self._attendance:
            return False
        roll = self._lately()
        return roll.find(participant_id) is None and roll.total >= self.room.settings.capacity

    def welcome(self, listener: Listener, resume: Resume | None) -> Welcome:
        """Takes a session into the room and says what it needs to know; the oldest of too many connections goes."""
        now_ms, person = self._bus.now_ms(), listener.participant_id
        known = self._gathering.is_elsewhere(person, now_ms=now_ms)
        arrived = self._attendance.arrive(person, listener.connection_id, now_ms=now_ms)
        self._changed()
        if arrived and not known:
            self._chronicle.came(self.room, person, now_ms=now_ms)
        self._herald.members.add(listener)
        _end_oldest(self._herald.members.of(person))
        return member_welcome(
            self.room,
            person,
            listener.connection_id,
            here=self._gathering.people(self.room, now_ms=now_ms),
            resume=resume,
            clock_name=self._bus.clock_name,
            limits=self._limits,
            now_ms=now_ms,
        )

    def welcomed(self, listener: Listener, replaces: str | None) -> None:
        """What follows a welcome; the connection it replaces closes only now that the new one stands."""
        self._herald.tell_hold(self.room, listener)
        self._herald.tell_knocks(self.room, listener)
        replaced = self._herald.members.find(replaces) if replaces else None
        if replaced is not None and replaced.participant_id == listener.participant_id:
            replaced.end(CloseCode.REPLACED, ErrorCode.REPLACED)

    def knock(self, listener: Listener, req: str) -> Welcome:
        """Takes a session before the door and tells the hosts."""
        now_ms, person = self._bus.now_ms(), listener.participant_id
        self._herald.waiting.add(listener)
        _end_oldest(self._herald.waiting.of(person))
        if not self._herald.knows(req):  # who comes and goes before the door knocks once
            name = self.room.members[person].name
            self._bus.announce(self._id, Knock(req=req, participant_id=person, name=name))
        return waiting_welcome(
            self.room,
            person,
            listener.connection_id,
            clock_name=self._bus.clock_name,
            limits=self._limits,
            now_ms=now_ms,
        )

    def step_aside(self, listener: Listener) -> None:
        """From before the door into the room: no longer among the waiting."""
        self._herald.waiting.remove(listener)

    def withdraw(self, listener: Listener, req: str) -> None:
        """Somebody who waited said goodbye."""
        self._herald.waiting.remove(listener)
        if not self._herald.waiting.of(listener.participant_id):
            self._bus.announce(self._id, KnockGone(req=req))

    def depart(self, listener: Listener, *, goodbye: bool) -> None:
        """A connection is gone: at once after a goodbye on the last one, else after a while."""
        now_ms, person = self._bus.now_ms(), listener.participant_id
        self._herald.members.remove(listener)
        self._attendance.lose(person, listener.connection_id, now_ms=now_ms)
        self._changed()
        if goodbye and not self._herald.members.of(person):
            self._gone(person, now_ms)

    def _gone(self, participant_id: str, now_ms: float) -> None:
        if participant_id in self._attendance:
            self._attendance.leave(participant_id)
            self._left(participant_id, now_ms)

    def _left(self, participant_id: str, now_ms: float) -> None:
        self._changed()
        self._typists.set(participant_id, on=False, now_ms=now_ms)
        self._allowances.pop(participant_id, None)
        if not self._gathering.is_elsewhere(participant_id, now_ms=now_ms):
            self._chronicle.left(self.room, participant_id, now_ms=now_ms)

    def _changed(self) -> None:
        """Something about the people here is not as it was told."""
        self._gathering.changed()
        self._people_due.came_or_went()

    # --- what people do ---

    def now_ms(self) -> float:
        return self._bus.now_ms()

    def allowances(self, participant_id: str) -> Allowances:
        known = self._allowances.get(participant_id)
        if known is None:
            known = self._allowances[participant_id] = Allowances(self._limits)
        return known

    def operation(self, participant_id: str, command: Command) -> Operate:
        """The command with the time that everybody here needs to follow it together."""
        lead = lead_ms(self._lately().rtt_ms)
        jumps = command.op in (Operation.SEEK, Operation.SKIP) and self.room.clock.mode is Mode.PLAYING
        return Operate(participant_id, command, max(lead, SEEK_LEAD_MS) if jumps else lead)

    def ask(self, asked: Asked) -> Awaitable[Answer | None]:
        return self._bus.apply(self._id, asked)

    def react(self, participant_id: str, emoji: str, pos_s: float) -> None:
        name = self.room.members[participant_id].name
        self._bus.announce(self._id, Reacted(by=participant_id, name=name, emoji=emoji, pos_s=pos_s))

    def typing(self, participant_id: str, *, on: bool) -> None:
        self._bus.announce(self._id, Typed(by=participant_id, on=on))

    def report(self, listener: Listener, report: Report) -> None:
        now_ms, person = self._bus.now_ms(), listener.participant_id
        self._attendance.use(person, listener.connection_id, now_ms=now_ms, report=report)
        self._chronicle.noted(person, report)
        self._gathering.changed()
        self._people_due.reported()

    # --- time passes ---

    async def tick(self) -> None:
        now_ms = self._bus.now_ms()
        for attendee in self._attendance.gone(now_ms=now_ms):
            self._left(attendee.participant_id, now_ms)
        if self.users or len(self._attendance):
            self._unused_since_ms = None
        elif self._unused_since_ms is None:
            self._unused_since_ms = now_ms
        self._tell_what_is_due(now_ms)
        caring = self._bus.looks_after(self._id)
        self._chronicle.tick(self.room, caring=caring, now_ms=now_ms)
        # All relays follow, so that another can go on at any time; one acts.
        proposals = self._caretaker.proposals(self.room, self.roll(), now_ms=now_ms)
        for change in proposals if caring else ():
            await self._bus.apply(self._id, change)

    def catch_up(self, listener: Listener, sent_seq: int) -> bool:
        """Brings a reader that was behind up to date; False where what it missed is not kept any more."""
        now_ms = self._bus.now_ms()
        missed, reason = chat.since(self.room, Resume(epoch=self.room.epoch, seq=sent_seq), now_ms=now_ms)
        if reason is not None:
            return False
        self._herald.members.skip(listener)
        for entry in missed:
            self._herald.members.tell(entry, to=(listener,), seq=entry.seq)
        self._herald.tell_settings(self.room, listener, now_ms=now_ms)
        self._herald.tell_hold(self.room, listener)
        self._herald.members.tell(people(self.room, self.roll()), to=(listener,))
        self._herald.members.tell(self._state(now_ms), to=(listener,))
        return True

    def _tell_what_is_due(self, now_ms: float) -> None:
        members = self._herald.members
        if len(members) and now_ms >= self._told_state_ms + REPEAT_STATE_MS:
            self._told_state_ms = now_ms
            members.tell(self._state(now_ms))
        news = self._people_due.due(now_ms=now_ms)
        if news:
            members.tell(people(self.room, self.roll()))
        roll = self._gathering.to_call(self.room, news=news, now_ms=now_ms)
        if roll is not None:
            self._bus.call_roll(self._id, roll)
        typing = self._typists.due(self.room, now_ms=now_ms)
        if typing is not None:
            members.tell(TypingNow(people=typing))

    def _state(self, now_ms: float) -> State:
        return playback.state_message(self.room.clock, epoch=self.room.epoch, now_ms=now_ms)


def _end_oldest(connections: list[Listener]) -> None:
    """Of too many connections of one person the oldest go."""
    for oldest in connections[: max(0, len(connections) - MAX_CONNECTIONS)]:
        oldest.end(CloseCode.TOO_MANY_CONNECTIONS, ErrorCode.TOO_MANY_CONNECTIONS)
