"""The faults of an earlier watch party, each with the test that would have caught it.

R1–R13 were races and faults of the clock, S7–S10 security holes of the socket; those parts that are in the browser are
tested there. The names are from that project's list.
"""

import asyncio

import pytest

from fakes.relay.harness import RelayHarness
from fakes.relay.tokens import settings

pytestmark = pytest.mark.anyio

EVERYONE = settings(control="everyone")


async def test_r1_chat_joins_and_leaves_never_change_the_clock(harness: RelayHarness) -> None:
    """L5, P5: they used the same path as playback, so a `hello` could pause the film, and a lock could refuse chat."""
    host = await harness.host()
    await host.cmd("play")
    rev = host.last("state")["rev"]
    ana = await harness.join("ana")
    await ana.chat("pause")
    ana.send(t="react", emoji="🎉", pos_s=0.0)
    ana.send(t="typing", on=True)
    ana.send(t="bye")
    await ana.closed()
    answers = await asyncio.gather(*(host.chat(f"line {n}") for n in range(5)), host.cmd("rate", rate=1.5))
    await harness.pass_time(20)
    assert {answer["t"] for answer in answers} == {"ack"}
    assert {(state["mode"], state["pos_s"]) for state in host.all("state")[-3:]} == {("playing", 0.0)}
    assert host.last("state")["rev"] == rev + 1


@pytest.mark.parametrize("ready", ["hidden", "blocked", "detached"])
async def test_r2_a_hidden_tab_pauses_no_one(harness: RelayHarness, ready: str) -> None:
    """P2, P5: a player's report is never a command, and a hidden member does not even hold the room."""
    rules = settings(control="everyone", wait={"policy": "all", "max_s": 8.0})
    host, ana = await harness.host(set=rules), await harness.join("ana", set=rules)
    await host.cmd("play")
    ana.report(ready, visible=False)
    ana.report("buffering", visible=False)
    await harness.pass_time(10)
    assert host.last("state")["mode"] == "playing"
    assert [person["state"] for person in host.last("people")["here"]] == ["ok", "hidden"]


async def test_r3_no_lock_can_be_lost(harness: RelayHarness) -> None:
    """K2: after five seconds anyone could release a lock; here every change is one atomic step, and none is lost."""
    people = [await harness.join(f"p{n}", set=EVERYONE) for n in range(5)]
    answers = await asyncio.gather(*(person.cmd(("play", "pause")[n % 2]) for n in range(20) for person in people))
    assert {answer["t"] for answer in answers} == {"ack"}
    revs = [state["rev"] for state in people[0].all("state")]
    assert revs == list(range(revs[0], revs[0] + len(revs)))


async def test_r4_everyone_sees_the_same_changes_in_the_same_order(harness: RelayHarness) -> None:
    """K2, K1: state was read, changed and written separately, without a version, and sent in any order."""
    people = [await harness.join(f"p{n}", set=EVERYONE) for n in range(4)]
    await asyncio.gather(
        *(person.cmd("seek", pos_s=float(10 * n + number)) for n in range(10) for number, person in enumerate(people))
    )
    seen = [[(state["rev"], state["pos_s"]) for state in person.all("state")] for person in people]
    assert all(states == seen[0] for states in seen)
    assert [rev for rev, _ in seen[0]] == sorted({rev for rev, _ in seen[0]})


async def test_r5_two_tabs_of_a_member_are_two_connections(harness: RelayHarness) -> None:
    """C4, P4: a second tab replaced the first, and closing either one cut off the other."""
    first, second = await harness.join("ana", set=EVERYONE), await harness.join("ana", set=EVERYONE)
    await first.cmd("play")
    await first.chat("hello")
    assert second.last("state")["mode"] == "playing"
    assert second.last("chat") == first.last("chat")
    first.disconnect()
    assert (await second.cmd("pause"))["t"] == "ack"
    assert second.last("state")["mode"] == "paused"
    await harness.pass_time(15)
    assert second.last("people")["total"] == 1


