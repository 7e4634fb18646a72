"""What the relay's tests share: one event loop's kind, and a house whose time stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fakes.relay_house import RelayHouse


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
