"""Notices to a relay in the same process."""

from __future__ import annotations

from typing import Any

from watchparty_api.ports.relay.in_process import InProcessRelay


def test_a_notice_is_handed_over_as_it_is() -> None:
    """The relay gets the body of the socket's message, and its return is the acknowledgement."""
    got: list[dict[str, Any]] = []
    assert InProcessRelay(got.append).deliver("r", {"t": "notice", "id": "n", "kind": "close"})
    assert got == [{"t": "notice", "id": "n", "kind": "close"}]


def test_a_relay_that_fails_did_not_acknowledge() -> None:
    """So the outbox tries again, and the change that was committed is answered as such."""

    def fail(_notice: dict[str, Any]) -> None:
        raise RuntimeError("shutting down")

    assert not InProcessRelay(fail).deliver("r", {"id": "n"})
