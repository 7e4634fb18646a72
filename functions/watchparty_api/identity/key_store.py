"""Storage of the installation's secrets: `access`, `join`, `notice` (key families), `hash` and `cdn`.

The adapter in this file reads a folder: at home one folder that only its owner can read, in the cloud a folder per
mounted secret. `secret_manager.py` is the adapter that needs no volume.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from watchparty_api.config import ConfigError
from watchparty_api.secret_file import create_secret_file


class KeyMaterial(Protocol):
    """Adapters: `KeyFolder`, also for secrets that Cloud Run mounts; `secret_manager.py`, which reads at start."""

    def read(self, name: str, *, make: Callable[[], str] | None = None) -> str:
        """Returns the secret's text. Where secrets may be created (at home, once for all processes), `make` provides a
        missing one; elsewhere a missing one raises ConfigError with the place where it was expected."""

    def location(self, name: str) -> str:
        """Where the secret is stored, for messages; never its value."""


_FILES = {"hash": "hash.secret", "cdn": "cdn.key"}
"""All other names are key families, `{name}.json`."""


@dataclass(frozen=True)
class KeyFolder:
    """`KeyMaterial` in a folder; `may_create` at home only."""

    folder: Path
    may_create: bool

    def read(self, name: str, *, make: Callable[[], str] | None = None) -> str:
        path = self._path(name)
        if not path.exists():
            if not self.may_create or make is None:
                raise ConfigError(f"WATCHPARTY_KEYS_DIR: {path} is missing")
            create_secret_file(path, make().encode())
        return path.read_text()

    def location(self, name: str) -> str:
        return str(self._path(name))

    def _path(self, name: str) -> Path:
        file = _FILES.get(name, f"{name}.json")
        mounted = self.folder / name / file  # Cloud Run mounts each secret as a folder
        return mounted if mounted.exists() else self.folder / file
