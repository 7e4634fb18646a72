"""What every transport promises, through real sockets: what a browser or any other program finds at `/ws`."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal, cast

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fakes.relay.hostile_frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame
from fakes.relay.sockets import UPGRADE, RelaySocket, SocketClient, StalledReader, serving
from fakes.waiting import eventually_async
from watchparty_relay.rules.rate_limit import LIMITS
from watchparty_relay.transport.frame_limits import FRAMES_PER_MESSAGE, MAX_FRAGMENTS
from watchparty_relay.transport.port import FLUSH_WITHIN_S

pytestmark = pytest.mark.anyio


Transport = Literal["picows", "asgi"]


@pytest.fixture(params=["picows", "asgi"])
def transport(request: pytest.FixtureRequest) -> Transport:
    return cast("Transport", request.param)


@pytest.fixture
async def relay(transport: Transport) -> AsyncIterator[RelaySocket]:
    async with serving(transport, allowed_origins=("https://watch.example",)) as relay:
        yield relay


async def test_the_subprotocol_is_agreed_on(relay: RelaySocket) -> None:
    """C1: the version is in the subprotocol; the answer names it."""
    async with relay.connected() as client:
        assert client.connection.subprotocol == "watchparty.v1"


async def test_another_subprotocol_is_another_version(relay: RelaySocket) -> None:
    """C2: a client that offers only an unsupported one is closed with 4426."""
    async with relay.connected(subprotocol="watchparty.v9") as client:
        assert await client.closed() == 4426


@pytest.mark.parametrize("origin", [None, "https://watch.example", "http://127.0.0.1:{port}"])
async def test_programs_this_host_and_listed_origins_can_connect(relay: RelaySocket, origin: str | None) -> None:
    """C3: no origin, a listed one, or the host's own."""
    given = origin.format(port=relay.port) if origin else None
    async with relay.connected(origin=given) as client:
        await client.send(t="hello", v=1, token=relay.issuer.join("ana"))
        assert (await client.next("welcome"))["you"]["participant_id"] == "ana"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://watch.example.evil", "http://["]
)
async def test_a_page_of_another_site_cannot_connect(relay: RelaySocket, origin: str) -> None:
    """C3: the upgrade itself is refused, before any token is read."""
    with pytest.raises(InvalidStatus) as refusal:
        async with relay.connected(origin=origin):
            pass
    assert refusal.value.response.status_code == 403


async def test_messages_and_close_codes_arrive(relay: RelaySocket) -> None:
    """C6, C7, O1: a whole conversation over one socket."""
    async with relay.joined("host", role="host") as host, relay.joined("ana") as ana:
        assert (await host.ask(t="cmd", op="play", mrev=1))["t"] == "ack"
        assert (await ana.next("state"))["mode"] == "playing"
        assert (await ana.ask(t="cmd", op="pause", mrev=1))["code"] == "not_allowed"
        await ana.send(t="bye")
        assert await ana.closed() == 1000


async def test_malformed_text_binary_and_oversized_frames_are_refused(relay: RelaySocket) -> None:
    """C2: 4400 for what cannot be decoded, 4413 for what is too large."""
    async with relay.connected() as client:
        await client.connection.send("no json")
        assert await client.closed() == 4400
    async with relay.connected() as client:
        await client.connection.send(b"\x00\x01")
        assert await client.closed() == 4400
    async with relay.connected() as client:
        await client.connection.send(json.dumps({"t": "hello", "v": 1, "token": "x" * 20_000}))
        assert await client.closed() == 4413


async def test_a_message_in_fragments_is_one_message(relay: RelaySocket) -> None:
    """C2: RFC 6455 lets a client fragment anywhere, and send a ping in between."""
    async with relay.connected() as client:
        hello = json.dumps({"t": "hello", "v": 1, "token": relay.issuer.join("ana")})
        await client.connection.send([hello[:10], hello[10:300], hello[300:]])
        await (await client.connection.ping())
        assert (await client.next("welcome"))["you"]["participant_id"] == "ana"