async def test_r6_members_join_and_leave_during_a_broadcast(harness: RelayHarness) -> None:
    """F2: connections were iterated over while they changed; here a close during a broadcast affects no one else."""
    host = await harness.host()
    people = [await harness.join(f"p{n}") for n in range(20)]

    async def rejoin_and_remove(number: int) -> None:
        people[number].disconnect()
        await harness.join(f"p{number}")
        await harness.notice("remove", participant_id=f"p{number}", mver=2)

    await asyncio.gather(*(rejoin_and_remove(number) for number in range(20)), *(host.cmd("play") for _ in range(20)))
    await host.cmd("pause")
    assert host.last("state")["mode"] == "paused"
    await harness.pass_time(12)
    assert host.last("people")["total"] == 1


async def test_r7_a_new_member_depends_on_no_other_client(harness: RelayHarness) -> None:
    """K1: the current state came from another tab, which could be frozen; here the room itself has it."""
    host = await harness.host()
    await host.cmd("seek", pos_s=300.0)
    await host.cmd("play")
    host.channel.stalled = True
    before = len(host.channel.messages)
    joined = await harness.join("ana")
    assert joined.last("welcome")["state"]["pos_s"] == 300.0
    assert {m["t"] for m in host.channel.messages[before:]} <= {"people"}


async def test_r8_a_member_who_reconnects_is_the_same_and_receives_what_they_missed(harness: RelayHarness) -> None:
    """C6, L2: guests could not return, or returned as new members without the state."""
    host, guest = await harness.host(), await harness.join("guest")
    welcome = guest.last("welcome")
    guest.disconnect()
    await host.cmd("play")
    await host.chat("where are you")
    back = await harness.join("guest", hello={"resume": {"epoch": welcome["epoch"], "seq": welcome["seq"]}})
    again = back.last("welcome")
    assert again["you"] == welcome["you"]
    assert (again["state"]["mode"], [entry["text"] for entry in again["log"]]) == ("playing", ["where are you"])
    assert again["people"]["total"] == 2
    await harness.pass_time(30)
    assert back.last("people")["total"] == 2


async def test_r9_the_list_of_people_is_correct(harness: RelayHarness) -> None:
    """P1: leaves carried no name, the list was never updated, and no one was ever the host."""
    host, ana = await harness.host(), await harness.join("ana", role="moderator")
    ana.send(t="bye")
    await ana.closed()
    await harness.join("bob")
    await harness.pass_time(2)
    assert [(p["id"], p["name"], p["role"]) for p in host.last("people")["here"]] == [
        ("host", "Hanna", "host"),
        ("bob", "Bob", "viewer"),
    ]


async def test_r10_every_message_has_an_id_of_its_own_and_is_acknowledged(harness: RelayHarness) -> None:
    """O1, O2, L1: messages had their authors' ids, lost ones looked sent, and repeated ones appeared twice."""
    ana = await harness.join("ana")
    answers = [await ana.chat("one", cid="c1"), await ana.chat("one", cid="c1"), await ana.chat("two", cid="c2")]
    assert [answer["seq"] for answer in answers] == [1, 1, 2]
    lines = ana.all("chat")
    assert [(line["text"], line["seq"]) for line in lines] == [("one", 1), ("two", 2)]
    assert len({line["id"] for line in lines}) == 2


async def test_r11_a_decision_counts_once_and_can_be_reversed(harness: RelayHarness) -> None:
    """A3, M3, M5: two clicks created two sessions, and no one could be removed again."""
    ana = await harness.join("ana", role="waiting", req="r1")
    for _ in range(2):
        await harness.notice("admit", participant_id="ana", mver=2, req="r1")
    ana.send(t="token", token=harness.issuer.join("ana", mver=2))
    await ana.next("welcome")
    await harness.notice("admit", participant_id="ana", mver=2, req="r1")
    assert len(ana.all("admitted")) <= 2
    host = await harness.host()
    assert host.last("welcome")["people"]["total"] == 2
    await harness.notice("remove", participant_id="ana", mver=3)
    assert await ana.closed() == 4403
    back = harness.client()
    back.hello(harness.issuer.join("ana", mver=2))
    assert await back.closed() == 4403


