"""How much room there is, asked before taking it; and a full disk in our words."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from watchparty_api.errors import DiskFull

RESERVE_BYTES = 256 * 1024 * 1024
"""What uploads leave free: the database and the encoder need room to go on, or to stop in good order."""


def free_bytes(folder: Path) -> int:
    """How much may still be written where `folder` lies."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Disk:
    """The room where `folder` lies."""

    folder: Path
    free_bytes: Callable[[Path], int] = free_bytes
    reserve_bytes: int = RESERVE_BYTES

    def demand(self, size_bytes: int) -> None:
        """Raises DiskFull when `size_bytes` more would eat into the reserve."""
        room = self.free_bytes(self.folder) - self.reserve_bytes
        if room < size_bytes:
            raise _full(room)


@contextmanager
def full_disk_refused() -> Iterator[None]:
    """Writes that find no room raise DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(0) from error
        raise


def _full(room_bytes: int) -> DiskFull:
    return DiskFull(
        "disk_full",
        f"The server’s disk is full: {max(0, room_bytes) // 10**6} MB left. What you’ve uploaded is kept; "
        "resume when there’s more storage.",
        retry_after_s=30,
    )