async def test_an_empty_first_fragment_loses_nothing_of_the_message(relay: RelaySocket) -> None:
    """RFC 6455, 5.4: a sender may begin a message before it has any of its payload."""
    async with relay.joined("ana") as ana:
        await ana.connection.send(["", '{"t":"chat","cid":"c",', '"text":"hello"}'])
        assert (await ana.next("ack"))["cid"] == "c"


async def test_endless_fragments_are_too_large(relay: RelaySocket) -> None:
    """C2: 4413, before they fill the memory."""
    async with relay.connected() as client:

        async def endless() -> AsyncIterator[str]:
            while True:
                yield "x" * 8_000

        with pytest.raises(ConnectionClosed):
            await client.connection.send(endless())
        assert await client.closed() in (4413, 1009)


async def test_a_silent_peer_is_dropped(transport: Transport) -> None:
    """C6: a phone that lost its network sends no close frame; the others see that it is gone."""
    async with serving(transport, silence_s=0.2) as relay, relay.joined("host", role="host") as host:
        async with StalledReader.joined(relay):
            while (people := await host.next("people"))["here"][-1]["state"] != "reconnecting":
                pass
        assert people["total"] == 2


async def test_pings_are_answered_on_room_time(relay: RelaySocket) -> None:
    """T1: the times of receipt and sending, on the clock named in the welcome."""
    async with relay.joined("ana") as ana:
        await ana.send(t="ping", c=12.5)
        pong = await ana.next("pong")
        assert pong["c"] == 12.5
        assert pong["r"] <= pong["s"] < pong["r"] + 1000
        assert pong["clk"] == relay.service.relay.clock_name


async def test_a_broken_connection_is_detected(relay: RelaySocket) -> None:
    """C6: without a `bye` or a close frame, the others see the member as reconnecting."""
    async with relay.joined("host", role="host") as host:
        async with relay.joined("ana") as ana:
            await host.next("people")
            ana.connection.transport.abort()
        while (people := await host.next("people"))["here"][-1]["state"] != "reconnecting":
            pass
        assert people["total"] == 2


async def test_stopping_asks_all_clients_to_reconnect(transport: Transport) -> None:
    """F3: `moved`, then 4503, before the server closes its sockets."""
    async with AsyncExitStack() as people:
        async with serving(transport) as relay:
            ana = await people.enter_async_context(relay.joined("ana"))
        assert await ana.closed() == 4503
        assert [message["t"] for message in ana.seen[-2:]] == ["moved", "error"]


CHATTERS, LINES = 16, 10


async def test_a_stalled_reader_slows_no_one_and_catches_up(transport: Transport) -> None:
    """F2: while one socket is not read, the others receive every line at once; when it is read, it has missed none."""
    async with serving(transport, sndbuf=8192) as relay, AsyncExitStack() as people:
        chatters = [await people.enter_async_context(relay.joined(f"p{n}")) for n in range(CHATTERS)]
        async with StalledReader.joined(relay) as stalled:
            slowest_s = 0.0
            for number in range(CHATTERS * LINES):
                sender, reader = chatters[number % CHATTERS], chatters[(number + 1) % CHATTERS]
                began_s = asyncio.get_running_loop().time()
                await sender.send(t="chat", cid=f"c{number}", text="🎬" * 500, pos_s=0.0)
                while (await reader.next("chat"))["seq"] <= number:
                    pass
                slowest_s = max(slowest_s, asyncio.get_running_loop().time() - began_s)
            assert slowest_s < 10.0  # 0.1 s on an idle machine; a frozen room would never come back
            received = [message async for message in stalled.messages(until_seq=CHATTERS * LINES)]
        lines = [line for m in received for line in (m["log"] if m["t"] == "welcome" else [m]) if line["t"] == "chat"]
        assert [line["seq"] for line in lines] == list(range(1, CHATTERS * LINES + 1))
        assert relay.service.metrics.resyncs > 0