async def test_r12_the_first_message_is_the_whole_state(harness: RelayHarness) -> None:
    """C1: guests whose first event arrived before the initial state were stuck forever."""
    host = await harness.host()
    late = harness.client()
    late.hello(harness.issuer.join("ana"))
    await asyncio.gather(*(host.cmd(op) for op in ("play", "pause", "play")), late.next("welcome"))
    assert late.channel.messages[0]["t"] == "welcome"
    revs = [late.last("welcome")["state"]["rev"], *(state["rev"] for state in late.all("state"))]
    assert revs == list(range(revs[0], revs[0] + len(revs)))
    assert revs[-1] == host.last("state")["rev"]


async def test_r13_a_member_who_cannot_play_is_shown_and_holds_up_no_one_forever(harness: RelayHarness) -> None:
    """P2, W2: a blocked player was silently paused, and a broken one retried endlessly."""
    rules = settings(wait={"policy": "all", "max_s": 2.0})
    host, stuck, blocked = (
        await harness.host(set=rules),
        await harness.join("ana", set=rules),
        await harness.join("bob", set=rules),
    )
    await host.cmd("play")
    blocked.report("blocked")
    stuck.report("buffering")
    await harness.pass_time(60)
    assert host.last("state")["mode"] == "playing"
    assert [p["state"] for p in host.last("people")["here"]] == ["ok", "buffering", "blocked"]
    assert sum(state["mode"] == "waiting" for state in host.all("state")) <= 2


async def test_s7_only_a_join_token_is_accepted_and_its_role_can_be_revoked(
    harness: RelayHarness,
) -> None:
    """M1, M2: a refresh token was accepted as an access token, and a role in a token was trusted until it expired."""
    for header in ({"typ": "at+jwt"}, {"typ": "rt+jwt"}, {"typ": "JWT"}):
        client = harness.client()
        client.hello(harness.issuer.join("ana", header=header))
        assert await client.closed() == 4401
    mod = await harness.join("mo", role="moderator")
    await harness.notice("role", participant_id="mo", mver=2, role="viewer", ctl=None)
    assert (await mod.ask(t="clear"))["code"] == "not_allowed"
    again = harness.client()
    again.hello(harness.issuer.join("mo", role="moderator", mver=1))
    assert await again.closed() == 4401


async def test_s8_sizes_times_and_rates_are_limited(harness: RelayHarness) -> None:
    """C2, F1: nothing was limited. Origins are tested through real sockets."""
    silent, large, fast = harness.client(), await harness.join("ana"), await harness.join("bob")
    large.session.receive("x" * 20_000)
    assert await large.closed() == 4413
    for _ in range(500):
        fast.send(t="typing", on=True)
    assert await fast.closed() == 4429
    await harness.pass_time(11)
    assert await silent.closed() == 4408


async def test_s9_without_a_token_nothing_is_sent_and_nothing_is_created(harness: RelayHarness) -> None:
    """M1: presence was public, and anyone could create rooms without limit in the relay's memory."""
    await harness.host()
    await harness.pass_time(1)
    for _ in range(50):
        client = harness.client()
        client.hello("not.a.token")
        assert await client.closed() == 4401
        assert {m["t"] for m in client.channel.messages} == {"error"}
        client.disconnect()
    assert harness.service.metrics.rooms == 1
    assert harness.service.metrics.connections == 1


async def test_s10_no_client_can_dictate_the_state(harness: RelayHarness) -> None:
    """A4, K2: any participant's state was sent to anyone who asked, and any action to everyone."""
    host, ana = await harness.host(), await harness.join("ana")
    ana.report(rev=999, pos_s=5000.0, err_ms=0.0)
    assert (await ana.cmd("play"))["code"] == "not_allowed"
    joined = await harness.join("bob")
    assert joined.last("welcome")["state"]["pos_s"] == 0.0
    ana.send(t="provide_state", state={"pos_s": 5000.0})
    assert await ana.closed() == 4400
    spoof = await harness.join("eve")
    await spoof.ask(t="chat", text="I am the host", pos_s=0.0, by="host", name="Hanna")
    assert (host.last("chat")["by"], host.last("chat")["name"]) == ("eve", "Eve")
    assert host.all("state") == []
