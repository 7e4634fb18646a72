"""Takes a request's body to disk as it arrives: in blocks, by a thread, one block being written while the next comes.

The event loop only passes references on, because the relay's clock lives on it too; memory stays at two blocks
whatever the file's size. Called by `web/resumable.py`, which has decided what may come.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import Executor
from pathlib import Path

from starlette.types import Receive

from watchparty_api.errors import Malformed, NotFound
from watchparty_api.objects.disk import Disk, full_disk_refused

BLOCK_BYTES = 256 * 1024
"""Measured: larger blocks leave the processor's cache between the socket and the file, and are slower."""
MOST_PIECES = 256
"""A sender of single bytes gets its block written early rather than a list of a million pieces."""


class Part:
    """The file of one unfinished upload, opened at the place where the next byte belongs."""

    def __init__(self, path: Path, *, offset: int, disk: Disk) -> None:
        self._disk = disk
        self._descriptor = os.open(path, os.O_WRONLY)
        self.offset = offset
        os.ftruncate(self._descriptor, offset)  # a granule that an accident cut short does not count

    def write(self, pieces: list[bytes]) -> None:
        """Appends; raises DiskFull, or NotFound when the upload was deleted under our hands."""
        block = memoryview(b"".join(pieces))
        self._disk.demand(len(block))
        if os.fstat(self._descriptor).st_nlink == 0:
            raise NotFound("no_upload", "This film has been deleted.")
        with full_disk_refused():
            while block:
                written = os.pwrite(self._descriptor, block, self.offset)
                self.offset += written
                block = block[written:]

    def rewind(self, offset: int) -> None:
        """Forgets what was appended behind `offset`."""
        os.ftruncate(self._descriptor, offset)
        self.offset = offset

    def close(self) -> None:
        os.close(self._descriptor)


async def take(receive: Receive, part: Part, *, skip_bytes: int, length_bytes: int, threads: Executor) -> None:
    """Writes the body behind its first `skip_bytes`, until it ends or the sender leaves.

    Raises Malformed when more comes than was announced; the part is then as it was before.
    """
    writer = _Writer(part, threads)
    began_at = part.offset
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
                part.rewind(began_at)
                raise Malformed("too_many_bytes", "More bytes came than Content-Range announced.")
            await writer.add(fresh)
        await writer.flush()
    finally:
        await writer.settle()


class _Writer:
    """Gathers pieces into blocks; at most one block is being written while the next is gathered."""

    def __init__(self, part: Part, threads: Executor) -> None:
        self._part = part
        self._threads = threads
        self._writing: asyncio.Future[None] | None = None
        self._pieces: list[bytes] = []
        self._waiting_bytes = 0

    async def add(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self._waiting_bytes += len(piece)
        if self._waiting_bytes >= BLOCK_BYTES or len(self._pieces) >= MOST_PIECES:
            await self._start()

    async def flush(self) -> None:
        if self._pieces:
            await self._start()
        if self._writing is not None:
            await asyncio.wait({self._writing})
            self._writing.result()

    async def settle(self) -> None:
        """Waits until no thread holds the file. A thread cannot be cancelled, so the future must not be either."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def _start(self) -> None:
        if self._writing is not None:
            await asyncio.wait({self._writing})
            self._writing.result()
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(self._threads, self._part.write, self._pieces)
        self._pieces, self._waiting_bytes = [], 0
