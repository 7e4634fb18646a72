"""File responses: the disk is read on threads of their own."""

import asyncio
import contextlib
import os
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fakes.waiting import eventually_async
from watchparty_api.web.file_body import CHUNK_BYTES, FileBody

pytestmark = pytest.mark.anyio

API_THREADS = 40
"""As many as anyio has by default."""


def app_with(file: Path) -> Starlette:
    found = file.stat()

    def call(_: Request) -> Response:
        return PlainTextResponse("answered")

    async def download(_: Request) -> Response:
        return FileBody(file, stat_result=found)

    return Starlette(routes=[Route("/call", call), Route("/download", download)])


def release(pipe: Path) -> None:
    """Lets those who wait for the pipe read its end."""
    with contextlib.suppress(OSError):  # no one waits at this moment
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))


async def test_a_disk_that_does_not_answer_delays_downloads_alone(tmp_path: Path) -> None:
    """A pipe without a writer blocks whoever opens it, as a disk does that has to wake up."""
    pipe = tmp_path / "segment.m4s"
    os.mkfifo(pipe)
    transport = httpx2.ASGITransport(app=app_with(pipe))
    async with httpx2.AsyncClient(transport=transport, base_url="http://server", timeout=30) as client:
        downloads = [asyncio.create_task(client.get("/download")) for _ in range(2 * API_THREADS)]
        for _ in range(3):
            called = await asyncio.wait_for(client.get("/call"), 10)
            assert called.text == "answered"
        assert not any(each.done() for each in downloads)

        def all_done() -> bool:
            release(pipe)
            return all(each.done() for each in downloads)

        await eventually_async("the downloads end once the disk answers", all_done)


async def test_every_byte_arrives_once_and_in_order(tmp_path: Path) -> None:
    file = tmp_path / "film.m4s"
    file.write_bytes(os.urandom(2 * CHUNK_BYTES + 1_000))
    transport = httpx2.ASGITransport(app=app_with(file))
    async with httpx2.AsyncClient(transport=transport, base_url="http://server") as client:
        assert (await client.get("/download")).content == file.read_bytes()
        part = await client.get("/download", headers={"Range": "bytes=10-600000"})
        assert (part.status_code, part.content) == (206, file.read_bytes()[10:600_001])
