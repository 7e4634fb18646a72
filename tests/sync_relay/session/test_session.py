"""One connection's conversation, from its hello to its close code."""

import asyncio
import json
from typing import Any

import pytest

from fakes.relay.harness import Client, RelayHouse
from fakes.relay.tokens import settings
from watchparty_relay.bus.memory import MemoryBus
from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol.codec import Frame, FrameBatch
from watchparty_relay.relay import Relay
from watchparty_relay.reporting.publishers import print_events
from watchparty_relay.reporting.room_events import EventQueue
from watchparty_relay.rules.rate_limit import LIMITS
from watchparty_relay.rules.word_filter import WordFilter
from watchparty_relay.session.join_token import TokenVerifier

pytestmark = pytest.mark.anyio


async def close_code(house: RelayHouse, token: str, **hello: object) -> tuple[int, str]:
    """With which code, and which error before it, a hello is refused."""
    client = house.client()
    client.hello(token, **hello)
    code = await client.closed()
    error = client.last("error")
    assert error["fatal"] is True
    return code, error["code"]


async def test_a_hello_is_answered_with_the_whole_room(house: RelayHouse) -> None:
    """C1: welcome carries who you are, the clock, the people, the log, the limits and the name of the clock."""
    host = await house.host()
    welcome = host.last("welcome")
    assert welcome["you"] == {
        "participant_id": "host",
        "role": "host",
        "name": "Hanna",
        "ctl": None,
        "muted": False,
        "can_control": True,
        "can_chat": True,
        "can_moderate": True,
    }
    assert (welcome["state"]["mode"], welcome["state"]["video_id"]) == ("paused", "film")
    assert welcome["people"] == {
        "t": "people",
        "total": 1,
        "here": [{"id": "host", "name": "Hanna", "role": "host", "state": "ok", "acct": True}],
    }
    assert (welcome["log"], welcome["complete"], welcome["reason"]) == ([], False, "new")
    assert welcome["clk"] == house.relay.clock_name
    assert welcome["room"] == {"id": "room"}
    assert welcome["set"] == settings()


async def test_a_connection_without_hello_is_closed_in_time(house: RelayHouse) -> None:
    """C2: ten seconds, then 4408."""
    client = house.client()
    await house.pass_time(9.5)
    assert client.channel.code is None
    await house.pass_time(1.5)
    assert await client.closed() == 4408


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"t":"hello"}',
        '{"t":"nonsense"}',
        '{"t":"ping","c":1}',
        '{"t":"cmd","cid":"c","op":"play","mrev":1}',
        '{"t":"hello","v":"1","token":"x"}',
        "[" * 5000,
        '{"t":"hello","v":1,"token":"' + "\ud800" + '"}',
    ],
)
async def test_anything_but_a_hello_first_is_malformed(house: RelayHouse, text: str) -> None:
    """C2: 4400, and never an exception that reaches the loop."""
    client = house.client()
    client.session.receive(text)
    assert await client.closed() == 4400


@pytest.mark.parametrize(
    "text", ['{"t":"cmd","cid":"c","op":"stop","mrev":1}', '{"t":"hello","v":1,"token":"x"}', '{"t":"react"}', "{"]
)
async def test_malformed_messages_close_a_joined_connection(house: RelayHouse, text: str) -> None:
    """C2: an unknown operation, a second hello, a missing field."""
    client = await house.join("ana")
    client.session.receive(text)
    assert await client.closed() == 4400


async def test_the_sender_of_a_frame_that_is_too_large_is_told_so(house: RelayHouse) -> None:
    """C2, S8: counted in bytes, not in characters."""
    client = await house.join("ana")
    client.session.receive(json.dumps({"t": "chat", "cid": "c", "text": "é" * 10_000}, ensure_ascii=False))
    assert await client.closed() == 4413


async def test_another_version_is_refused(house: RelayHouse) -> None:
    """C2: 4426."""
    client = house.client()
    client.send(t="hello", v=2, token=house.mint.join("ana"))
    assert await client.closed() == 4426


async def test_a_sixth_connection_closes_the_oldest(house: RelayHouse) -> None:
    """C4: five tabs are enough; the newest one is the one that is looked at."""
    tabs = [await house.join("ana") for _ in range(6)]
    assert await tabs[0].closed() == 4409
    assert [tab.channel.code for tab in tabs[1:]] == [None] * 5
    assert tabs[5].last("welcome")["people"]["total"] == 1


async def test_a_replaced_connection_closes_after_the_new_one_stands(house: RelayHouse) -> None:
    """C4: and only one's own connection can be replaced."""
    first, stranger = await house.join("ana"), await house.join("bob")
    conn = first.last("welcome")["conn"]
    await house.join("ana", hello={"replaces": conn})
    assert await first.closed() == 4412
    await house.join("ana", hello={"replaces": stranger.last("welcome")["conn"]})
    assert stranger.channel.code is None


