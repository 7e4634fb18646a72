"""Work that does not wait is done at once; work that waits continues as a task."""

import asyncio

import pytest

from watchparty_relay.session.eager_task import run_eagerly

pytestmark = pytest.mark.anyio


async def test_work_that_does_not_wait_is_done_when_the_call_returns() -> None:
    """No task is created for it."""
    done = []

    async def work() -> None:
        done.append(1)

    assert run_eagerly(work()) is None
    assert done == [1]


async def test_work_that_waits_continues_later() -> None:
    """It receives the results and errors of what it waits for, however often it waits."""
    loop = asyncio.get_running_loop()
    first, second, third = loop.create_future(), loop.create_future(), loop.create_future()
    done: list[object] = []

    async def work() -> None:
        done.append(await first)
        await asyncio.sleep(0)
        try:
            await second
        except OSError as error:
            done.append(error)
        done.append(await third)

    task = run_eagerly(work())
    assert task is not None
    failure = OSError("gone")
    first.set_result("one")
    second.set_exception(failure)
    third.set_result("three")
    await task
    assert done == ["one", failure, "three"]


async def test_an_error_is_raised_by_the_call_or_by_the_task() -> None:
    """By the call before the work first waits, by the task afterwards."""

    async def fail(*, waits: bool) -> None:
        if waits:
            await asyncio.sleep(0)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        run_eagerly(fail(waits=False))
    task = run_eagerly(fail(waits=True))
    assert task is not None
    with pytest.raises(ValueError, match="broken"):
        await task


async def test_a_cancellation_reaches_the_work() -> None:
    """Its `finally` runs, and the task is cancelled."""
    cleaned = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            cleaned.append(1)

    task = run_eagerly(work())
    assert task is not None
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cleaned == [1]
