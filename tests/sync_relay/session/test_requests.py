"""Members' requests: answers, limits and refusals."""

import pytest

from fakes.relay.harness import RelayHarness
from fakes.relay.tokens import settings

pytestmark = pytest.mark.anyio


async def test_every_request_has_one_answer(harness: RelayHarness) -> None:
    """O1: ack with rev or seq, or nack with a code."""
    host = await harness.host()
    line = await host.chat("hello")
    entry = host.last("chat")
    answers = [
        line,
        await host.ask(t="delete", id=entry["id"]),
        await host.ask(t="clear"),
        await host.cmd("seek", pos_s=10.0),
        await host.cmd("seek", pos_s=9999.0),
    ]
    assert [(a["t"], a.get("seq"), a.get("rev"), a.get("code")) for a in answers] == [
        ("ack", 1, None, None),
        ("ack", 2, None, None),
        ("ack", 3, None, None),
        ("ack", None, 2, None),
        ("nack", None, 2, "out_of_range"),
    ]


async def test_a_repeated_request_is_answered_the_same_on_any_connection(harness: RelayHarness) -> None:
    """O2: a phone that lost its connection sends again; the others see one message."""
    host, ana = await harness.host(), await harness.join("ana")
    first = await ana.chat("hello", cid="c1")
    ana.disconnect()
    again = await (await harness.join("ana")).chat("hello", cid="c1")
    assert again == first
    assert len(host.all("chat")) == 1


@pytest.mark.parametrize(("kind", "limit_name"), [("chat", "chat_per_10s"), ("cmd", "cmds_per_10s")])
async def test_requests_beyond_the_limit_are_refused_and_can_be_sent_again(
    harness: RelayHarness, kind: str, limit_name: str
) -> None:
    """F1, O2: the limit covers all connections of a member; the same `cid` is decided again later."""
    host, other_tab = await harness.host(), await harness.host()
    limit = host.last("welcome")["limits"][limit_name]

    async def ask(number: int) -> dict[str, object]:
        tab = (host, other_tab)[number % 2]
        if kind == "chat":
            return await tab.chat(f"line {number}", cid=f"c{number}")
        return await tab.cmd("play", cid=f"c{number}")

    answers = [await ask(number) for number in range(limit + 1)]
    assert [answer["t"] for answer in answers] == ["ack"] * limit + ["nack"]
    assert answers[-1]["code"] == "rate_limited"
    await harness.pass_time(2)
    assert (await ask(limit))["t"] == "ack"


async def test_one_members_flood_does_not_use_up_anothers_limit(harness: RelayHarness) -> None:
    """F1: each member has limits of their own."""
    ana, bob = await harness.join("ana"), await harness.join("bob")
    for number in range(12):
        await ana.chat(f"line {number}")
    assert (await bob.chat("hello"))["t"] == "ack"


@pytest.mark.parametrize(
    ("emoji", "code"), [("🎉", None), ("hello", "not_allowed"), ("<img>", "not_allowed"), ("\u200b", "not_allowed")]
)
async def test_a_reaction_is_one_emoji(harness: RelayHarness, emoji: str, code: str | None) -> None:
    """L4, S10: nothing else is sent on."""
    host, ana = await harness.host(), await harness.join("ana")
    ana.send(t="react", emoji=emoji, pos_s=0)
    if code is None:
        await host.next("react")
    else:
        assert (await ana.next("error"))["code"] == code
        assert host.all("react") == []


async def test_too_many_reactions_are_refused(harness: RelayHarness) -> None:
    """F1: as `rate_limited`."""
    host, ana = await harness.host(), await harness.join("ana")
    limit = ana.last("welcome")["limits"]["reacts_per_10s"]
    for _ in range(limit + 3):
        ana.send(t="react", emoji="🎉", pos_s=0)
    assert (await ana.next("error"))["code"] == "rate_limited"
    assert len(host.all("react")) == limit


async def test_reports_beyond_the_limit_are_ignored(harness: RelayHarness) -> None:
    """F1: the room shows the last one within the limit."""
    ana = await harness.join("ana")
    limit = ana.last("welcome")["limits"]["reports_per_10s"]
    for number in range(limit + 1):
        ana.report(pos_s=float(number))
    await ana.ask(t="clear")  # handled after all of them
    await harness.pass_time(2)
    assert ana.last("people")["here"][0]["pos_s"] == limit - 1


async def test_muted_members_cannot_chat_react_or_type(harness: RelayHarness) -> None:
    """A2: they can still watch and, if everyone can, control playback."""
    host = await harness.host(set=settings(control="everyone"))
    ana = await harness.join("ana", muted=True, set=settings(control="everyone"))
    assert (await ana.chat("hello"))["code"] == "muted"
    ana.send(t="react", emoji="🎉", pos_s=0)
    assert (await ana.next("error"))["code"] == "muted"
    ana.send(t="typing", on=True)
    assert (await ana.cmd("play"))["t"] == "ack"
    await harness.pass_time(2)
    assert host.all("typing") == []
    assert host.all("react") == []


async def test_chat_and_clock_do_not_affect_each_other(harness: RelayHarness) -> None:
    """L5: the state is the same before and after many lines."""
    host = await harness.host()
    await host.cmd("play")
    before = host.last("state")
    for number in range(9):
        await host.chat(f"line {number}")
    assert host.last("state") == before
    assert (await host.cmd("pause"))["t"] == "ack"
