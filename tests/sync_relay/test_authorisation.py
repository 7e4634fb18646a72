"""Every message of the socket against everyone who might send it. A message without a row here fails the suite."""

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
CHATTING = STAFF | {"viewer", "lent", "demoted"}

ROWS: dict[str, tuple[dict[str, Any], frozenset[str]]] = {
    "cmd": ({"op": "play", "mrev": 1}, STAFF | {"lent"}),
    "chat": ({"text": "hello"}, CHATTING),
    "delete": ({"id": "the host's"}, STAFF),  # someone else's line
    "clear": ({}, STAFF),
    "react": ({"emoji": "🎉"}, CHATTING),
    "typing": ({"on": True}, CHATTING),
}
OWN = {"hello", "ping", "token", "bye", "report"}
"""They concern only the sender: who they are, how their player is doing, that they leave."""


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
async def test_only_permitted_senders_have_an_effect(harness: RelayHarness, kind: str, who: str) -> None:
    """Shown by the answer, or by what others receive; a refused message reaches no one."""
    body, permitted = ROWS[kind]
    observer = await harness.join("observer", role="host", media=FILM)
    await observer.chat("first")
    client = await sender(harness, who)
    if kind in ("react", "typing"):
        client.send(t=kind, **body)
        await client.ask(t="delete", id="nothing")  # answered after it
        await harness.pass_time(1)
        received = [m for m in observer.channel.messages if m["t"] == kind and who in str(m)]
        assert bool(received) is (who in permitted)
        return
    if kind == "delete":
        body = {"id": observer.last("chat")["id"]}
    answer = await client.ask(t=kind, **body)
    assert (answer["t"] == "ack") is (who in permitted), answer


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("token", ["none", "of another room", "a notice's", "removed"])
async def test_nothing_from_outside_the_room_has_an_effect(harness: RelayHarness, kind: str, token: str) -> None:
    """A connection that is not in this room is closed, or acts in its own room."""
    observer = await harness.join("observer", role="host", media=FILM)
    await observer.chat("first")
    before = len([m for m in observer.channel.messages if m["t"] in ("react", "typing", "state", "chat", "cleared")])
    client = harness.client()
    match token:
        case "of another room":
            client.hello(harness.issuer.join("eve", role="host", room="elsewhere", media=FILM))
            await client.next("welcome")
        case "a notice's":
            client.hello(harness.issuer.notice("n1"))
        case "removed":
            client = await harness.join("eve", role="moderator", media=FILM)
            await harness.notice("remove", participant_id="eve", mver=2)
    client.send(t=kind, cid="c1", **(ROWS[kind][0] | ({"id": "first"} if kind == "delete" else {})))
    if token != "of another room":
        assert await client.closed() in (4400, 4401, 4403)
    await harness.pass_time(1)
    after = [m for m in observer.channel.messages if m["t"] in ("react", "typing", "state", "chat", "cleared")]
    assert [m for m in after[before:] if m["t"] != "state" or m["cause"]["by"] == "eve"] == []
