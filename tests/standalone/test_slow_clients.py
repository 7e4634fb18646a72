"""A real server whose descriptors are nearly used up by slow clients still serves its party and its health check."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from e2e.home import Home
from fakes.home_guests import address_of, all_present
from fakes.waiting import eventually_async

pytestmark = [pytest.mark.anyio, pytest.mark.service]

ATTACKERS = 4
BODIES = 600
"""The server may open 512 files and sockets."""
BODY = b"POST /api/v1/auth/temporary HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{"
LOG_BYTES = 20_000


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "data", ulimit="-n 512")
    yield home
    home.stop()


async def test_unfinished_bodies_stop_neither_a_party_nor_the_health_check(home: Home) -> None:
    """More of them than the process has descriptors; the log does not grow with their number."""
    async with all_present(home.url, rooms=2, people_per_room=3) as rooms:
        held = [asyncio.create_task(hold_body(home.port, 10_000 + number % ATTACKERS)) for number in range(BODIES)]
        await eventually_async("all have been sent", lambda: all(each.done() for each in held))
        for _ in range(5):
            async with httpx2.AsyncClient(timeout=5) as client:
                assert (await client.get(f"{home.url}/health")).status_code == 200
            for people in rooms:
                assert await people[0].chat_ack_ms("still here") < 5_000
        for each in held:
            each.result().close()
    assert len(home.output) < LOG_BYTES


async def hold_body(port: int, number: int) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address_of(number), 0))
    writer.write(BODY)
    return writer
