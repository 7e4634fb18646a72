"""What a room does on its own, tick by tick, on a clock that is advanced by hand."""

from msgspec.structs import replace

from watchparty_relay.presence.local_presence import LocalPresence
from watchparty_relay.presence.presence_snapshot import ListedMember, PresenceSnapshot, local_snapshot, merge_snapshots
from watchparty_relay.presence.room_policy import EMPTY_AFTER_MS, LEND_AFTER_MS, RoomPolicy
from watchparty_relay.protocol.messages import Report
from watchparty_relay.protocol.values import (
    Cause,
    CauseKind,
    Control,
    Media,
    Mode,
    PersonState,
    Ready,
    Role,
    Settings,
    Wait,
    WaitPolicy,
)
from watchparty_relay.rules import playback
from watchparty_relay.rules.changes import Change, HoldFor, LendControl, PauseEmptyRoom, ReachLimit, Release
from watchparty_relay.rules.decide import decide
from watchparty_relay.rules.playback import Hold
from watchparty_relay.rules.state import Member, Room, new_room

START = 1_000_000.0
FILM = Media(video_id="film", mrev=1, duration_s=600.0, playable_s=600.0)


class Scene:
    """A room, its members and its policy; `tick` applies the proposals as a bus would."""

    def __init__(self, *, policy: WaitPolicy = WaitPolicy.ALL, mode: Mode = Mode.PLAYING) -> None:
        settings = Settings(rev=1, control=Control.HOST, chat=True, wait=Wait(policy, 8.0), slow_s=0, capacity=9)
        clock = replace(playback.opening_clock(FILM, None, START), mode=mode)
        self.now_ms = START
        self.room: Room = replace(new_room("room", now_ms=START), clock=clock, settings=settings)
        self.local = LocalPresence()
        self.others: list[PresenceSnapshot] = []
        self.policy = RoomPolicy(now_ms=START)

    def join(self, person: str, role: Role = Role.VIEWER, *, acct: bool = False) -> None:
        member = Member(mver=1, role=role, name=person, seen_ms=self.now_ms, acct=acct)
        self.room = replace(self.room, members={**self.room.members, person: member})
        self.local.connect(person, person, now_ms=self.now_ms)

    def mode(self) -> Mode:
        return self.room.clock.mode

    def leave(self, person: str) -> None:
        self.local.remove(person)

    def report(self, person: str, ready: Ready) -> None:
        sent = Report(rev=1, pos_s=0, err_ms=0, unc_ms=0, rtt_ms=20, buf_s=0, ready=ready, rate=1, visible=True)
        self.local.record_activity(person, person, now_ms=self.now_ms, report=sent)

    def tick(self, seconds: float = 0.0) -> list[Change]:
        self.now_ms += seconds * 1000
        snapshot = merge_snapshots(local_snapshot(self.room, self.local, relay="r", now_ms=self.now_ms), self.others)
        proposals = self.policy.proposals(self.room, snapshot, now_ms=self.now_ms)
        for change in proposals:
            self.room = decide(self.room, change, now_ms=self.now_ms).room
        return proposals


def test_the_room_holds_for_a_member_who_buffers_and_plays_on_when_they_are_ready() -> None:
    """W1, W2: the hold names them and has a time limit; it is released as soon as they are ready."""
    scene = Scene()
    scene.join("host", Role.HOST)
    scene.join("ana")
    scene.report("ana", Ready.BUFFERING)
    assert scene.tick(0.5) == []
    (hold,) = scene.tick(1.0)
    assert isinstance(hold, HoldFor)
    assert (hold.people, hold.until_ms) == (("ana",), scene.now_ms + 8000)
    assert scene.mode() is Mode.WAITING
    assert scene.tick(1.0) == []
    scene.report("ana", Ready.OK)
    (release,) = scene.tick(0.25)
    assert isinstance(release, Release)
    assert scene.mode() is Mode.PLAYING


def test_a_hold_ends_at_its_time_limit_and_is_not_repeated() -> None:
    """W2: a member who is still not ready catches up alone."""
    scene = Scene()
    scene.join("host", Role.HOST)
    scene.join("ana")
    scene.report("ana", Ready.BUFFERING)
    scene.tick(2)
    assert scene.mode() is Mode.WAITING
    scene.tick(8)
    assert scene.mode() is Mode.PLAYING
    assert [scene.tick(1) for _ in range(20)] == [[]] * 20


def test_a_second_member_joins_the_hold_without_extending_it() -> None:
    """W2: members cannot prolong it by taking turns."""
    scene = Scene()
    for person, role in [("host", Role.HOST), ("ana", Role.VIEWER), ("bob", Role.VIEWER)]:
        scene.join(person, role)
    scene.report("ana", Ready.BUFFERING)
    scene.tick(2)
    until_ms = scene.room.clock.hold.until_ms if scene.room.clock.hold else None
    scene.report("bob", Ready.BUFFERING)
    scene.tick(3)
    assert scene.room.clock.hold == Hold(people=("ana", "bob"), until_ms=until_ms)


