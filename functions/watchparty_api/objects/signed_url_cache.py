"""A cache of signed URLs: the people in a room fetch the same files at the same time and can share one URL."""

from collections.abc import Callable
from datetime import datetime, timedelta

READ_LIFE = timedelta(seconds=60)
_MAX_URLS = 2000


class SignedUrlCache:
    """Returns each URL for half of its lifetime, so that every caller has at least half a minute to use it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._known: dict[str, tuple[str, datetime]] = {}

    def of(self, name: str, sign: Callable[[], str | None]) -> str | None:
        """The cached URL, or a new one from `sign`. None if the file does not exist, which is not cached."""
        now = self._now()
        url, until = self._known.get(name, (None, now))
        if url is not None and now < until:
            return url
        url = sign()
        if url is not None:
            if len(self._known) >= _MAX_URLS:
                self._known.clear()
            self._known[name] = url, now + READ_LIFE / 2
        return url

    def forget(self, name: str) -> None:
        self._known.pop(name, None)

    def forget_all(self) -> None:
        self._known.clear()
