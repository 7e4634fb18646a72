"""One connection, from its hello to its close code."""

import asyncio
import json
from typing import Any

import pytest

from fakes.relay.harness import Client, RelayHarness
from fakes.relay.tokens import START_MS, settings
from watchparty_relay.bus.memory import MemoryBus
from watchparty_relay.config import CONNECTIONS_PER_10S
from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol.codec import Frame, FrameBatch
from watchparty_relay.relay import Relay
from watchparty_relay.reporting.publishers import print_events
from watchparty_relay.reporting.room_events import EventQueue
from watchparty_relay.rules.connection_rate import ConnectionRate
from watchparty_relay.rules.rate_limit import LIMITS
from watchparty_relay.rules.word_filter import WordFilter
from watchparty_relay.session.join_token import TokenVerifier

pytestmark = pytest.mark.anyio


async def close_code(harness: RelayHarness, token: str, **hello: object) -> tuple[int, str]:
    """The code with which a hello is refused, and the error before it."""
    client = harness.client()
    client.hello(token, **hello)
    code = await client.closed()
    error = client.last("error")
    assert error["fatal"] is True
    return code, error["code"]


async def test_a_hello_is_answered_with_the_whole_room(harness: RelayHarness) -> None:
    """C1: the welcome contains the client's rights, the clock and its name, the people, the log and the limits."""
    host = await harness.host()
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
    assert welcome["clk"] == harness.relay.clock_name
    assert welcome["room"] == {"id": "room"}
    assert welcome["set"] == settings()


async def test_a_connection_without_a_hello_is_closed(harness: RelayHarness) -> None:
    """C2: after ten seconds, with 4408."""
    client = harness.client()
    await harness.pass_time(9.5)
    assert client.channel.code is None
    await harness.pass_time(1.5)
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
async def test_anything_but_a_hello_first_is_malformed(harness: RelayHarness, text: str) -> None:
    """C2: closes with 4400, and no exception ever reaches the event loop."""
    client = harness.client()
    client.session.receive(text)
    assert await client.closed() == 4400


@pytest.mark.parametrize(
    "text", ['{"t":"cmd","cid":"c","op":"stop","mrev":1}', '{"t":"hello","v":1,"token":"x"}', '{"t":"react"}', "{"]
)
async def test_malformed_messages_close_a_joined_connection(harness: RelayHarness, text: str) -> None:
    """C2: an unknown operation, a second hello, a missing field."""
    client = await harness.join("ana")
    client.session.receive(text)
    assert await client.closed() == 4400


async def test_a_frame_that_is_too_large_is_answered_with_an_error(harness: RelayHarness) -> None:
    """C2, S8: the size is in bytes, not in characters."""
    client = await harness.join("ana")
    client.session.receive(json.dumps({"t": "chat", "cid": "c", "text": "é" * 10_000}, ensure_ascii=False))
    assert await client.closed() == 4413


async def test_another_version_is_refused(harness: RelayHarness) -> None:
    """C2: with 4426."""
    client = harness.client()
    client.send(t="hello", v=2, token=harness.issuer.join("ana"))
    assert await client.closed() == 4426


async def test_a_sixth_connection_closes_the_oldest(harness: RelayHarness) -> None:
    """C4: five tabs are enough, and the newest one is in use."""
    tabs = [await harness.join("ana") for _ in range(6)]
    assert await tabs[0].closed() == 4409
    assert [tab.channel.code for tab in tabs[1:]] == [None] * 5
    assert tabs[5].last("welcome")["people"]["total"] == 1


async def test_a_replaced_connection_is_closed_once_the_new_one_is_open(harness: RelayHarness) -> None:
    """C4: and a client can replace only a connection of its own participant."""
    first, stranger = await harness.join("ana"), await harness.join("bob")
    conn = first.last("welcome")["conn"]
    await harness.join("ana", hello={"replaces": conn})
    assert await first.closed() == 4412
    await harness.join("ana", hello={"replaces": stranger.last("welcome")["conn"]})
    assert stranger.channel.code is None