MB = 1024 * 1024
FLOODS = {
    "pings": frame(PING, b"x" * 125),
    "empty pings": frame(PING, b""),
    "pongs": frame(PONG, b"x" * 125),
    "continuations": frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"", fin=False) * 100,
    "whole fragmented messages": frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"{}"),
    "messages": frame(TEXT, b'{"t":"ping","c":1}'),
    "binary": frame(BINARY, b""),
    "closes": frame(CLOSE, b"\x03\xe8" + b"x" * 123),
    "unknown opcodes": frame(0x3, b"x" * 125),
}


async def test_floods_are_read_no_further_than_their_allowance(relay: RelaySocket) -> None:
    """C2: whatever the frames, before hello, from peers that never read: they are dropped, and the rest is not read."""
    before = resident_bytes()
    sent = await asyncio.gather(*(flood_before_hello(relay, unit) for unit in FLOODS.values()))
    assert {name: bytes_ // MB for name, bytes_ in zip(FLOODS, sent, strict=True) if bytes_ > 16 * MB} == {}
    assert resident_bytes() - before < 32 * MB
    await eventually_async("their sessions end", lambda: relay.service.metrics.connections == 0)


async def flood_before_hello(relay: RelaySocket, unit: bytes) -> int:
    async with StalledReader.upgraded(relay) as hostile, asyncio.timeout(15):
        return await hostile.flood(unit * (65_536 // len(unit)), up_to_bytes=256 * MB)


async def test_floods_of_a_member_slow_no_one(relay: RelaySocket) -> None:
    """F2: meanwhile the others' pongs come as fast as before."""
    async with relay.joined("ana") as ana, StalledReader.joined(relay) as one, StalledReader.joined(relay) as two:
        flooding = asyncio.gather(
            one.flood(FLOODS["pings"] * 500, up_to_bytes=256 * MB),
            two.flood(FLOODS["continuations"] * 100, up_to_bytes=256 * MB),
        )
        slowest_s = 0.0
        while not flooding.done():
            slowest_s = max(slowest_s, await pong_after_s(ana))
            await asyncio.wait([flooding], timeout=0.05)
        assert max(await flooding) < 16 * MB
    assert slowest_s < 0.5  # 0.01 s on an idle machine; 1.3 s without an allowance


async def test_what_a_member_sends_at_once_is_read_in_small_parts(relay: RelaySocket) -> None:
    """A kernel holds megabytes per connection; a transport that reads them all at once would keep as large a buffer."""
    burst = frame(TEXT, b'{"t":"typing","on":true,"more":"' + b"x" * 16_000 + b'"}') * 300
    async with AsyncExitStack() as stack:
        members = [await stack.enter_async_context(StalledReader.joined(relay)) for _ in range(LIMITS.connections)]
        await eventually_async("all are in the room", lambda: relay.service.metrics.received["Hello"] == len(members))
        before, received = resident_bytes(), relay.service.metrics.received
        for member in members:
            member.connection.send(burst)
        await eventually_async("their messages are read", lambda: received["Typing"] >= 100 * len(members))
        assert resident_bytes() - before < len(members) * MB


async def test_a_peer_that_pings_too_fast_receives_the_reason(relay: RelaySocket) -> None:
    """C2: 4429, with an error message before it, as for too many messages."""
    async with relay.joined("ana") as ana:
        for _ in range(FRAMES_PER_MESSAGE * LIMITS.messages_per_10s + 100):
            await ana.connection.ping()
        assert await ana.closed() == 4429
        assert ana.seen[-1]["code"] == "too_fast"


async def test_a_message_in_too_many_fragments_is_too_large(relay: RelaySocket) -> None:
    """C2: empty fragments add nothing to its size, but each has a cost."""
    async with relay.connected() as client:
        with contextlib.suppress(ConnectionClosed):
            await client.connection.send([""] * (MAX_FRAGMENTS + 2))
        assert await client.closed() == 4413


async def test_pings_are_answered_with_their_payload(relay: RelaySocket) -> None:
    """RFC 6455, 5.5.3: also when several arrive at once, the latest one is answered."""
    async with relay.joined("ana") as ana:
        answered = [await ana.connection.ping(f"n{number}".encode()) for number in range(5)]
        async with asyncio.timeout(5):
            await answered[-1]


async def test_compression_is_never_agreed_on(relay: RelaySocket) -> None:
    """A few bytes of deflate can become megabytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    writer.write(UPGRADE[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    assert b"deflate" not in head.lower()
    writer.transport.abort()


async def test_a_closed_peer_that_does_not_read_is_aborted(transport: Transport) -> None:
    """Output waits for it, and it violates the protocol: the connection ends all the same, within the flush time."""
    async with serving(transport, sndbuf=8192) as relay, AsyncExitStack() as people:
        chatters = [await people.enter_async_context(relay.joined(f"p{n}")) for n in range(CHATTERS)]
        async with StalledReader.joined(relay) as stalled:
            for number in range(CHATTERS * LINES):
                await chatters[number % CHATTERS].ask(t="chat", text="🎬" * 500, pos_s=0.0)
                if relay.service.metrics.lagging:
                    break
            await eventually_async("it lags", lambda: relay.service.metrics.lagging)
            await asyncio.get_running_loop().sock_sendall(stalled.connection, frame(0x3, b"x"))
            dropped_within_s = FLUSH_WITHIN_S + 3.0  # less than the time for which a reader may lag
            await eventually_async(
                "it is dropped", lambda: relay.service.metrics.connections == CHATTERS, within_s=dropped_within_s
            )


async def test_beyond_the_budget_of_memory_upgrades_are_refused(transport: Transport) -> None:
    """503 with a sentence and Retry-After, before any token is read; members stay, and there is room again later."""
    async with serving(transport, socket_mb=1) as relay, relay.joined("ana") as ana, AsyncExitStack() as idle:
        with pytest.raises(InvalidStatus) as refusal:
            await open_idle(relay, idle, 100)
        assert refusal.value.response.status_code == 503
        assert refusal.value.response.headers["Retry-After"] == "5"
        assert b"full" in (refusal.value.response.body or b"")
        assert (await ana.ask(t="chat", text="still here", pos_s=0.0))["t"] == "ack"
        await idle.aclose()
        await eventually_async("its session ends", lambda: relay.service.metrics.connections == 1)
        async with relay.joined("ben"):
            pass


async def test_one_address_opens_only_so_many_connections(transport: Transport) -> None:
    """429 with a sentence and Retry-After, before any token is read; the present ones notice nothing."""
    async with (
        serving(transport, connections_per_10s=10) as relay,
        relay.joined("ana") as ana,
        AsyncExitStack() as idle,
    ):
        with pytest.raises(InvalidStatus) as refusal:
            await open_idle(relay, idle, 20)
        assert refusal.value.response.status_code == 429
        assert refusal.value.response.headers["Retry-After"] == "5"
        assert b"Too many connections" in (refusal.value.response.body or b"")
        assert relay.service.metrics.connections == 10
        assert "connections_too_fast_total 1" in relay.service.metrics.text()
        assert (await ana.ask(t="chat", text="still here", pos_s=0.0))["t"] == "ack"


async def test_behind_a_proxy_the_client_is_counted(transport: Transport) -> None:
    """The last address that is no trusted proxy; what the client itself claims in the header counts for nothing."""

    async def status(relay: RelaySocket, forwarded_for: str) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
        writer.write(UPGRADE[:-2] + f"X-Forwarded-For: {forwarded_for}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()
        return int(head.split()[1])

    async with serving(transport, connections_per_10s=10, trusted_proxies=("127.0.0.0/8", "10.0.0.0/8")) as relay:
        for number in range(10):
            assert await status(relay, f"192.0.2.{number}, 198.51.100.7, 10.0.0.9") == 101
        assert await status(relay, "203.0.113.1, 198.51.100.7, 10.0.0.9") == 429
        assert await status(relay, "198.51.100.8, 10.0.0.9") == 101


async def open_idle(relay: RelaySocket, idle: AsyncExitStack, count: int) -> None:
    for _ in range(count):
        await idle.enter_async_context(relay.connected())


async def pong_after_s(client: SocketClient) -> float:
    began_s = time.perf_counter()
    await client.send(t="ping", c=began_s)
    await client.next("pong")
    return time.perf_counter() - began_s


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
