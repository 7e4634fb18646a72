"""A room with members: who receives what and when, and what the room does as time passes."""

import itertools

import pytest

from fakes.relay.harness import RelayHarness
from fakes.relay.tokens import FILM, settings

pytestmark = pytest.mark.anyio


async def test_a_command_reaches_everyone_as_the_same_state(harness: RelayHarness) -> None:
    """K1, K4, O3: one state for everyone, ahead of now; the sender's answer follows it."""
    host, viewer = await harness.host(), await harness.join("ana")
    answer = await host.cmd("play")
    state = await viewer.next("state")
    assert answer == {"t": "ack", "cid": answer["cid"], "rev": state["rev"]}
    assert state == host.last("state")
    assert host.channel.messages.index(state) < host.channel.messages.index(answer)
    assert (state["mode"], state["cause"]) == ("playing", {"cmd": "play", "by": "host"})
    assert state["t0_ms"] > harness.relay.now_ms()


async def test_the_lead_follows_the_slowest_round_trip(harness: RelayHarness) -> None:
    """K4: of those that members reported; a jump during playback has a longer lead."""
    host, far = await harness.host(), await harness.join("ana")
    far.report(rtt_ms=500.0)
    await host.cmd("play")
    assert host.last("state")["t0_ms"] == harness.relay.now_ms() + 380
    far.report(rtt_ms=20.0)
    await harness.pass_time(3)
    await host.cmd("seek", pos_s=100.0)
    assert host.last("state")["t0_ms"] == harness.relay.now_ms() + 400


async def test_a_late_member_receives_the_clock_as_it_is(harness: RelayHarness) -> None:
    """K1: that is enough to find the right position."""
    host = await harness.host()
    await host.cmd("play")
    t0_ms = host.last("state")["t0_ms"]
    await harness.pass_time(60)
    state = (await harness.join("late")).last("welcome")["state"]
    assert (state["mode"], state["pos_s"], state["t0_ms"], state["rev"]) == ("playing", 0.0, t0_ms, 2)
    assert state["srv_ms"] == harness.relay.now_ms()


async def test_the_state_is_repeated_every_five_seconds(harness: RelayHarness) -> None:
    """K11: same rev, new `srv_ms`."""
    host = await harness.host()
    await harness.pass_time(16)
    repeats = host.all("state")
    assert [state["rev"] for state in repeats] == [1, 1, 1]
    gaps = [b["srv_ms"] - a["srv_ms"] for a, b in itertools.pairwise(repeats)]
    assert gaps == [5000.0, 5000.0]


async def test_the_film_ends_and_starts_over(harness: RelayHarness) -> None:
    """K8: play after the end begins at the start."""
    host = await harness.host()
    await host.cmd("seek", pos_s=590.0)
    await host.cmd("play")
    await harness.pass_time(11)
    ended = host.last("state")
    assert (ended["mode"], ended["pos_s"], ended["cause"]) == ("ended", 600.0, {"cmd": "ended", "by": None})
    await host.cmd("play")
    assert (host.last("state")["mode"], host.last("state")["pos_s"]) == ("playing", 0.0)


async def test_the_film_changes_by_notice_as_one_state(harness: RelayHarness) -> None:
    """K9, K10: and commands for the previous film are refused."""
    host = await harness.host()
    await host.cmd("play")
    film = {**FILM, "video_id": "other", "mrev": 2, "start_pos_s": 5.0}
    await harness.notice("media", media=film, by="host")
    state = host.last("state")
    assert (state["video_id"], state["mode"], state["pos_s"]) == ("other", "paused", 5.0)
    assert state["cause"] == {"cmd": "media", "by": "host"}
    assert (await host.cmd("play", mrev=1))["code"] == "other_video"
    assert (await host.cmd("play", mrev=2))["t"] == "ack"


async def test_a_room_without_a_film_refuses_commands(harness: RelayHarness) -> None:
    """K9: as `no_video`."""
    host = await harness.host(media={"video_id": None, "mrev": 1})
    assert host.last("welcome")["state"]["mode"] == "empty"
    answer = await host.cmd("play")
    assert (answer["code"], answer["rev"]) == ("no_video", 1)