async def test_a_full_room_refuses_only_new_members(harness: RelayHarness) -> None:
    """C5: the host and present members can still connect."""
    small = settings(capacity=2)
    await harness.join("ana", set=small)
    await harness.join("bob", set=small)
    assert await close_code(harness, harness.issuer.join("eve", set=small)) == (4411, "full")
    await harness.join("ana", set=small)
    await harness.host(set=small)


async def test_a_member_leaves_at_once_after_a_bye_and_else_after_a_while(harness: RelayHarness) -> None:
    """C6: there are ten seconds to reconnect."""
    host, ana, bob = await harness.host(), await harness.join("ana"), await harness.join("bob")
    ana.send(t="bye")
    assert await ana.closed() == 1000
    bob.disconnect()
    await harness.pass_time(1)
    assert [(p["id"], p["state"]) for p in host.last("people")["here"]] == [("host", "ok"), ("bob", "reconnecting")]
    await harness.pass_time(10)
    assert [p["id"] for p in host.last("people")["here"]] == ["host"]


async def test_a_member_who_reconnects_in_time_never_left(harness: RelayHarness) -> None:
    """C6: the functions receive one session, not two."""
    ana = await harness.join("ana")
    ana.disconnect()
    await harness.pass_time(5)
    await harness.join("ana")
    await harness.pass_time(20)
    assert len(await harness.published("session_started")) == 1
    assert await harness.published("session_ended") == []


async def test_an_outdated_token_or_that_of_a_removed_member_is_refused(harness: RelayHarness) -> None:
    """M3: by the store's version counter; a newer token is accepted again."""
    await harness.join("ana", mver=3)
    assert await close_code(harness, harness.issuer.join("ana", mver=2)) == (4401, "stale_token")
    await harness.notice("remove", participant_id="ana", mver=4)
    assert await close_code(harness, harness.issuer.join("ana", mver=3)) == (4403, "removed")
    await harness.join("ana", mver=5)


async def test_a_required_renewal_closes_only_connections_with_an_older_token(harness: RelayHarness) -> None:
    """M6: a device that was signed out cannot renew its token; the others renew and reconnect."""
    old, new = await harness.join("ana", mver=1), await harness.join("ana", mver=2)
    other = await harness.join("bob", role="host")
    await harness.notice("renew", participant_id="ana", mver=2)
    assert await old.closed() == 4401
    assert (new.channel.code, other.channel.code) == (None, None)
    await harness.notice("renew", participant_id="ana", mver=3)
    assert await new.closed() == 4401


async def test_a_closed_room_lets_no_one_in(harness: RelayHarness) -> None:
    """M3, M6: 4404 for its members and for everyone who connects."""
    host = await harness.host()
    await harness.notice("close")
    assert await host.closed() == 4404
    assert await close_code(harness, harness.issuer.join("ana")) == (4404, "closed")


async def test_a_token_is_renewed_in_time_or_the_connection_is_closed(harness: RelayHarness) -> None:
    """M4: renewal is requested at a fifth of its life; the connection ends five minutes after it expired."""
    ana, bob = await harness.join("ana"), await harness.join("bob")
    await harness.pass_time(479, step_s=1)
    assert ana.all("renew") == []
    await harness.pass_time(3, step_s=1)
    assert len(ana.all("renew")) == 1
    ana.send(t="token", token=harness.issuer.join("ana"))
    await harness.pass_time(410, step_s=1)
    assert bob.channel.code is None
    await harness.pass_time(10, step_s=1)
    assert await bob.closed() == 4401
    assert bob.last("error")["code"] == "expired_token"
    assert ana.channel.code is None


@pytest.mark.parametrize("claims", [{"room": "other"}, {"sub": "bob"}])
async def test_a_renewed_token_must_be_for_the_same_participant_and_room(
    harness: RelayHarness, claims: dict[str, Any]
) -> None:
    """M4: a connection keeps its participant."""
    ana = await harness.join("ana")
    ana.send(t="token", token=harness.issuer.join("ana", **claims))
    assert await ana.closed() == 4401


