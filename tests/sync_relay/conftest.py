"""What the relay's tests share: the event loop, a relay whose time is advanced by hand, and a Redis server."""

from collections.abc import AsyncIterator, Iterator

import pytest

from fakes.relay.harness import RelayHarness
from fakes.relay.redis_server import RedisServer, redis_running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def harness() -> AsyncIterator[RelayHarness]:
    """A relay on the memory bus; time passes only when the test advances it."""
    harness = RelayHarness()
    await harness.open()
    yield harness
    await harness.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A real Redis; each test that uses it begins with `flush`."""
    with redis_running() as server:
        yield server
