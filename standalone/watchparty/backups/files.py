"""Reads and writes files so that what was written is known to be on the disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote_to_bytes

from watchparty.errors import BackupFailed

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Copied:
    """What a copy contains, and the source's state before it was read."""

    sha256: str
    size_bytes: int
    modified_ns: int
    permissions: int


def copy_verified(source: Path, target: Path) -> Copied:
    """Copies a file to a new one, syncs it, reads it back from the disk, and compares.

    Raises BackupFailed if the disk returns something else, FileNotFoundError if the source is gone.
    """
    with source.open("rb") as reader:
        before = os.fstat(reader.fileno())
        descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "r+b") as writer:
            hashed, size_bytes = sha256(), 0
            while block := reader.read(BLOCK_BYTES):
                hashed.update(block)
                writer.write(block)
                size_bytes += len(block)
            writer.flush()
            os.fsync(writer.fileno())
            _read_from_disk(writer)
            if hash_of_open(writer) != hashed.hexdigest():
                raise BackupFailed(f"{target.parent} returns other bytes than were written. Check that disk.")
    return Copied(hashed.hexdigest(), size_bytes, before.st_mtime_ns, before.st_mode & 0o777)


def _read_from_disk(file: BinaryIO) -> None:
    """Drops the file from memory, where the system can do that, so that reading it tests the disk."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    file.seek(0)


def hash_of_open(file: BinaryIO) -> str:
    hashed = sha256()
    while block := file.read(BLOCK_BYTES):
        hashed.update(block)
    return hashed.hexdigest()


def hash_of(path: Path) -> str:
    """The SHA-256 of a file as lowercase hex."""
    with path.open("rb") as file:
        return hash_of_open(file)


def write_durably(path: Path, content: bytes, *, permissions: int = 0o600) -> None:
    """Writes or replaces a file: after a crash it has the old content or the new one."""
    draft = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, permissions), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable, where the file system can do that."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def encoded_path(path: Path) -> str:
    """The name of a file in a manifest; file names may be any bytes, a manifest is JSON."""
    return quote(os.fsencode(path), safe="/ ")


def decoded_path(name: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(name)))


@contextmanager
def reported(folder: Path) -> Iterator[None]:
    """Raises BackupFailed for an error of the system, with the file that it concerns."""
    try:
        yield
    except OSError as error:
        name = os.fsencode(error.filename or folder).decode(errors="replace")
        raise BackupFailed(f"{name} can’t be used: {error.strerror or error}.") from error