async def test_a_renewed_token_carries_the_stores_changes(harness: RelayHarness) -> None:
    """M2: a name, a role and newer settings, without any notice."""
    ana, host = await harness.join("ana"), await harness.host()
    ana.send(
        t="token",
        token=harness.issuer.join("ana", mver=2, role="moderator", name="Anna", set=settings(rev=2, slow_s=5)),
    )
    notice = await ana.next("notice")
    assert (notice["kind"], notice["you"]["role"], notice["you"]["can_control"]) == ("role", "moderator", True)
    changed = await host.next("notice")
    assert (changed["kind"], changed["set"]["slow_s"]) == ("settings", 5)


async def test_a_connection_lost_during_its_hello_leaves_nothing_behind(harness: RelayHarness) -> None:
    """C6: it is not listed."""
    client = harness.client()
    client.hello(harness.issuer.join("ghost"))
    client.disconnect()
    await asyncio.sleep(0)
    host = await harness.host()
    assert host.last("welcome")["people"]["total"] == 1


async def test_a_ping_is_answered_before_everything_else(harness: RelayHarness) -> None:
    """T1: ahead of what is queued, and even while a hello is being handled."""
    ana = await harness.join("ana")
    ana.send(t="chat", cid="c1", text="first", pos_s=0)
    ana.send(t="ping", c=7)
    assert ana.channel.messages[-1] == {
        "t": "pong",
        "c": 7.0,
        "r": harness.relay.now_ms(),
        "s": harness.relay.now_ms(),
        "clk": harness.relay.clock_name,
    }
    await ana.next("ack")


async def test_more_frames_than_allowed_close_the_connection(harness: RelayHarness) -> None:
    """F1: with 4429; the limit is in the welcome."""
    ana = await harness.join("ana")
    limit = ana.last("welcome")["limits"]["messages_per_10s"]
    for _ in range(limit):
        ana.send(t="ping", c=1)
    assert await ana.closed() == 4429


async def test_a_lagging_reader_receives_nothing_and_then_what_it_missed(harness: RelayHarness) -> None:
    """F2: the missed lines in order, then the newest people and state; nothing twice."""
    host, slow = await harness.host(), await harness.join("ana")
    slow.channel.stalled = True
    slow.channel.write(FrameBatch([Frame(b'"' + b"x" * 200_000 + b'"')]))
    slow.channel.messages.pop()
    before = len(slow.channel.messages)
    await host.chat("one")
    await host.chat("two")
    await host.cmd("play")
    await host.cmd("pause")
    await harness.pass_time(2)
    assert len(slow.channel.messages) == before
    slow.channel.read_all()
    await harness.pass_time(0.25)
    caught_up = slow.channel.messages[before:]
    assert [m["text"] for m in caught_up if m["t"] == "chat"] == ["one", "two"]
    assert [m["mode"] for m in caught_up if m["t"] == "state"] == ["paused"]
    await host.chat("three")
    assert slow.last("chat")["text"] == "three"


async def test_a_reader_that_keeps_lagging_is_closed(harness: RelayHarness) -> None:
    """F2: after ten seconds, with 4410: the client reconnects and resumes."""
    host, slow = await harness.host(), await harness.join("ana")
    slow.channel.stalled = True
    slow.channel.write(FrameBatch([Frame(b'"' + b"x" * 200_000 + b'"')]))
    await host.chat("one")
    await harness.pass_time(11)
    assert await slow.closed() == 4410


async def test_a_stopping_relay_asks_all_clients_to_reconnect(harness: RelayHarness) -> None:
    """F3: with `moved`, then 4503; and it accepts no more connections."""
    ana = await harness.join("ana")
    harness.relay.drain()
    assert await ana.closed() == 4503
    assert ana.last("moved")["within_ms"] > 0
    assert await harness.client().closed() == 4503


async def joined_waiting(harness: RelayHarness) -> Client:
    return await harness.join("ana", role="waiting", req="req-1")


