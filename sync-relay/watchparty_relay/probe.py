"""`python -m watchparty_relay probe URL`: does the relay at this address work, from here, now?

Without a token it checks that an unknown client is refused. With a join token on stdin it joins the room, measures how
long a ping takes, sends a reaction, which is not stored, and waits for it to come back through the bus.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from picows import WSCloseCode, WSError, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from watchparty_relay.protocol.messages import PROTOCOL_VERSION, SUBPROTOCOL
from watchparty_relay.protocol.values import CloseCode

TIMEOUT_S = 10.0
PINGS = 10
EMOJI = "👋"


@dataclass(frozen=True)
class ProbeResult:
    """Times are milliseconds, None if the probe did not get that far."""

    ok: bool
    what: str
    connected_ms: float | None = None
    welcome_ms: float | None = None
    ping_ms: float | None = None
    echo_ms: float | None = None


class _Receiver(WSListener):
    """Collects the messages that arrive; the last item is the code with which the relay closes."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[dict[str, Any] | int | WSCloseCode] = asyncio.Queue()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self.arrived.put_nowait(json.loads(frame.get_payload_as_bytes()))
        elif frame.msg_type == WSMsgType.CLOSE:
            self.arrived.put_nowait(frame.get_close_code())
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 (picows' signature)
        self.arrived.put_nowait(1006)


async def probe(url: str, token: str | None) -> ProbeResult:
    """Never raises for what the relay does wrong: that is the result."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await _probe(url, token)
    except TimeoutError:
        return ProbeResult(False, f"no answer within {TIMEOUT_S:.0f} s")
    except (OSError, WSError) as error:
        return ProbeResult(False, f"cannot be reached: {error}")


async def _probe(url: str, token: str | None) -> ProbeResult:
    began_s = time.perf_counter()
    receiver = _Receiver()
    transport, _ = await ws_connect(lambda: receiver, url, extra_headers={"Sec-WebSocket-Protocol": SUBPROTOCOL})
    connected_ms = _since_ms(began_s)
    try:
        _send(transport, t="hello", v=PROTOCOL_VERSION, token=token or "none")
        first = await receiver.arrived.get()
        if token is None:
            while isinstance(first, dict):
                first = await receiver.arrived.get()
            ok = first == CloseCode.TOKEN
            what = "unknown clients are refused" if ok else f"an unknown client was closed with {first}"
            return ProbeResult(ok, what, connected_ms)
        if not isinstance(first, dict) or first["t"] != "welcome":
            return ProbeResult(False, f"not let in: {first}", connected_ms)
        welcome_ms = _since_ms(began_s) - connected_ms
        ping_ms = sorted([await _ping(transport, receiver) for _ in range(PINGS)])[PINGS // 2]
        echo_ms = await _echo(transport, receiver, first)
        return ProbeResult(True, "joined the room and received an echo", connected_ms, welcome_ms, ping_ms, echo_ms)
    finally:
        _send(transport, t="bye")
        transport.disconnect()


async def _ping(transport: WSTransport, receiver: _Receiver) -> float:
    sent_s = time.perf_counter()
    _send(transport, t="ping", c=sent_s)
    await _until(receiver, lambda message: message["t"] == "pong" and message["c"] == sent_s)
    return _since_ms(sent_s)


async def _echo(transport: WSTransport, receiver: _Receiver, welcome: dict[str, Any]) -> float | None:
    """None if the member may not chat."""
    if not welcome["you"]["can_chat"]:
        return None
    me, sent_s = welcome["you"]["participant_id"], time.perf_counter()
    _send(transport, t="react", emoji=EMOJI, pos_s=0.0)
    await _until(receiver, lambda message: message["t"] == "react" and message["by"] == me)
    return _since_ms(sent_s)


async def _until(receiver: _Receiver, expected: Callable[[dict[str, Any]], bool]) -> None:
    while True:
        message = await receiver.arrived.get()
        if not isinstance(message, dict):
            raise ConnectionError(f"closed with {message}")
        if expected(message):
            return


def _send(transport: WSTransport, **message: Any) -> None:
    transport.send(WSMsgType.TEXT, json.dumps(message).encode())


def _since_ms(began_s: float) -> float:
    return round((time.perf_counter() - began_s) * 1000, 3)


def report(result: ProbeResult) -> str:
    """One line of JSON."""
    return json.dumps({name: value for name, value in asdict(result).items() if value is not None})
