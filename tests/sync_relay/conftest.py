"""What the relay's tests share: one event loop's kind, and a house whose time stands still."""

from collections.abc import AsyncIterator, Iterator

import pytest

from fakes.relay.harness import RelayHouse
from fakes.relay.redis_server import RedisServer, redis_running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def house() -> AsyncIterator[RelayHouse]:
    """A relay on the memory bus; time passes when the test says so."""
    house = RelayHouse()
    await house.open()
    yield house
    await house.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A real Redis; whoever uses it begins with `flush`."""
    with redis_running() as server:
        yield server