async def test_a_waiting_participant_sees_nothing_of_the_room(harness: RelayHarness) -> None:
    """A3: no clock, no people, no log, and nothing that happens in it."""
    host = await harness.host()
    await host.chat("secret")
    ana = await joined_waiting(harness)
    welcome = ana.last("welcome")
    assert (welcome["state"], welcome["people"]["total"], welcome["log"]) == (None, 0, [])
    assert welcome["you"]["role"] == "waiting"
    await host.chat("more")
    await host.cmd("play")
    await harness.pass_time(6)
    assert {m["t"] for m in ana.channel.messages} == {"welcome"}


async def test_a_waiting_participant_cannot_wait_a_thousand_times(harness: RelayHarness) -> None:
    """A3, C4: at a sixth connection the oldest is closed; and hosts receive one knock, however often it comes."""
    host = await harness.host()
    waiting = [await joined_waiting(harness) for _ in range(7)]
    assert [await each.closed() for each in waiting[:2]] == [4409, 4409]
    assert all(each.channel.code is None for each in waiting[2:])
    await harness.pass_time(1)
    assert len(host.all("knock")) == 1


async def test_a_waiting_participant_can_only_ping_renew_and_leave(harness: RelayHarness) -> None:
    """A3: everything else is refused as `waiting`."""
    ana = await joined_waiting(harness)
    assert (await ana.cmd("play"))["code"] == "waiting"
    assert (await ana.chat("hi"))["code"] == "waiting"
    ana.send(t="react", emoji="🎉", pos_s=0)
    assert await ana.next("error") == {"t": "error", "code": "waiting", "fatal": False}
    ana.send(t="ping", c=1)
    assert ana.last("pong")["c"] == 1
    ana.send(t="bye")
    assert await ana.closed() == 1000


async def test_an_admitted_participant_enters_the_room(harness: RelayHarness) -> None:
    """A3: knock, decision, `admitted`, a new token, and the whole room."""
    host, viewer = await harness.host(), await harness.join("bob")
    ana = await joined_waiting(harness)
    assert await host.next("knock") == {"t": "knock", "req": "req-1", "participant_id": "ana", "name": "Ana"}
    await harness.notice("admit", participant_id="ana", mver=2, req="req-1")
    assert await ana.next("admitted") == {"t": "admitted"}
    assert await host.next("knock_gone") == {"t": "knock_gone", "req": "req-1"}
    ana.send(t="token", token=harness.issuer.join("ana", mver=2))
    welcome = await ana.next("welcome")
    assert (welcome["state"]["mode"], welcome["you"]["role"]) == ("paused", "viewer")
    assert (await ana.chat("hello"))["t"] == "ack"
    assert viewer.all("knock") == []


async def test_a_host_who_joins_later_receives_the_knock(harness: RelayHarness) -> None:
    """A3: a knock waits for someone who can decide it, and is withdrawn when the participant leaves."""
    ana = await joined_waiting(harness)
    host = await harness.host()
    assert (await host.next("knock"))["req"] == "req-1"
    ana.send(t="bye")
    assert (await host.next("knock_gone"))["req"] == "req-1"


async def test_a_denied_participant_is_notified_and_closed(harness: RelayHarness) -> None:
    """A3: their old token is refused, but that of a later knock is accepted."""
    ana = await joined_waiting(harness)
    await harness.notice("deny", participant_id="ana", mver=2, req="req-1")
    assert await ana.closed() == 4403
    assert ana.all("denied") == [{"t": "denied"}]
    assert await close_code(harness, harness.issuer.join("ana", role="waiting", mver=1)) == (4403, "removed")
    await harness.join("ana", role="waiting", mver=3, req="req-2")


async def test_a_notice_connection_delivers_its_notice_and_nothing_else(harness: RelayHarness) -> None:
    """M5: acknowledged once applied, not listed, and for one notice of one room."""
    ana = await harness.join("ana")
    function = harness.client()
    function.hello(harness.issuer.notice("n1"))
    function.send(t="notice", id="n1", room="room", kind="mute", participant_id="ana", mver=2, muted=True)
    assert await function.next("ack") == {"t": "ack", "id": "n1"}
    assert (await ana.chat("hi"))["code"] == "muted"
    await harness.pass_time(1)
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
async def test_a_notice_token_permits_nothing_else(
    harness: RelayHarness, message: dict[str, object], code: int
) -> None:
    """M5: not another notice, another room, an unknown kind, or a client's message."""
    host = await harness.host()
    function = harness.client()
    function.hello(harness.issuer.notice("n1"))
    function.send(**message)
    assert await function.closed() == code
    assert host.channel.code is None


