"""Creates files that hold a secret: whole or not at all, and readable only by their owner."""

import os
import secrets
from pathlib import Path


def create_secret_file(path: Path, content: bytes) -> None:
    """Creates `path` and its folder; if another process was faster, its file stays. Raises OSError, for example on a
    full disk, and then leaves no part of the file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # some file systems report a full disk only now
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
