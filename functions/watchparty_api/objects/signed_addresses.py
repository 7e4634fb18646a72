"""Addresses that were signed a moment ago: people in a room fetch the same files at the same time, one does for all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

READ_LIFE = timedelta(seconds=60)
_MOST = 2000


class SignedAddresses:
    """Each address is given for half of its minute, so that whoever gets it has half a minute to use it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._known: dict[str, tuple[str, datetime]] = {}

    def of(self, name: str, sign: Callable[[], str | None]) -> str | None:
        """The known address, else what `sign` makes of it; None, which is not remembered, where there is no file."""
        now = self._now()
        url, until = self._known.get(name, (None, now))
        if url is not None and now < until:
            return url
        url = sign()
        if url is not None:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[name] = url, now + READ_LIFE / 2
        return url

    def forget(self, name: str) -> None:
        self._known.pop(name, None)

    def forget_all(self) -> None:
        self._known.clear()
