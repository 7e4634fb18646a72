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

RETRY_AFTER_S = 30


def free_bytes(folder: Path) -> int:
    """The free space on the disk that holds `folder`."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Disk:
    """The disk that holds `folder`."""

    folder: Path
    free_bytes: Callable[[Path], int] = free_bytes
    reserve_bytes: int = RESERVE_BYTES

    def available_bytes(self) -> int:
        """What can be written without using up the reserve."""
        return max(0, self.free_bytes(self.folder) - self.reserve_bytes)

    def require(self, size_bytes: int) -> None:
        """Raises DiskFull unless `size_bytes` can be written now."""
        if size_bytes > self.available_bytes():
            raise _full()

    def require_for_upload(self, size_bytes: int, *, promised_bytes: int) -> None:
        """Raises DiskFull unless `size_bytes` fit beside what is promised to other uploads."""
        available = max(0, self.available_bytes() - promised_bytes)
        if size_bytes > available:
            raise DiskFull(
                "disk_full",
                f"This film needs {_size(size_bytes)}, but the server’s disk has only {_size(available)} left for it. "
                "Try again when there’s more storage.",
                retry_after_s=RETRY_AFTER_S,
            )


@contextmanager
def disk_full_errors() -> Iterator[None]:
    """Raises DiskFull for writes that fail because the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full() from error
        raise


def _full() -> DiskFull:
    return DiskFull(
        "disk_full",
        "The server’s disk is full. What you’ve uploaded is kept; resume when there’s more storage.",
        retry_after_s=RETRY_AFTER_S,
    )


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 10**9:.1f} GB" if size_bytes >= 10**9 else f"{size_bytes // 10**6} MB"
