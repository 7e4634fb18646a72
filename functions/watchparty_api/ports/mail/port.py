"""The mail port: one short plain-text message to one person."""

from __future__ import annotations

from typing import Protocol


class Mailer(Protocol):
    """Adapters: `smtp.py`; `log.py`, which says that a mail would have gone out but never its secrets."""

    @property
    def delivers(self) -> bool:
        """Whether mail really leaves: where it does not, pages offer the link to copy instead."""

    def send(self, *, to: str, subject: str, text: str) -> None:
        """Sends, or raises Unavailable."""
