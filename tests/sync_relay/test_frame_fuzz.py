"""Any bytes lead to a close code or to nothing: no exception in the event loop, no leftover session, no growth."""

import asyncio
import contextlib
import gc
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from fakes.relay.hostile_frames import CLOSE, PONG, Case, Hostile, frame
from fakes.relay.sockets import UPGRADE, RelaySocket, serving
from fakes.relay.tokens import settings
from fakes.waiting import eventually_async
from watchparty_relay.session.session import Session

pytestmark = pytest.mark.anyio

AT_ONCE = 24
PATIENCE_S = 60.0
REST_S = 0.1
CODES = {1000, 1002, 1007, 1009, 4400, 4401, 4408, 4409, 4413, 4426, 4429}
GROWTH_BYTES = 24 * 1024 * 1024
"""Python's memory pools fluctuate; a leak of a kilobyte per case would far exceed this."""


@pytest.fixture
def cases(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fuzz-cases"))


async def test_no_bytes_do_harm(cases: int, caplog: pytest.LogCaptureFixture) -> None:
    """C2, C7: every case that must be closed is closed with a code; afterwards everything is as before."""
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    with caplog.at_level(logging.ERROR):
        async with serving(connections_per_10s=1_000_000) as relay:
            hello = json.dumps(
                {"t": "hello", "v": 1, "token": relay.issuer.join("fuzz", set=settings(capacity=10_000))}
            )
            await run(relay, [Hostile(n, hello).case() for n in range(min(cases, 1_000))])
            before = resident_bytes()
            for start in range(1_000, cases, 1_000):
                await run(relay, [Hostile(start + n, hello).case() for n in range(min(1_000, cases - start))])
            grown = resident_bytes() - before
            async with relay.joined("ana") as ana:
                assert (await ana.ask(t="chat", text="still here", pos_s=0.0))["t"] == "ack"
            # A flooded connection is not read any more, so its end is noticed only when it is aborted.
            await eventually_async("all sessions end", lambda: relay.service.metrics.connections <= 1)
    gc.collect()
    left = [each for each in gc.get_objects() if type(each) is Session and each.participant_id]
    assert (failures, caplog.records, left) == ([], [], [])
    assert grown < GROWTH_BYTES


async def run(relay: RelaySocket, cases: list[Case]) -> None:
    """Sends each case on its own connection, some at the same time."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> None:
        async with free, asyncio.timeout(PATIENCE_S):
            code = await outcome(relay.port, case)
        assert code in CODES or not case.must_close, f"{case.name}: {code} for {case.data[:200]!r}"

    await asyncio.gather(*(one(case) for case in cases))


async def outcome(port: int, case: Case) -> int | None:
    """The code with which the relay closed; None if it had no reason to."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        # A ping after the case: its pong shows that the relay has read everything and accepted it.
        writer.write(case.data + frame(0x9, b"done"))
        async with contextlib.AsyncExitStack() as waiting:
            waiting.enter_context(contextlib.suppress(asyncio.IncompleteReadError, ConnectionError))
            if not case.must_close:  # the relay may rightly be waiting for the rest of a frame
                waiting.enter_context(contextlib.suppress(TimeoutError))
                await waiting.enter_async_context(asyncio.timeout(REST_S))
            while True:
                opcode, payload = await read_frame(reader)
                if opcode == CLOSE:
                    return int.from_bytes(payload[:2], "big")
                if opcode == PONG and payload == b"done" and not case.must_close:
                    return None
        return None
    finally:
        writer.transport.abort()  # without a goodbye, like a hostile peer


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first, length = await reader.readexactly(2)
    if length >= 126:
        length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
    return first & 0xF, await reader.readexactly(length)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