async def test_a_full_room_is_closed_to_newcomers_only(house: RelayHouse) -> None:
    """C5: the host and those already in it still get in."""
    small = settings(capacity=2)
    await house.join("ana", set=small)
    await house.join("bob", set=small)
    assert await close_code(house, house.mint.join("eve", set=small)) == (4411, "full")
    await house.join("ana", set=small)
    await house.host(set=small)


async def test_goodbye_leaves_at_once_and_a_break_after_a_while(house: RelayHouse) -> None:
    """C6: ten seconds to come back."""
    host, ana, bob = await house.host(), await house.join("ana"), await house.join("bob")
    ana.send(t="bye")
    assert await ana.closed() == 1000
    bob.leave()
    await house.pass_time(1)
    assert [(p["id"], p["state"]) for p in host.last("people")["here"]] == [("host", "ok"), ("bob", "reconnecting")]
    await house.pass_time(10)
    assert [p["id"] for p in host.last("people")["here"]] == ["host"]


async def test_who_comes_back_in_time_was_never_gone(house: RelayHouse) -> None:
    """C6: the functions hear of one session, not of two."""
    ana = await house.join("ana")
    ana.leave()
    await house.pass_time(5)
    await house.join("ana")
    await house.pass_time(20)
    assert len(await house.told("session_started")) == 1
    assert await house.told("session_ended") == []


async def test_a_token_that_is_old_or_of_somebody_removed_is_refused(house: RelayHouse) -> None:
    """M3: by the store's counter; a newer token opens the door again."""
    await house.join("ana", mver=3)
    assert await close_code(house, house.mint.join("ana", mver=2)) == (4401, "stale_token")
    await house.notice("remove", participant_id="ana", mver=4)
    assert await close_code(house, house.mint.join("ana", mver=3)) == (4403, "removed")
    await house.join("ana", mver=5)


async def test_a_closed_room_lets_nobody_in(house: RelayHouse) -> None:
    """M3, M6: 4404 for those inside and those who come."""
    host = await house.host()
    await house.notice("close")
    assert await host.closed() == 4404
    assert await close_code(house, house.mint.join("ana")) == (4404, "closed")


async def test_a_token_is_renewed_in_time_or_the_connection_ends(house: RelayHouse) -> None:
    """M4: reminded at a fifth of its life, over five minutes after it."""
    ana, bob = await house.join("ana"), await house.join("bob")
    await house.pass_time(479, step_s=1)
    assert ana.all("renew") == []
    await house.pass_time(3, step_s=1)
    assert len(ana.all("renew")) == 1
    ana.send(t="token", token=house.mint.join("ana"))
    await house.pass_time(410, step_s=1)
    assert bob.channel.code is None
    await house.pass_time(10, step_s=1)
    assert await bob.closed() == 4401
    assert bob.last("error")["code"] == "expired_token"
    assert ana.channel.code is None


@pytest.mark.parametrize("claims", [{"room": "other"}, {"sub": "bob"}])
async def test_a_renewed_token_is_for_the_same_person_and_room(house: RelayHouse, claims: dict[str, Any]) -> None:
    """M4: a connection does not change hands."""
    ana = await house.join("ana")
    ana.send(t="token", token=house.mint.join("ana", **claims))
    assert await ana.closed() == 4401


async def test_a_renewed_token_brings_what_the_store_changed(house: RelayHouse) -> None:
    """M2: a name, a role and newer settings, without any notice."""
    ana, host = await house.join("ana"), await house.host()
    ana.send(
        t="token", token=house.mint.join("ana", mver=2, role="moderator", name="Anna", set=settings(rev=2, slow_s=5))
    )
    notice = await ana.next("notice")
    assert (notice["kind"], notice["you"]["role"], notice["you"]["can_control"]) == ("role", "moderator", True)
    told = await host.next("notice")
    assert (told["kind"], told["set"]["slow_s"]) == ("settings", 5)


async def test_a_connection_that_breaks_while_its_hello_is_looked_at_leaves_nothing_behind(house: RelayHouse) -> None:
    """C6: no ghost in the list."""
    client = house.client()
    client.hello(house.mint.join("ghost"))
    client.leave()
    await asyncio.sleep(0)
    host = await house.host()
    assert host.last("welcome")["people"]["total"] == 1


