"""Notices to a relay: in the same process, and over the real socket of a real relay."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from fakes.relay.sockets import RelaySocket, serving
from watchparty_api.ports.relay import InProcessRelay, SocketRelay


def test_a_notice_is_handed_over_as_it_is() -> None:
    """The relay gets the same body as over the socket, and its return is the acknowledgement."""
    got: list[dict[str, Any]] = []
    assert InProcessRelay(got.append).deliver("r", {"t": "notice", "id": "n", "kind": "close"})
    assert got == [{"t": "notice", "id": "n", "kind": "close"}]


def test_a_relay_that_fails_did_not_acknowledge() -> None:
    """A failing relay returns False, so that the outbox tries again, and the committed change is still answered."""

    def fail(_notice: dict[str, Any]) -> None:
        raise RuntimeError("shutting down")

    assert not InProcessRelay(fail).deliver("r", {"id": "n"})


CLOSE = {"t": "notice", "id": "n1", "room": "room", "kind": "close"}


def now() -> datetime:
    return datetime.now(UTC)


def told(relay: RelaySocket) -> SocketRelay:
    """The adapter of a function: the relay's URL and its own signing key."""
    return SocketRelay([relay.url], token=lambda room, notice_id, _now: relay.issuer.notice(notice_id, room), now=now)


def test_a_notice_is_acknowledged_and_has_happened() -> None:
    """An acknowledged notice returns True, and has closed the room's connections."""

    async def evening() -> tuple[bool, int]:
        async with serving() as relay, relay.joined("ana") as ana:
            acknowledged = await asyncio.to_thread(told(relay).deliver, "room", CLOSE)
            return acknowledged, await ana.closed()

    assert asyncio.run(evening()) == (True, 4404)


def test_without_the_right_token_nothing_is_acknowledged(caplog: pytest.LogCaptureFixture) -> None:
    """A token for another room is refused; the log names the notice, but neither token nor content."""

    async def evening() -> bool:
        async with serving() as relay:
            wrong = SocketRelay([relay.url], token=lambda _room, id_, _now: relay.issuer.notice(id_, "other"), now=now)
            return await asyncio.to_thread(wrong.deliver, "room", CLOSE)

    assert not asyncio.run(evening())
    assert "n1" in caplog.text
    assert "eyJ" not in caplog.text


def test_a_relay_that_is_not_there_acknowledges_nothing() -> None:
    """An unreachable relay returns False, so that the outbox keeps the notice."""
    assert not SocketRelay(["ws://127.0.0.1:9/ws"], token=lambda *_: "t", now=now).deliver("room", CLOSE)


@pytest.mark.parametrize("first", ["nowhere", "silent"])
def test_without_the_internal_address_a_notice_takes_the_public_one(first: str) -> None:
    """The way into the network may be missing, or swallow everything, for the first minute of an instance."""

    async def evening() -> tuple[bool, float]:
        async with serving() as relay:
            silent = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
            port = 9 if first == "nowhere" else silent.sockets[0].getsockname()[1]
            urls = [f"ws://127.0.0.1:{port}/ws", relay.url]
            both = SocketRelay(urls, token=lambda room, id_, _now: relay.issuer.notice(id_, room), now=now)
            began = time.monotonic()
            return await asyncio.to_thread(both.deliver, "room", CLOSE), time.monotonic() - began

    acknowledged, took_s = asyncio.run(evening())
    assert acknowledged
    assert took_s < 15  # the internal address may take 1.5 s; the rest is allowance for a busy machine