async def test_a_member_cannot_deliver_notices(harness: RelayHarness) -> None:
    """M5: not even the host."""
    host = await harness.host()
    host.send(t="notice", id="n1", room="room", kind="close")
    assert await host.closed() == 4400


async def test_a_connection_is_replaced_within_the_hour() -> None:
    """F4: the client is asked between the 50th and 58th minute; if it opens no new connection, this one is closed."""
    harness = RelayHarness(rotates=True)
    await harness.open()
    ana = await harness.join("ana")
    asked_after_min = 0
    for minute in range(1, 62):
        if minute % 5 == 0:
            ana.send(t="token", token=harness.issuer.join("ana"))
        await harness.pass_time(60, step_s=10.0)
        if ana.channel.code is not None:
            break
        asked_after_min = asked_after_min or (minute if ana.all("moved") else 0)
    assert 50 <= asked_after_min <= 59
    assert len(ana.all("moved")) == 1
    assert await ana.closed() == 4503
    await harness.close()


async def test_after_a_deployment_clients_are_asked_to_move_once(harness: RelayHarness) -> None:
    """F3: those connected before it, and not those who return to this relay."""
    metrics = Metrics()
    bus = MemoryBus(time=harness.time)
    bus.superseded = True
    harness.relay = Relay(
        bus=bus,
        verifier=TokenVerifier(harness.issuer.jwks),
        events=EventQueue(print_events, metrics),
        metrics=metrics,
        time=harness.time,
        limits=LIMITS,
        word_filter=WordFilter(),
        connection_rate=ConnectionRate(CONNECTIONS_PER_10S),
    )
    await harness.relay.start(ticking=False)
    ana = await harness.join("ana")
    await harness.pass_time(80, step_s=10.0)
    late = await harness.join("bob")
    await harness.pass_time(200, step_s=10.0)
    assert (len(ana.all("moved")), len(late.all("moved"))) == (1, 0)
    await harness.relay.stop()


OFFER: dict[str, Any] = {"rev": 1, "by": "host", "to": "ana", "until_ms": START_MS + 600_000}


async def test_an_offer_reaches_the_two_people_whom_it_concerns(harness: RelayHarness) -> None:
    """M8: on all their connections, and those who come later; no one else sees it."""
    host, ana, ben = await harness.host(), await harness.join("ana"), await harness.join("ben", role="moderator")
    await harness.notice("host_offer", **OFFER)
    for client in (host, ana):
        notice = await client.next("notice")
        assert notice["kind"] == "host_offer"
        assert (notice["offer"]["by"]["id"], notice["offer"]["to"]["name"]) == ("host", "Ana")
    again = await harness.join("ana")
    assert again.last("welcome")["offer"]["until_ms"] == OFFER["until_ms"]
    assert ben.all("notice") == []
    assert "offer" not in (await harness.join("ben", role="moderator")).last("welcome")


async def test_an_offer_ends_for_both(harness: RelayHarness) -> None:
    """M8: a notice without `offer`; a repeated or older notice of the functions changes nothing."""
    host, ana = await harness.host(), await harness.join("ana")
    await harness.notice("host_offer", **OFFER)
    await harness.notice("host_offer", rev=2, by="host")
    await harness.notice("host_offer", **OFFER)
    for client in (host, ana):
        assert [("offer" in notice) for notice in client.all("notice")] == [True, False]
    assert "offer" not in (await harness.join("ana")).last("welcome")


async def test_an_expired_offer_is_not_shown(harness: RelayHarness) -> None:
    """M8: those who join after `until_ms` receive nothing."""
    await harness.host()
    await harness.join("ana")
    await harness.notice("host_offer", **OFFER)
    await harness.pass_time(601.0, step_s=100.0)
    assert "offer" not in (await harness.join("ana")).last("welcome")