async def test_a_ping_is_answered_before_everything_else(house: RelayHouse) -> None:
    """T1: also while a hello is still being looked at, ahead of what is queued."""
    ana = await house.join("ana")
    ana.send(t="chat", cid="c1", text="first", pos_s=0)
    ana.send(t="ping", c=7)
    assert ana.channel.messages[-1] == {
        "t": "pong",
        "c": 7.0,
        "r": house.relay.now_ms(),
        "s": house.relay.now_ms(),
        "clk": house.relay.clock_name,
    }
    await ana.next("ack")


async def test_more_frames_than_allowed_close_the_connection(house: RelayHouse) -> None:
    """F1: 4429; the bound is in the welcome."""
    ana = await house.join("ana")
    limit = ana.last("welcome")["limits"]["messages_per_10s"]
    for _ in range(limit):
        ana.send(t="ping", c=1)
    assert await ana.closed() == 4429


async def test_a_slow_reader_is_sent_nothing_then_everything_that_counts(house: RelayHouse) -> None:
    """F2: the missed lines in order, then the newest people and state; nothing twice."""
    host, slow = await house.host(), await house.join("ana")
    slow.channel.stalled = True
    slow.channel.write(FrameBatch([Frame(b'"' + b"x" * 200_000 + b'"')]))
    slow.channel.messages.pop()
    before = len(slow.channel.messages)
    await host.chat("one")
    await host.chat("two")
    await host.cmd("play")
    await host.cmd("pause")
    await house.pass_time(2)
    assert len(slow.channel.messages) == before
    slow.channel.read_all()
    await house.pass_time(0.25)
    caught_up = slow.channel.messages[before:]
    assert [m["text"] for m in caught_up if m["t"] == "chat"] == ["one", "two"]
    assert [m["mode"] for m in caught_up if m["t"] == "state"] == ["paused"]
    await host.chat("three")
    assert slow.last("chat")["text"] == "three"


async def test_a_reader_that_stays_behind_is_closed(house: RelayHouse) -> None:
    """F2: ten seconds, then 4410: it comes back and resumes."""
    host, slow = await house.host(), await house.join("ana")
    slow.channel.stalled = True
    slow.channel.write(FrameBatch([Frame(b'"' + b"x" * 200_000 + b'"')]))
    await host.chat("one")
    await house.pass_time(11)
    assert await slow.closed() == 4410


async def test_a_stopping_relay_asks_everybody_to_come_back(house: RelayHouse) -> None:
    """F3: moved, then 4503; and nobody gets in any more."""
    ana = await house.join("ana")
    house.relay.drain()
    assert await ana.closed() == 4503
    assert ana.last("moved")["within_ms"] > 0
    assert await house.client().closed() == 4503


async def joined_waiting(house: RelayHouse) -> Client:
    return await house.join("ana", role="waiting", req="req-1")


async def test_who_waits_sees_nothing_of_the_room(house: RelayHouse) -> None:
    """A3: no clock, no people, no log, and nothing that happens in it."""
    host = await house.host()
    await host.chat("secret")
    ana = await joined_waiting(house)
    welcome = ana.last("welcome")
    assert (welcome["state"], welcome["people"]["total"], welcome["log"]) == (None, 0, [])
    assert welcome["you"]["role"] == "waiting"
    await host.chat("more")
    await host.cmd("play")
    await house.pass_time(6)
    assert {m["t"] for m in ana.channel.messages} == {"welcome"}


async def test_who_waits_may_not_wait_a_thousand_times(house: RelayHouse) -> None:
    """A3, C4: five connections, the oldest goes; and hosts hear of one knock, however often it comes."""
    host = await house.host()
    waiting = [await joined_waiting(house) for _ in range(7)]
    assert [await each.closed() for each in waiting[:2]] == [4409, 4409]
    assert all(each.channel.code is None for each in waiting[2:])
    await house.pass_time(1)
    assert len(host.all("knock")) == 1


async def test_who_waits_may_only_ping_renew_and_leave(house: RelayHouse) -> None:
    """A3: everything else is refused as `waiting`."""
    ana = await joined_waiting(house)
    assert (await ana.cmd("play"))["code"] == "waiting"
    assert (await ana.chat("hi"))["code"] == "waiting"
    ana.send(t="react", emoji="🎉", pos_s=0)
    assert await ana.next("error") == {"t": "error", "code": "waiting", "fatal": False}
    ana.send(t="ping", c=1)
    assert ana.last("pong")["c"] == 1
    ana.send(t="bye")
    assert await ana.closed() == 1000