async def test_a_growing_film_is_waited_for(harness: RelayHarness) -> None:
    """K8, K10: the whole room stops where the playable part ends, and resumes when there is more."""
    host = await harness.host(media={**FILM, "playable_s": 20.0})
    await host.cmd("seek", pos_s=15.0)
    await host.cmd("play")
    await harness.pass_time(7)
    assert (host.last("state")["mode"], host.last("state")["pos_s"]) == ("waiting", 20.0)
    await harness.notice("media", media={**FILM, "playable_s": 200.0})
    assert (host.last("state")["mode"], host.last("state")["playable_s"]) == ("playing", 200.0)


async def test_a_lost_clock_opens_at_the_seed(harness: RelayHarness) -> None:
    """K12: paused, at the seed's position and rate."""
    seed = {"epoch": 1, "rev": 40, "pos_s": 123.0, "rate": 1.5}
    state = (await harness.join("ana", seed=seed)).last("welcome")["state"]
    assert (state["mode"], state["pos_s"], state["rate"], state["born"]) == ("paused", 123.0, 1.5, "seed")


async def test_people_are_sent_at_most_once_per_second(harness: RelayHarness) -> None:
    """P1: ten joins within a second are one message."""
    host = await harness.host()
    await harness.pass_time(2)
    before = len(host.all("people"))
    for number in range(10):
        await harness.join(f"p{number}")
    await harness.pass_time(1)
    assert len(host.all("people")) == before + 1
    assert host.last("people")["total"] == 11


async def test_reports_are_sent_every_two_seconds(harness: RelayHarness) -> None:
    """P1: with error, position and buffer, as the player reported them."""
    host, ana = await harness.host(), await harness.join("ana")
    await harness.pass_time(3)
    before = len(host.all("people"))
    for _ in range(4):
        ana.report(err_ms=-12.5, pos_s=3.0)
        await harness.pass_time(1, step_s=1)
    assert len(host.all("people")) - before in (2, 3)
    shown = {person["id"]: person for person in host.last("people")["here"]}
    assert (shown["ana"]["err_ms"], shown["ana"]["pos_s"], shown["ana"]["buf_s"]) == (-12.5, 3.0, 10.0)


async def test_typing_is_sent_as_a_list(harness: RelayHarness) -> None:
    """P3: and expires."""
    host, ana = await harness.host(), await harness.join("ana")
    ana.send(t="typing", on=True)
    await harness.pass_time(0.5)
    assert host.last("typing") == {"t": "typing", "people": [{"id": "ana", "name": "Ana"}]}
    await harness.pass_time(6)
    assert host.last("typing")["people"] == []


async def test_a_reaction_reaches_everyone_with_its_author(harness: RelayHarness) -> None:
    """P3, A4: the author comes from the token."""
    host, ana = await harness.host(), await harness.join("ana")
    ana.send(t="react", emoji="🎉", pos_s=42.0)
    expected = {"t": "react", "by": "ana", "name": "Ana", "emoji": "🎉", "pos_s": 42.0}
    assert await host.next("react") == expected
    assert await ana.next("react") == expected


async def test_the_room_waits_for_a_member_who_buffers(harness: RelayHarness) -> None:
    """W1, W2: it names them and a time limit, and plays on when they are ready."""
    rules = settings(wait={"policy": "all", "max_s": 8.0})
    host, ana = await harness.host(set=rules), await harness.join("ana", set=rules)
    await host.cmd("play")
    await harness.pass_time(3)
    ana.report("buffering")
    await harness.pass_time(0.5)
    waiting = host.last("waiting_for")
    assert waiting["people"] == [{"id": "ana", "name": "Ana"}]
    assert waiting["until_ms"] == pytest.approx(harness.relay.now_ms() + 8000, abs=500)
    assert host.last("state")["mode"] == "waiting"
    late = await harness.join("late", set=rules)
    assert late.last("waiting_for") == waiting
    ana.report("ok")
    await harness.pass_time(0.5)
    assert host.last("waiting_for")["people"] == []
    assert (host.last("state")["mode"], host.last("state")["cause"]["cmd"]) == ("playing", "resume")