def test_a_room_where_no_one_can_play_waits_as_long_as_it_takes() -> None:
    """W2: the film does not run on without its only viewer."""
    scene = Scene()
    scene.join("host", Role.HOST)
    scene.report("host", Ready.BUFFERING)
    scene.tick(2)
    for _ in range(60):
        scene.tick(1)
    assert scene.mode() is Mode.WAITING
    scene.report("host", Ready.OK)
    scene.tick(0.25)
    assert scene.mode() is Mode.PLAYING


def test_play_during_a_hold_is_not_undone_at_once() -> None:
    """W3: the room does not wait for the same members for a minute."""
    scene = Scene()
    scene.join("host", Role.HOST)
    scene.join("ana")
    scene.report("ana", Ready.BUFFERING)
    scene.tick(2)
    scene.tick(1)
    played = replace(
        scene.room.clock,
        rev=scene.room.clock.rev + 1,
        mode=Mode.PLAYING,
        hold=None,
        cause=Cause(CauseKind.PLAY, "host"),
    )
    scene.room = replace(scene.room, clock=played)
    assert [scene.tick(2) for _ in range(20)] == [[]] * 20


def test_a_paused_room_waits_for_no_one() -> None:
    """W1: there is nothing to hold."""
    scene = Scene(mode=Mode.PAUSED)
    scene.join("host", Role.HOST)
    scene.report("host", Ready.BUFFERING)
    assert scene.tick(5) == []


def test_the_end_of_the_film_is_reached_once() -> None:
    """K8: the room ends with the film."""
    scene = Scene()
    scene.join("host", Role.HOST)
    assert scene.tick(599) == []
    assert scene.tick(1) == [ReachLimit(rev=1)]
    assert scene.mode() is Mode.ENDED
    assert scene.tick(1) == []


def test_an_empty_room_is_paused_after_a_minute_where_it_was_left() -> None:
    """K13: a network interruption of a few seconds does not pause it."""
    scene = Scene()
    scene.join("host", Role.HOST)
    scene.tick(10)
    scene.leave("host")
    assert scene.tick(0.25) == []
    left_ms = scene.now_ms
    assert scene.tick(EMPTY_AFTER_MS / 1000 - 1) == []
    assert not scene.policy.empty_for_long(now_ms=scene.now_ms)
    assert scene.tick(1) == [PauseEmptyRoom(rev=1, left_ms=left_ms)]
    assert scene.room.clock.pos_s == 10.25
    assert scene.policy.empty_for_long(now_ms=scene.now_ms)


def test_members_on_another_relay_keep_a_room_going() -> None:
    """K13, P6, W1: when the last member here leaves, nothing is paused or lent, and the room holds for those there."""
    scene = Scene()
    for person, role in [("host", Role.HOST), ("ana", Role.VIEWER), ("mod", Role.MODERATOR)]:
        scene.join(person, role)
    for person in ("host", "ana"):
        scene.leave(person)
    there = [ListedMember(person, scene.now_ms, scene.now_ms, PersonState.OK) for person in ("host", "ana")]
    scene.others = [
        PresenceSnapshot(
            relay="other", at_ms=scene.now_ms, total=2, present=2, host_present=True, watching=2, listed=tuple(there)
        )
    ]
    scene.leave("mod")
    assert [scene.tick(1) for _ in range(100)] == [[]] * 100
    there[1] = ListedMember("ana", scene.now_ms, scene.now_ms, PersonState.BUFFERING)
    scene.others = [replace(scene.others[0], listed=tuple(there), buffering=("ana",))]
    (hold,) = scene.tick(1)
    assert isinstance(hold, HoldFor)
    assert hold.people == ("ana",)


def test_control_is_lent_while_no_host_is_present() -> None:
    """P6: after thirty seconds, to the moderator who has been present longest, else account; never to a guest."""
    scene = Scene(mode=Mode.PAUSED)
    scene.join("guest")
    scene.tick()
    assert scene.tick(LEND_AFTER_MS / 1000 + 1) == []
    scene.join("account", acct=True)
    assert scene.tick(0.25) == [LendControl(to="account")]
    scene.join("mod", Role.MODERATOR)
    assert scene.tick(1) == []
    scene.leave("account")
    assert scene.tick(1) == [LendControl(to="mod")]
    scene.join("host", Role.HOST)
    assert scene.tick(1) == [LendControl(to=None)]
    assert scene.room.acting is None


def test_a_host_who_reconnects_in_time_keeps_control() -> None:
    """P6: within thirty seconds."""
    scene = Scene(mode=Mode.PAUSED)
    scene.join("host", Role.HOST)
    scene.join("mod", Role.MODERATOR)
    scene.tick(1)
    scene.local.disconnect("host", "host", now_ms=scene.now_ms)
    assert scene.tick(20) == []
    scene.local.connect("host", "again", now_ms=scene.now_ms)
    assert scene.tick(20) == []
