"""Writes a request's body to disk as it arrives: in blocks, on a thread, one block written while the next arrives.

The event loop only passes references on, because the relay's clock runs on it too; memory use stays at two blocks
whatever the file's size. Called by `web/resumable.py`, which has checked what the body may contain.
"""

import asyncio
import os
from concurrent.futures import Executor
from pathlib import Path

from starlette.types import Receive

from watchparty_api.errors import Malformed, NotFound
from watchparty_api.objects.disk import Disk, disk_full_errors

BLOCK_BYTES = 256 * 1024
"""Measured: larger blocks do not stay in the processor's cache between socket and file, and are slower."""
MAX_PIECES = 256
"""If a client sends single bytes, a block is written early instead of collecting a million pieces."""


class PartFile:
    """The file of an unfinished upload, opened at the offset of the next byte."""

    def __init__(self, path: Path, *, offset: int, disk: Disk) -> None:
        self._disk = disk
        self._descriptor = os.open(path, os.O_WRONLY)
        self.offset = offset
        os.ftruncate(self._descriptor, offset)  # drops an incomplete granule of an interrupted request

    def write(self, pieces: list[bytes]) -> None:
        """Appends `pieces`. Raises DiskFull, or NotFound if the upload has been deleted."""
        block = memoryview(b"".join(pieces))
        self._disk.require(len(block))
        if os.fstat(self._descriptor).st_nlink == 0:
            raise NotFound("no_upload", "This film has been deleted.")
        with disk_full_errors():
            while block:
                written = os.pwrite(self._descriptor, block, self.offset)
                self.offset += written
                block = block[written:]

    def rewind(self, offset: int) -> None:
        """Drops everything after `offset`."""
        os.ftruncate(self._descriptor, offset)
        self.offset = offset

    def close(self) -> None:
        os.close(self._descriptor)


async def write_body(
    receive: Receive, part: PartFile, *, skip_bytes: int, length_bytes: int, threads: Executor
) -> None:
    """Writes the body without its first `skip_bytes`, until it ends or the client disconnects.

    Raises Malformed if the body is longer than `length_bytes`; the part is then left as it was before.
    """
    writer = _Writer(part, threads)
    start_offset = part.offset
    seen_bytes = 0
    more = True
    try:
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            more = message.get("more_body", False)
            piece = message.get("body", b"")
            fresh = piece[max(0, skip_bytes - seen_bytes) :]
            seen_bytes += len(piece)
            if seen_bytes > length_bytes:
                await writer.settle()
                part.rewind(start_offset)
                raise Malformed("too_many_bytes", "The body is longer than Content-Range says.")
            await writer.add(fresh)
        await writer.flush()
    finally:
        await writer.settle()


class _Writer:
    """Collects pieces into blocks; at most one block is being written while the next one is collected."""

    def __init__(self, part: PartFile, threads: Executor) -> None:
        self._part = part
        self._threads = threads
        self._writing: asyncio.Future[None] | None = None
        self._pieces: list[bytes] = []
        self._waiting_bytes = 0

    async def add(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self._waiting_bytes += len(piece)
        if self._waiting_bytes >= BLOCK_BYTES or len(self._pieces) >= MAX_PIECES:
            await self._start()

    async def flush(self) -> None:
        if self._pieces:
            await self._start()
        if self._writing is not None:
            await asyncio.wait({self._writing})
            self._writing.result()

    async def settle(self) -> None:
        """Waits until no thread uses the file. A thread cannot be cancelled, so its future must not be either."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def _start(self) -> None:
        if self._writing is not None:
            await asyncio.wait({self._writing})
            self._writing.result()
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(self._threads, self._part.write, self._pieces)
        self._pieces, self._waiting_bytes = [], 0