async def test_control_is_lent_and_returned(harness: RelayHarness) -> None:
    """P6: the member is notified, everyone sees who has control, and it ends when the host returns."""
    host, mod = await harness.host(set=settings(control="host")), await harness.join("mo", role="moderator")
    assert (await mod.cmd("play"))["code"] == "not_allowed"
    host.disconnect()
    await harness.pass_time(45)
    assert mod.last("people")["acting"] == "mo"
    assert (mod.last("notice")["kind"], mod.last("notice")["you"]["can_control"]) == ("control", True)
    assert (await mod.cmd("play"))["t"] == "ack"
    await harness.host(set=settings(control="host"))
    await harness.pass_time(2)
    assert "acting" not in mod.last("people")
    assert mod.last("notice")["you"]["can_control"] is False
    assert (await mod.cmd("pause"))["code"] == "not_allowed"


async def test_role_mute_and_settings_reach_the_members_concerned(harness: RelayHarness) -> None:
    """M6: with what they can do now."""
    host, ana, bob = await harness.host(), await harness.join("ana"), await harness.join("bob")
    await harness.notice("role", participant_id="ana", mver=2, role="moderator", ctl=None)
    assert (ana.last("notice")["kind"], ana.last("notice")["you"]["can_moderate"]) == ("role", True)
    await harness.notice("mute", participant_id="bob", mver=2, muted=True)
    assert (bob.last("notice")["kind"], bob.last("notice")["you"]["can_chat"]) == ("mute", False)
    assert host.all("notice") == []
    await harness.notice("settings", set=settings(rev=2, control="everyone"))
    assert [c.last("notice")["you"]["can_control"] for c in (host, ana, bob)] == [True] * 3
    assert bob.last("notice")["set"]["control"] == "everyone"


async def test_delegated_control_expires(harness: RelayHarness) -> None:
    """A1: at its instant, without another notice."""
    ana = await harness.join("ana", ctl=harness.relay.now_ms() + 60_000)
    assert (await ana.cmd("play"))["t"] == "ack"
    await harness.pass_time(61, step_s=1)
    assert (await ana.cmd("pause"))["code"] == "not_allowed"


async def test_a_removed_member_is_disconnected_everywhere(harness: RelayHarness) -> None:
    """M6: at once, and is no longer listed."""
    host, one, two = await harness.host(), await harness.join("ana"), await harness.join("ana")
    await harness.notice("remove", participant_id="ana", mver=2)
    assert (await one.closed(), await two.closed()) == (4403, 4403)
    await harness.pass_time(1)
    assert [person["id"] for person in host.last("people")["here"]] == ["host"]


async def test_an_empty_room_is_paused_where_it_was_left(harness: RelayHarness) -> None:
    """K13: and is still there when a member returns."""
    host = await harness.host()
    await host.cmd("play")
    await harness.pass_time(20)
    host.disconnect()
    await harness.pass_time(90)
    state = (await harness.host()).last("welcome")["state"]
    assert state["mode"] == "paused"
    assert state["pos_s"] == pytest.approx(20.0, abs=0.5)


async def test_an_interruption_of_half_a_minute_changes_nothing(harness: RelayHarness) -> None:
    """K13: while everyone is disconnected the film plays on, and it still does when they return."""
    host = await harness.host()
    await host.cmd("play")
    before = host.last("state")
    host.disconnect()
    await harness.pass_time(30)
    after = (await harness.host()).last("welcome")["state"]
    assert {**after, "srv_ms": 0} == {**before, "srv_ms": 0}


async def test_resume_over_the_socket(harness: RelayHarness) -> None:
    """L2: the missed entries, or the reason why they are not complete."""
    host, ana = await harness.host(), await harness.join("ana")
    for number in range(3):
        await host.chat(f"line {number}")
    epoch = ana.last("welcome")["epoch"]
    ana.disconnect()
    await host.chat("line 3")
    back = (await harness.join("ana", hello={"resume": {"epoch": epoch, "seq": 3}})).last("welcome")
    assert ([entry["text"] for entry in back["log"]], back["complete"], back["seq"]) == (["line 3"], True, 4)
    assert "reason" not in back
    other = (await harness.join("ana", hello={"resume": {"epoch": epoch - 1, "seq": 3}})).last("welcome")
    assert (len(other["log"]), other["complete"], other["reason"]) == (4, False, "epoch")


async def test_rooms_do_not_affect_each_other(harness: RelayHarness) -> None:
    """A4: a token is for one room."""
    host, stranger = await harness.host(), await harness.join("ana", room="other")
    await host.chat("hello")
    await host.cmd("play")
    await harness.pass_time(6)
    assert stranger.all("chat") == []
    assert {state["mode"] for state in stranger.all("state")} == {"paused"}
