"""One room that has connections on this relay: follows the bus, keeps track of who is connected, and ticks.

It holds the last committed `Room` and never changes it. Members' requests go straight to the bus (`requests.py`); what
the bus commits arrives in `on_bus_event` and leaves through the broadcaster. `rooms.py` opens, ticks and closes it.
"""

from watchparty_relay.bus.port import Bus, BusEvent, Committed, EpochReset, TypingChanged
from watchparty_relay.fanout.broadcaster import Broadcaster
from watchparty_relay.fanout.subscribers import Subscriber
from watchparty_relay.fanout.welcome import member_welcome, waiting_welcome
from watchparty_relay.metrics import Metrics
from watchparty_relay.presence.cluster_presence import ClusterPresence
from watchparty_relay.presence.people import PeopleSchedule, TypingMembers, people_message
from watchparty_relay.presence.presence_snapshot import PresenceSnapshot
from watchparty_relay.presence.room_policy import EMPTY_AFTER_MS, RoomPolicy
from watchparty_relay.protocol.messages import Knock, KnockGone, Report, State, TypingNow, Welcome
from watchparty_relay.protocol.values import CloseCode, ErrorCode, Limits, Resume, Role
from watchparty_relay.reporting.event_recorder import EventRecorder
from watchparty_relay.reporting.room_events import EventQueue
from watchparty_relay.rules import chat, playback
from watchparty_relay.rules.changes import ControlLent, MemberChanged, MemberRemoved
from watchparty_relay.rules.rate_limit import MAX_CONNECTIONS, RoomBuckets
from watchparty_relay.rules.state import Room
from watchparty_relay.rules.word_filter import WordFilter

REPEAT_STATE_MS = 5_000.0


