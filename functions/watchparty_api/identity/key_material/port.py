"""The port of the installation's own secrets: `access`, `join`, `notice` (key families), `hash`, and `cdn`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class KeyMaterial(Protocol):
    """Adapters: `folder.py`, also for secrets that Cloud Run mounts; `secret_manager.py`, which asks at start."""

    def read(self, name: str, *, make: Callable[[], str] | None = None) -> str:
        """The secret's text. A missing one is made of `make` where secrets may be made (at home, once for all
        processes), else it raises ConfigError with the place where it was expected."""

    def place(self, name: str) -> str:
        """Where the secret lies, for people; never what it is."""
