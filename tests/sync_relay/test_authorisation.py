"""Every message of the socket against everybody who might send it. A message without a row here fails the suite."""

from typing import Any, get_args

import pytest

from fakes.relay.harness import Client, RelayHarness
from fakes.relay.tokens import FILM, START_MS
from watchparty_relay.protocol.messages import ClientMessage

pytestmark = pytest.mark.anyio

PEOPLE: dict[str, dict[str, Any]] = {
    "waiting": {"role": "waiting", "req": "r1"},
    "viewer": {},
    "muted": {"muted": True},
    "lent": {"ctl": START_MS + 600_000},
    "moderator": {"role": "moderator"},
    "host": {"role": "host"},
    "demoted": {"role": "moderator"},
}
STAFF = frozenset({"moderator", "host"})
SPEAKING = STAFF | {"viewer", "lent", "demoted"}

ROWS: dict[str, tuple[dict[str, Any], frozenset[str]]] = {
    "cmd": ({"op": "play", "mrev": 1}, STAFF | {"lent"}),
    "chat": ({"text": "hello"}, SPEAKING),
    "delete": ({"id": "of the host"}, STAFF),  # somebody else's line
    "clear": ({}, STAFF),
    "react": ({"emoji": "🎉"}, SPEAKING),
    "typing": ({"on": True}, SPEAKING),
}
OWN = {"hello", "ping", "token", "bye", "report"}
"""About nobody but the sender: who they are, how their player does, that they go."""


def test_every_message_has_a_row() -> None:
    """A new message needs a decision on who may send it."""
    assert {each.__struct_config__.tag for each in get_args(ClientMessage)} == {*ROWS, *OWN}


async def sender(harness: RelayHarness, who: str) -> Client:
    client = await harness.join(who, media=FILM, **PEOPLE[who])
    if who == "demoted":
        await harness.notice("role", participant_id=who, mver=2, role="viewer")
    return client


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("kind", ROWS)
async def test_who_may_is_heard_and_nobody_else(harness: RelayHarness, kind: str, who: str) -> None:
    """By an acknowledgement or by what the others hear; refused, nobody else hears anything."""
    body, may = ROWS[kind]
    observer = await harness.join("observer", role="host", media=FILM)
    await observer.chat("first")
    client = await sender(harness, who)
    if kind in ("react", "typing"):
        client.send(t=kind, **body)
        await client.ask(t="delete", id="nothing")  # answered after it
        await harness.pass_time(1)
        heard = [m for m in observer.channel.messages if m["t"] == kind and who in str(m)]
        assert bool(heard) is (who in may)
        return
    if kind == "delete":
        body = {"id": observer.last("chat")["id"]}
    answer = await client.ask(t=kind, **body)
    assert (answer["t"] == "ack") is (who in may), answer


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("whose", ["nobody", "of another room", "a notice's", "removed"])
async def test_outside_the_room_nothing_is_heard(harness: RelayHarness, kind: str, whose: str) -> None:
    """Without a place in this very room the connection ends, or speaks to its own room."""
    observer = await harness.join("observer", role="host", media=FILM)
    await observer.chat("first")
    before = len([m for m in observer.channel.messages if m["t"] in ("react", "typing", "state", "chat", "cleared")])
    client = harness.client()
    match whose:
        case "of another room":
            client.hello(harness.issuer.join("eve", role="host", room="elsewhere", media=FILM))
            await client.next("welcome")
        case "a notice's":
            client.hello(harness.issuer.notice("n1"))
        case "removed":
            client = await harness.join("eve", role="moderator", media=FILM)
            await harness.notice("remove", participant_id="eve", mver=2)
    client.send(t=kind, cid="c1", **(ROWS[kind][0] | ({"id": "first"} if kind == "delete" else {})))
    if whose != "of another room":
        assert await client.closed() in (4400, 4401, 4403)
    await harness.pass_time(1)
    after = [m for m in observer.channel.messages if m["t"] in ("react", "typing", "state", "chat", "cleared")]
    assert [m for m in after[before:] if m["t"] != "state" or m["cause"]["by"] == "eve"] == []
