"""The relay's notices where the relay is a service of its own: one short conversation on its socket a notice.

A connection a notice and not a kept one: notices are rare, and a function may be frozen between two requests.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

log = logging.getLogger(__name__)

SUBPROTOCOL = "watchparty.v1"
_WITHIN_S = 5.0
"""The caller of the API waits meanwhile; what takes longer is left to the sweeper."""


class SocketRelay:
    """`port.RelayNotices` on the socket at `url`; `token` mints the right to hand in one notice to one room."""

    def __init__(self, url: str, *, token: Callable[[str, str, datetime], str], now: Callable[[], datetime]) -> None:
        self._url, self._token, self._now = url, token, now

    def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        """True when the relay acknowledged this very notice. Why it did not is logged, without token or notice."""
        from websockets.exceptions import WebSocketException

        try:
            return self._handed_in(room_id, notice)
        except (OSError, TimeoutError, WebSocketException, ValueError) as error:
            log.warning("notice %s did not reach the relay: %s", notice.get("id"), type(error).__name__)
            return False

    def _handed_in(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        from websockets.sync.client import connect
        from websockets.typing import Subprotocol

        token = self._token(room_id, str(notice["id"]), self._now())
        with connect(
            self._url, subprotocols=[Subprotocol(SUBPROTOCOL)], open_timeout=_WITHIN_S, close_timeout=1, proxy=None
        ) as socket:
            socket.send(json.dumps({"t": "hello", "v": 1, "token": token}))
            socket.send(json.dumps(dict(notice)))
            answer = json.loads(socket.recv(timeout=_WITHIN_S))
            socket.send(json.dumps({"t": "bye"}))
        acknowledged = (answer.get("t"), answer.get("id")) == ("ack", notice["id"])
        if not acknowledged:
            log.warning("the relay refused notice %s: %s", notice["id"], answer.get("code"))
        return acknowledged
