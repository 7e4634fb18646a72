"""What people ask for and say: answers, bounds and refusals."""

import pytest

from fakes.relay.harness import RelayHouse
from fakes.relay.tokens import settings

pytestmark = pytest.mark.anyio


async def test_every_request_has_one_answer(house: RelayHouse) -> None:
    """O1: ack with rev or seq, or nack with a code."""
    host = await house.host()
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


async def test_a_repeated_request_is_answered_the_same_on_any_connection(house: RelayHouse) -> None:
    """O2: a phone that lost its line sends again; the others see one message."""
    host, ana = await house.host(), await house.join("ana")
    first = await ana.chat("hello", cid="c1")
    ana.leave()
    again = await (await house.join("ana")).chat("hello", cid="c1")
    assert again == first
    assert len(host.all("chat")) == 1


@pytest.mark.parametrize(("kind", "bound"), [("chat", "chat_per_10s"), ("cmd", "cmds_per_10s")])
async def test_more_than_allowed_is_rate_limited_and_may_be_sent_again(
    house: RelayHouse, kind: str, bound: str
) -> None:
    """F1, O2: over all connections of a person; the same `cid` is judged anew later."""
    host, other_tab = await house.host(), await house.host()
    limit = host.last("welcome")["limits"][bound]

    async def ask(number: int) -> dict[str, object]:
        tab = (host, other_tab)[number % 2]
        if kind == "chat":
            return await tab.chat(f"line {number}", cid=f"c{number}")
        return await tab.cmd("play", cid=f"c{number}")

    answers = [await ask(number) for number in range(limit + 1)]
    assert [answer["t"] for answer in answers] == ["ack"] * limit + ["nack"]
    assert answers[-1]["code"] == "rate_limited"
    await house.pass_time(2)
    assert (await ask(limit))["t"] == "ack"


async def test_one_persons_flood_does_not_use_up_anothers_allowance(house: RelayHouse) -> None:
    """F1."""
    ana, bob = await house.join("ana"), await house.join("bob")
    for number in range(12):
        await ana.chat(f"line {number}")
    assert (await bob.chat("hello"))["t"] == "ack"


@pytest.mark.parametrize(
    ("emoji", "code"), [("🎉", None), ("hello", "not_allowed"), ("<img>", "not_allowed"), ("\u200b", "not_allowed")]
)
async def test_a_reaction_is_one_emoji(house: RelayHouse, emoji: str, code: str | None) -> None:
    """L4, S10: nothing else is passed on."""
    host, ana = await house.host(), await house.join("ana")
    ana.send(t="react", emoji=emoji, pos_s=0)
    if code is None:
        await host.next("react")
    else:
        assert (await ana.next("error"))["code"] == code
        assert host.all("react") == []


async def test_too_many_reactions_are_refused(house: RelayHouse) -> None:
    """F1."""
    host, ana = await house.host(), await house.join("ana")
    limit = ana.last("welcome")["limits"]["reacts_per_10s"]
    for _ in range(limit + 3):
        ana.send(t="react", emoji="🎉", pos_s=0)
    assert (await ana.next("error"))["code"] == "rate_limited"
    assert len(host.all("react")) == limit


async def test_reports_beyond_the_limit_are_ignored(house: RelayHouse) -> None:
    """F1: the room shows the last one that counted."""
    ana = await house.join("ana")
    limit = ana.last("welcome")["limits"]["reports_per_10s"]
    for number in range(limit + 1):
        ana.report(pos_s=float(number))
    await ana.ask(t="clear")  # handled after all of them
    await house.pass_time(2)
    assert ana.last("people")["here"][0]["pos_s"] == limit - 1


async def test_the_muted_neither_chat_nor_react_nor_type(house: RelayHouse) -> None:
    """A2: and may still watch and, where everybody may, control."""
    host = await house.host(set=settings(control="everyone"))
    ana = await house.join("ana", muted=True, set=settings(control="everyone"))
    assert (await ana.chat("hello"))["code"] == "muted"
    ana.send(t="react", emoji="🎉", pos_s=0)
    assert (await ana.next("error"))["code"] == "muted"
    ana.send(t="typing", on=True)
    assert (await ana.cmd("play"))["t"] == "ack"
    await house.pass_time(2)
    assert host.all("typing") == []
    assert host.all("react") == []


async def test_chat_and_clock_do_not_touch_each_other(house: RelayHouse) -> None:
    """L5: the state after a hundred lines is the state before them."""
    host = await house.host()
    await host.cmd("play")
    before = host.last("state")
    for number in range(9):
        await host.chat(f"line {number}")
    assert host.last("state") == before
    assert (await host.cmd("pause"))["t"] == "ack"
