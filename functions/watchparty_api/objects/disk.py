"""Checks the free disk space before writing, and reports a full disk as DiskFull."""

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from watchparty_api.errors import DiskFull

RESERVE_BYTES = 256 * 1024 * 1024
"""Space that uploads leave free for the database and the encoder, so that these can continue or stop cleanly."""


def free_bytes(folder: Path) -> int:
    """The free space on the disk that holds `folder`."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Disk:
    """The disk that holds `folder`."""

    folder: Path
    free_bytes: Callable[[Path], int] = free_bytes
    reserve_bytes: int = RESERVE_BYTES

    def require(self, size_bytes: int) -> None:
        """Raises DiskFull if writing `size_bytes` would use up the reserve."""
        available = self.free_bytes(self.folder) - self.reserve_bytes
        if available < size_bytes:
            raise _full(available)


@contextmanager
def disk_full_errors() -> Iterator[None]:
    """Raises DiskFull for writes that fail because the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(0) from error
        raise


def _full(available_bytes: int) -> DiskFull:
    return DiskFull(
        "disk_full",
        f"The server’s disk is full: {max(0, available_bytes) // 10**6} MB left. What you’ve uploaded is kept; "
        "resume when there’s more storage.",
        retry_after_s=30,
    )
