"""Delivery of room notices (docs/contracts/socket.schema.json) to the relay, at least once and in any order.

One adapter calls the relay of the same process. The other opens a socket per notice instead of keeping one: notices
are rare, and a function may be frozen between two requests.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

log = logging.getLogger(__name__)


class RelayNotices(Protocol):
    """Adapters: `InProcessRelay`, a call; `SocketRelay`, a socket with a notice token."""

    def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        """True when the relay has acknowledged the notice; False otherwise (the outbox tries again)."""


class InProcessRelay:
    """Passes each notice to `deliver`, which applies it before it returns and may be called from any thread."""

    def __init__(self, deliver: Callable[[dict[str, Any]], None]) -> None:
        self._deliver = deliver

    def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        """True when the relay applied the notice. Any failure is logged, and the outbox tries again."""
        try:
            self._deliver(dict(notice))
        except Exception:
            # The full id would let a reader join; its first characters are enough to find the room in the admins' list.
            log.exception("the relay did not apply notice %s of room %s…", notice.get("id"), room_id[:6])
            return False
        return True


SUBPROTOCOL = "watchparty.v1"
_TIMEOUT_S = 5.0
"""The API call waits for this long at most; the maintenance round delivers what takes longer."""


class SocketRelay:
    """`RelayNotices` on the socket at `url`; `token` signs a token for one notice to one room."""

    def __init__(self, url: str, *, token: Callable[[str, str, datetime], str], now: Callable[[], datetime]) -> None:
        self._url, self._token, self._now = url, token, now

    def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        """True when the relay acknowledged this notice. Otherwise the reason is logged, without token or notice."""
        from websockets.exceptions import WebSocketException

        try:
            return self._delivered(room_id, notice)
        except (OSError, TimeoutError, WebSocketException, ValueError) as error:
            log.warning("notice %s did not reach the relay: %s", notice.get("id"), type(error).__name__)
            return False

    def _delivered(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        from websockets.sync.client import connect
        from websockets.typing import Subprotocol

        token = self._token(room_id, str(notice["id"]), self._now())
        with connect(
            self._url, subprotocols=[Subprotocol(SUBPROTOCOL)], open_timeout=_TIMEOUT_S, close_timeout=1, proxy=None
        ) as socket:
            socket.send(json.dumps({"t": "hello", "v": 1, "token": token}))
            socket.send(json.dumps(dict(notice)))
            answer = json.loads(socket.recv(timeout=_TIMEOUT_S))
            socket.send(json.dumps({"t": "bye"}))
        acknowledged = (answer.get("t"), answer.get("id")) == ("ack", notice["id"])
        if not acknowledged:
            log.warning("the relay refused notice %s: %s", notice["id"], answer.get("code"))
        return acknowledged