class LiveRoom:
    """`users` counts the sessions that hold the room; it is closed when it has none and has been empty for a while."""

    def __init__(
        self, room_id: str, bus: Bus, events: EventQueue, metrics: Metrics, limits: Limits, word_filter: WordFilter
    ) -> None:
        now_ms = bus.now_ms()
        self.id = room_id
        self.bus = bus
        self.broadcaster = Broadcaster(metrics)
        self.buckets = RoomBuckets(limits)
        self.presence = ClusterPresence(bus.relay_name)
        self.users = 0
        self.word_filter = word_filter
        self._limits = limits
        self._metrics = metrics
        self._room: Room | None = None
        self._unused_since_ms: float | None = now_ms
        self._recorder = EventRecorder(events, bus, self._recent_snapshot, now_ms=now_ms)
        self._policy = RoomPolicy(now_ms=now_ms)
        self._people_schedule = PeopleSchedule()
        self._typing = TypingMembers()
        self._state_sent_ms = now_ms

    @property
    def state(self) -> Room:
        """The room as the bus last committed it."""
        if self._room is None:
            raise LookupError(f"room {self.id} is not open yet")
        return self._room

    async def open(self) -> None:
        self._room = await self.bus.listen(self.id, self.on_bus_event)

    def close(self) -> None:
        now_ms = self.bus.now_ms()
        self._recorder.close(self.state, now_ms=now_ms)
        closing_snapshot = self.presence.closing_snapshot(now_ms=now_ms)
        if closing_snapshot is not None:
            self.bus.publish_presence(self.id, closing_snapshot)
        self.bus.leave(self.id, self.on_bus_event)

    def can_close(self, *, now_ms: float) -> bool:
        """Whether no one has been connected here for a while, and the room is empty or lives on another relay."""
        if self.users or self._unused_since_ms is None or now_ms < self._unused_since_ms + EMPTY_AFTER_MS:
            return False
        return self.snapshot().present > 0 or self._policy.empty_for_long(now_ms=now_ms)

    def snapshot(self) -> PresenceSnapshot:
        """Everyone in the room, on whichever relay they are connected."""
        return self.presence.snapshot(self.state, now_ms=self.bus.now_ms())

    def _recent_snapshot(self) -> PresenceSnapshot:
        return self.presence.recent(self.state, now_ms=self.bus.now_ms())

    # --- events from the bus ---

    def on_bus_event(self, event: BusEvent) -> None:
        now_ms = self.bus.now_ms()
        match event:
            case Committed():
                self._on_commit(event, now_ms)
            case EpochReset():
                self._room = event.room
                self._metrics.epochs += 1
                self.broadcaster.reset_epoch(self._state_message(now_ms))
            case PresenceSnapshot():
                self._on_remote_presence(event, now_ms)
            case TypingChanged():
                self._typing.set(event.by, on=event.on, now_ms=now_ms)
            case _:
                self.broadcaster.send_announcement(self.state, event)

    def _on_commit(self, commit: Committed, now_ms: float) -> None:
        before, self._room = self.state, commit.room
        leading = self.bus.holds_lease(self.id)
        for event in commit.events:
            if isinstance(event, State):
                self._state_sent_ms = now_ms
            elif isinstance(event, MemberChanged | ControlLent):
                self._members_changed()
            elif isinstance(event, MemberRemoved):
                self._remove_member(event.participant_id, now_ms)
            self.broadcaster.broadcast(before, commit.room, event, now_ms=now_ms)
            if isinstance(event, State):
                self._metrics.command.observe(max(0.0, self.bus.now_ms() - event.srv_ms) / 1000)
            self._recorder.record(before, commit, event, leading=leading, now_ms=now_ms)

    def _on_remote_presence(self, snapshot: PresenceSnapshot, now_ms: float) -> None:
        if not self.presence.knows_relay(snapshot.relay):
            for knock in self.broadcaster.local_knocks():  # the moderators on that relay have not seen them
                self.bus.announce(self.id, knock)
        if self.presence.receive(snapshot, now_ms=now_ms):
            self._people_schedule.joined_or_left()
        else:
            self._people_schedule.reported()

    # --- joining and leaving ---

    def is_full_for(self, participant_id: str) -> bool:
        if self.state.members[participant_id].role is Role.HOST or participant_id in self.presence.local:
            return False
        snapshot = self._recent_snapshot()
        return snapshot.find(participant_id) is None and snapshot.total >= self.state.settings.capacity

    def join(self, subscriber: Subscriber, resume: Resume | None) -> Welcome:
        """Adds a session to the members and returns its welcome; closes the member's oldest surplus connections."""
        now_ms, member = self.bus.now_ms(), subscriber.participant_id
        was_elsewhere = self.presence.is_on_another_relay(member, now_ms=now_ms)
        is_new = self.presence.local.connect(member, subscriber.connection_id, now_ms=now_ms)
        self._members_changed()
        if is_new and not was_elsewhere:
            self._recorder.member_joined(self.state, member, now_ms=now_ms)
        self.broadcaster.members.add(subscriber)
        _close_oldest(self.broadcaster.members.of(member))
        return member_welcome(
            self.state,
            member,
            subscriber.connection_id,
            here=self.presence.people(self.state, now_ms=now_ms),
            resume=resume,
            clock_name=self.bus.clock_name,
            limits=self._limits,
            now_ms=now_ms,
        )

    def send_after_welcome(self, subscriber: Subscriber, replaces: str | None) -> None:
        """Sends what follows a welcome; only then closes the connection that this one replaces."""
        self.broadcaster.send_hold(self.state, subscriber)
        self.broadcaster.send_knocks(self.state, subscriber)
        replaced = self.broadcaster.members.find(replaces) if replaces else None
        if replaced is not None and replaced.participant_id == subscriber.participant_id:
            replaced.close(CloseCode.REPLACED, ErrorCode.REPLACED)

    def wait(self, subscriber: Subscriber, req: str) -> Welcome:
        """Adds a session to those waiting for admission and announces its knock to the moderators."""
        now_ms, participant_id = self.bus.now_ms(), subscriber.participant_id
        self.broadcaster.waiting.add(subscriber)
        _close_oldest(self.broadcaster.waiting.of(participant_id))
        if not self.broadcaster.has_knock(req):  # reconnecting does not knock again
            name = self.state.members[participant_id].name
            self.bus.announce(self.id, Knock(req=req, participant_id=participant_id, name=name))
        return waiting_welcome(
            self.state,
            participant_id,
            subscriber.connection_id,
            clock_name=self.bus.clock_name,
            limits=self._limits,
            now_ms=now_ms,
        )

    def stop_waiting(self, subscriber: Subscriber) -> None:
        """The session was admitted, or its connection was lost; its knock stays."""
        self.broadcaster.waiting.remove(subscriber)

    def cancel_knock(self, subscriber: Subscriber, req: str) -> None:
        """The session stopped waiting on purpose."""
        self.broadcaster.waiting.remove(subscriber)
        if not self.broadcaster.waiting.of(subscriber.participant_id):
            self.bus.announce(self.id, KnockGone(req=req))

    def leave(self, subscriber: Subscriber, *, goodbye: bool) -> None:
        """A connection has ended. After a `bye` on the last one the member leaves at once, else after a while."""
        now_ms, member = self.bus.now_ms(), subscriber.participant_id
        self.broadcaster.members.remove(subscriber)
        self.presence.local.disconnect(member, subscriber.connection_id, now_ms=now_ms)
        self._members_changed()
        if goodbye and not self.broadcaster.members.of(member):
            self._remove_member(member, now_ms)

    def _remove_member(self, participant_id: str, now_ms: float) -> None:
        if participant_id in self.presence.local:
            self.presence.local.remove(participant_id)
            self._on_member_left(participant_id, now_ms)

    def _on_member_left(self, participant_id: str, now_ms: float) -> None:
        self._members_changed()
        self._typing.set(participant_id, on=False, now_ms=now_ms)
        self.buckets.forget(participant_id)
        if not self.presence.is_on_another_relay(participant_id, now_ms=now_ms):
            self._recorder.member_left(self.state, participant_id, now_ms=now_ms)

    def _members_changed(self) -> None:
        self.presence.invalidate()
        self._people_schedule.joined_or_left()

    def report(self, subscriber: Subscriber, report: Report) -> None:
        """A member's player reported its condition."""
        now_ms, member = self.bus.now_ms(), subscriber.participant_id
        self.presence.local.record_activity(member, subscriber.connection_id, now_ms=now_ms, report=report)
        self._recorder.add_report(member, report)
        self.presence.invalidate()
        self._people_schedule.reported()

    # --- the tick ---

    async def tick(self) -> None:
        now_ms = self.bus.now_ms()
        local = self.presence.local
        for member in local.remove_expired(now_ms=now_ms):
            self._on_member_left(member.participant_id, now_ms)
        if self.users or len(local):
            self._unused_since_ms = None
        elif self._unused_since_ms is None:
            self._unused_since_ms = now_ms
        self._send_due(now_ms)
        leading = self.bus.holds_lease(self.id)
        self._recorder.tick(self.state, leading=leading, now_ms=now_ms)
        # Every relay keeps the policy's state, so that another can take over at any time; only the leader acts.
        proposals = self._policy.proposals(self.state, self.snapshot(), now_ms=now_ms)
        for change in proposals if leading else ():
            await self.bus.apply(self.id, change)

    def _send_due(self, now_ms: float) -> None:
        members = self.broadcaster.members
        if len(members) and now_ms >= self._state_sent_ms + REPEAT_STATE_MS:
            self._state_sent_ms = now_ms
            members.send(self._state_message(now_ms))
        people_due = self._people_schedule.due(now_ms=now_ms)
        if people_due:
            members.send(people_message(self.state, self.snapshot()))
        snapshot = self.presence.due_snapshot(self.state, changed=people_due, now_ms=now_ms)
        if snapshot is not None:
            self.bus.publish_presence(self.id, snapshot)
        typing = self._typing.due(self.state, now_ms=now_ms)
        if typing is not None:
            members.send(TypingNow(people=typing))

    def resend_missed(self, subscriber: Subscriber, sent_seq: int) -> bool:
        """Brings a reader that was lagging up to date; False if some of the log it missed is no longer stored."""
        now_ms = self.bus.now_ms()
        missed, reason = chat.since(self.state, Resume(epoch=self.state.epoch, seq=sent_seq), now_ms=now_ms)
        if reason is not None:
            return False
        members = self.broadcaster.members
        members.drop_pending(subscriber)
        for entry in missed:
            members.send(entry, to=(subscriber,), seq=entry.seq)
        self.broadcaster.send_settings(self.state, subscriber, now_ms=now_ms)
        self.broadcaster.send_hold(self.state, subscriber)
        members.send(people_message(self.state, self.snapshot()), to=(subscriber,))
        members.send(self._state_message(now_ms), to=(subscriber,))
        return True

    def _state_message(self, now_ms: float) -> State:
        return playback.state_message(self.state.clock, epoch=self.state.epoch, now_ms=now_ms)


def _close_oldest(connections: list[Subscriber]) -> None:
    """Closes the oldest of one participant's connections beyond the limit."""
    for oldest in connections[: max(0, len(connections) - MAX_CONNECTIONS)]:
        oldest.close(CloseCode.TOO_MANY_CONNECTIONS, ErrorCode.TOO_MANY_CONNECTIONS)
