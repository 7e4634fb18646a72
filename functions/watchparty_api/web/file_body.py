"""File responses whose bytes are read on threads of their own.

Starlette reads files on the threads that also run the API: a disk that has to wake up would stop every call as soon as
enough people download.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import anyio
import anyio.to_thread
from starlette.responses import FileResponse

READERS = 16
"""How many files are read from at once, by all downloads together; each of them only for one chunk."""
CHUNK_BYTES = 512 * 1024
"""Each chunk costs a switch to a thread and back."""
_readers = anyio.CapacityLimiter(READERS)

T = TypeVar("T")


async def in_reader(work: Callable[..., T], *arguments: Any) -> T:
    """Runs what reads a disk for a download on one of the threads for that."""
    return await anyio.to_thread.run_sync(partial(work, *arguments), limiter=_readers)


class FileBody(FileResponse):
    """Starlette's file response on these threads, with larger chunks."""

    chunk_size = CHUNK_BYTES

    @asynccontextmanager
    async def _open_file(self) -> AsyncIterator[Any]:
        file = _File(await in_reader(Path(self.path).open, "rb"))
        try:
            yield file
        finally:
            with anyio.CancelScope(shield=True):
                await file.aclose()


class _File:
    """As much of an asynchronous file as Starlette uses."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    async def read(self, size: int) -> bytes:
        return await in_reader(self._file.read, size)

    async def seek(self, position: int) -> int:
        return await in_reader(self._file.seek, position)

    async def aclose(self) -> None:
        await in_reader(self._file.close)