async def test_a_knock_reaches_the_host_and_the_admitted_come_in(house: RelayHouse) -> None:
    """A3: knock, decision, `admitted`, a new token, and the whole room."""
    host, viewer = await house.host(), await house.join("bob")
    ana = await joined_waiting(house)
    assert await host.next("knock") == {"t": "knock", "req": "req-1", "participant_id": "ana", "name": "Ana"}
    await house.notice("admit", participant_id="ana", mver=2, req="req-1")
    assert await ana.next("admitted") == {"t": "admitted"}
    assert await host.next("knock_gone") == {"t": "knock_gone", "req": "req-1"}
    ana.send(t="token", token=house.mint.join("ana", mver=2))
    welcome = await ana.next("welcome")
    assert (welcome["state"]["mode"], welcome["you"]["role"]) == ("paused", "viewer")
    assert (await ana.chat("hello"))["t"] == "ack"
    assert viewer.all("knock") == []


async def test_a_host_who_comes_later_learns_who_knocked(house: RelayHouse) -> None:
    """A3: the knock waits for somebody who can answer it; it is gone when the one who knocked says goodbye."""
    ana = await joined_waiting(house)
    host = await house.host()
    assert (await host.next("knock"))["req"] == "req-1"
    ana.send(t="bye")
    assert (await host.next("knock_gone"))["req"] == "req-1"


async def test_the_denied_are_told_and_closed(house: RelayHouse) -> None:
    """A3: and the old token does not open the door again, the one of a later knock does."""
    ana = await joined_waiting(house)
    await house.notice("deny", participant_id="ana", mver=2, req="req-1")
    assert await ana.closed() == 4403
    assert ana.all("denied") == [{"t": "denied"}]
    assert await close_code(house, house.mint.join("ana", role="waiting", mver=1)) == (4403, "removed")
    await house.join("ana", role="waiting", mver=3, req="req-2")


async def test_a_notice_connection_hands_in_its_notice_and_nothing_else(house: RelayHouse) -> None:
    """M5: acknowledged when applied; in no list; for one notice of one room."""
    ana = await house.join("ana")
    function = house.client()
    function.hello(house.mint.notice("n1"))
    function.send(t="notice", id="n1", room="room", kind="mute", participant_id="ana", mver=2, muted=True)
    assert await function.next("ack") == {"t": "ack", "id": "n1"}
    assert (await ana.chat("hi"))["code"] == "muted"
    await house.pass_time(1)
    assert ana.last("people")["total"] == 1
    function.send(t="bye")
    assert await function.closed() == 1000


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"t": "notice", "id": "n2", "room": "room", "kind": "close"}, 4401),
        ({"t": "notice", "id": "n1", "room": "other", "kind": "close"}, 4401),
        ({"t": "notice", "id": "n1", "room": "room", "kind": "explode"}, 4400),
        ({"t": "cmd", "cid": "c", "op": "play", "mrev": 1}, 4400),
        ({"t": "hello", "v": 1, "token": "x"}, 4400),
    ],
)
async def test_a_notice_token_opens_nothing_else(house: RelayHouse, message: dict[str, object], code: int) -> None:
    """M5: another notice, another room, an unknown kind, or what people may say."""
    host = await house.host()
    function = house.client()
    function.hello(house.mint.notice("n1"))
    function.send(**message)
    assert await function.closed() == code
    assert host.channel.code is None


async def test_a_person_cannot_hand_in_notices(house: RelayHouse) -> None:
    """M5: not even the host."""
    host = await house.host()
    host.send(t="notice", id="n1", room="room", kind="close")
    assert await host.closed() == 4400


async def test_a_connection_begins_anew_within_the_hour() -> None:
    """F4: asked between the fiftieth and the fifty-eighth minute, closed a minute later where nobody came."""
    house = RelayHouse(rotates=True)
    await house.open()
    ana = await house.join("ana")
    asked_after_min = 0
    for minute in range(1, 62):
        if minute % 5 == 0:
            ana.send(t="token", token=house.mint.join("ana"))
        await house.pass_time(60, step_s=10.0)
        if ana.channel.code is not None:
            break
        asked_after_min = asked_after_min or (minute if ana.all("moved") else 0)
    assert 50 <= asked_after_min <= 59
    assert len(ana.all("moved")) == 1
    assert await ana.closed() == 4503
    await house.close()


async def test_after_a_deployment_people_move_on_once(house: RelayHouse) -> None:
    """F3: those who were here before it, and not those who come back to this one."""
    metrics = Metrics()
    bus = MemoryBus(time=house.time)
    bus.superseded = True
    house.relay = Relay(
        bus=bus,
        verifier=TokenVerifier(house.mint.jwks),
        events=EventQueue(print_events, metrics),
        metrics=metrics,
        time=house.time,
        limits=LIMITS,
        word_filter=WordFilter(),
    )
    await house.relay.start(ticking=False)
    ana = await house.join("ana")
    await house.pass_time(80, step_s=10.0)
    late = await house.join("bob")
    await house.pass_time(200, step_s=10.0)
    assert (len(ana.all("moved")), len(late.all("moved"))) == (1, 0)
    await house.relay.stop()
