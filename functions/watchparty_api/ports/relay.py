"""Delivery of room notices (docs/contracts/socket.schema.json) to the relay, at least once and in any order.

One adapter calls the relay of the same process. The other opens a socket per notice instead of keeping one: notices
are rare, and a function may be frozen between two requests.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

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
_INTERNAL_TIMEOUT_S = 1.5
"""For an address before the last. A new instance of Cloud Run may have no way into its network for a minute or more."""


class SocketRelay:
    """`RelayNotices` on a socket at the first of `urls` that answers; `token` signs one for a notice to a room."""

    def __init__(
        self, urls: Sequence[str], *, token: Callable[[str, str, datetime], str], now: Callable[[], datetime]
    ) -> None:
        self._urls, self._token, self._now = urls, token, now

    def deliver(self, room_id: str, notice: Mapping[str, Any]) -> bool:
        """True when the relay acknowledged this notice. Otherwise the reason is logged, without token or notice."""
        from websockets.exceptions import WebSocketException

        try:
            with self._connected() as socket:
                return self._acknowledged(socket, room_id, notice)
        except (OSError, TimeoutError, WebSocketException, ValueError) as error:
            log.warning("notice %s did not reach the relay: %s", notice.get("id"), type(error).__name__)
            return False

    def _connected(self) -> "ClientConnection":
        from websockets.exceptions import WebSocketException

        *internal, last = self._urls
        for url in internal:
            try:
                return _connect(url, _INTERNAL_TIMEOUT_S)
            except (OSError, TimeoutError, WebSocketException) as error:
                log.warning("the relay's internal address did not answer: %s", type(error).__name__)
        return _connect(last, _TIMEOUT_S)

    def _acknowledged(self, socket: "ClientConnection", room_id: str, notice: Mapping[str, Any]) -> bool:
        token = self._token(room_id, str(notice["id"]), self._now())
        socket.send(json.dumps({"t": "hello", "v": 1, "token": token}))
        socket.send(json.dumps(dict(notice)))
        answer = json.loads(socket.recv(timeout=_TIMEOUT_S))
        socket.send(json.dumps({"t": "bye"}))
        acknowledged = (answer.get("t"), answer.get("id")) == ("ack", notice["id"])
        if not acknowledged:
            log.warning("the relay refused notice %s: %s", notice["id"], answer.get("code"))
        return acknowledged


def _connect(url: str, timeout_s: float) -> "ClientConnection":
    from websockets.sync.client import connect
    from websockets.typing import Subprotocol

    return connect(url, subprotocols=[Subprotocol(SUBPROTOCOL)], open_timeout=timeout_s, close_timeout=1, proxy=None)
