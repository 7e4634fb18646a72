"""Notices over the real socket of a real relay, as functions in the cloud deliver them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from fakes.relay_socket import RelaySocket, serving
from watchparty_api.ports.relay.socket import SocketRelay

CLOSE = {"t": "notice", "id": "n1", "room": "room", "kind": "close"}


def now() -> datetime:
    return datetime.now(UTC)


def told(relay: RelaySocket) -> SocketRelay:
    """What a function has: the address, and its own right to sign."""
    return SocketRelay(relay.url, token=lambda room, notice_id, _now: relay.mint.notice(notice_id, room), now=now)


def test_a_notice_is_acknowledged_and_has_happened() -> None:
    """The people of the closed room are sent away, and True says so."""

    async def evening() -> tuple[bool, int]:
        async with serving() as relay, relay.joined("ana") as ana:
            acknowledged = await asyncio.to_thread(told(relay).deliver, "room", CLOSE)
            return acknowledged, await ana.closed()

    assert asyncio.run(evening()) == (True, 4404)


def test_without_the_right_token_nothing_is_acknowledged(caplog: pytest.LogCaptureFixture) -> None:
    """A token for another room; the log names the notice and neither token nor content."""

    async def evening() -> bool:
        async with serving() as relay:
            wrong = SocketRelay(relay.url, token=lambda _room, id_, _now: relay.mint.notice(id_, "other"), now=now)
            return await asyncio.to_thread(wrong.deliver, "room", CLOSE)

    assert not asyncio.run(evening())
    assert "n1" in caplog.text
    assert "eyJ" not in caplog.text


def test_a_relay_that_is_not_there_acknowledges_nothing() -> None:
    """The outbox keeps the notice."""
    assert not SocketRelay("ws://127.0.0.1:9/ws", token=lambda *_: "t", now=now).deliver("room", CLOSE)
