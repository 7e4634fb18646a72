"""The file to be uploaded: checks it, identifies it, and reads it in pieces."""

import mimetypes
import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from watchparty.client.errors import ClientError, MissingItem, Refused

_END_BYTES = 256 * 1024
_READ_BYTES = 256 * 1024


class FilmFile:
    """An open file that must not change while it is uploaded."""

    def __init__(self, path: Path) -> None:
        """Raises MissingItem, and Refused if it can't be a film."""
        self.path = path
        try:
            # a named pipe would otherwise block until someone writes to it
            self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            raise MissingItem(f"{self.shown} was not found.") from None
        except OSError as error:
            raise Refused(f"{self.shown} can’t be read: {error.strerror}.") from error
        found = os.fstat(self._descriptor)
        if not stat.S_ISREG(found.st_mode):
            self.close()
            raise Refused(f"{self.shown} is not a file.")
        if found.st_size == 0:
            self.close()
            raise Refused(f"{self.shown} is empty.")
        self.size_bytes = found.st_size
        self._changed_ns = found.st_mtime_ns

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._descriptor)

    @property
    def name(self) -> str:
        """The file's name. Bytes that are no text are replaced."""
        return os.fsencode(self.path.name).decode(errors="replace")

    @property
    def shown(self) -> str:
        return os.fsencode(self.path).decode(errors="replace")

    @property
    def content_type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or ""

    def fingerprint(self) -> str:
        """Identifies the file by name, size, date and both ends, so that 50 GB take no longer than 5 MB."""
        facts = f"{self.name}|{self.size_bytes}|{self._changed_ns}|".encode()
        tail = max(0, self.size_bytes - _END_BYTES)
        ends = [*self.pieces(0, min(_END_BYTES, self.size_bytes)), *self.pieces(tail, self.size_bytes - tail)]
        return f"file-{sha256(facts + b''.join(ends)).hexdigest()}"

    def pieces(self, first: int, length: int) -> Iterator[bytes]:
        """Reads `length` bytes from `first`. Raises Refused if the file is no longer the same."""
        with open(self._descriptor, "rb", buffering=0, closefd=False) as file:
            file.seek(first)
            while length > 0:
                now = os.fstat(self._descriptor)
                piece = file.read(min(_READ_BYTES, length))
                if not piece or (now.st_size, now.st_mtime_ns) != (self.size_bytes, self._changed_ns):
                    raise FileChanged(self.shown)
                length -= len(piece)
                yield piece


class FileChanged(ClientError):
    exit_code = Refused.exit_code

    def __init__(self, shown: str) -> None:
        super().__init__(f"{shown} changed while it was being uploaded. Run the command again when it is complete.")
