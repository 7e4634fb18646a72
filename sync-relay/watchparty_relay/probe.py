"""`python -m watchparty_relay probe URL`: is the relay at this address doing its work, from here, now?

Without a token it looks whether a stranger is refused as one. With a join token on stdin it comes into that room, looks
how long a ping takes, says something that is not kept and waits until it comes back: the whole way through the bus.
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

PATIENCE_S = 10.0
PINGS = 10
EMOJI = "👋"


@dataclass(frozen=True)
class ProbeResult:
    """What a probe saw; times are milliseconds, None where it did not come so far."""

    ok: bool
    what: str
    connected_ms: float | None = None
    welcome_ms: float | None = None
    ping_ms: float | None = None
    echo_ms: float | None = None


class _Wire(WSListener):
    """Messages as they come; the last thing is the code with which the relay closes."""

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
    """Never raises for what the other side does: that is what is to be found."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await _probe(url, token)
    except TimeoutError:
        return ProbeResult(False, f"no answer within {PATIENCE_S:.0f} s")
    except (OSError, WSError) as error:
        return ProbeResult(False, f"cannot be reached: {error}")


async def _probe(url: str, token: str | None) -> ProbeResult:
    began_s = time.perf_counter()
    wire = _Wire()
    transport, _ = await ws_connect(lambda: wire, url, extra_headers={"Sec-WebSocket-Protocol": SUBPROTOCOL})
    connected_ms = _since_ms(began_s)
    try:
        _send(transport, t="hello", v=PROTOCOL_VERSION, token=token or "nobody")
        first = await wire.arrived.get()
        if token is None:
            while isinstance(first, dict):
                first = await wire.arrived.get()
            ok = first == CloseCode.TOKEN
            return ProbeResult(
                ok, "strangers are refused" if ok else f"a stranger was closed with {first}", connected_ms
            )
        if not isinstance(first, dict) or first["t"] != "welcome":
            return ProbeResult(False, f"not let in: {first}", connected_ms)
        welcome_ms = _since_ms(began_s) - connected_ms
        ping_ms = sorted([await _ping(transport, wire) for _ in range(PINGS)])[PINGS // 2]
        return ProbeResult(
            True, "in the room and back", connected_ms, welcome_ms, ping_ms, await _echo(transport, wire, first)
        )
    finally:
        _send(transport, t="bye")
        transport.disconnect()


async def _ping(transport: WSTransport, wire: _Wire) -> float:
    sent_s = time.perf_counter()
    _send(transport, t="ping", c=sent_s)
    await _until(wire, lambda message: message["t"] == "pong" and message["c"] == sent_s)
    return _since_ms(sent_s)


async def _echo(transport: WSTransport, wire: _Wire, welcome: dict[str, Any]) -> float | None:
    """None where the room lets nobody say anything."""
    if not welcome["you"]["can_chat"]:
        return None
    me, sent_s = welcome["you"]["participant_id"], time.perf_counter()
    _send(transport, t="react", emoji=EMOJI, pos_s=0.0)
    await _until(wire, lambda message: message["t"] == "react" and message["by"] == me)
    return _since_ms(sent_s)


async def _until(wire: _Wire, wanted: Callable[[dict[str, Any]], bool]) -> None:
    while True:
        message = await wire.arrived.get()
        if not isinstance(message, dict):
            raise ConnectionError(f"closed with {message}")
        if wanted(message):
            return


def _send(transport: WSTransport, **message: Any) -> None:
    transport.send(WSMsgType.TEXT, json.dumps(message).encode())


def _since_ms(began_s: float) -> float:
    return round((time.perf_counter() - began_s) * 1000, 3)


def report(finding: ProbeResult) -> str:
    return json.dumps({name: value for name, value in asdict(finding).items() if value is not None})
