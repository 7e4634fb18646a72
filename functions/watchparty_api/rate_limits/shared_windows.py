"""Moving windows in the store, for limits that hold across all processes: guessing passwords, mailing, inviting.

One small document per key, under a keyed hash, so that neither network nor email addresses are stored. Two processes
that count at the same moment both count, because the one whose write fails counts again.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from limits.storage import MovingWindowSupport, Storage

from watchparty_api.errors import AlreadyExists, Missing, StoreError, VersionConflict
from watchparty_api.identity.keys import KeyedHash
from watchparty_api.records import RateWindow
from watchparty_api.store.port import WorkspaceStore

_TRIES = 12
"""An attempt that loses this many writes in a row is one of very many at once, and is refused, too."""


class SharedWindows(Storage, MovingWindowSupport):
    """A storage for the library `limits`, as far as its moving windows need it."""

    STORAGE_SCHEME = None

    def __init__(self, store: WorkspaceStore, *, keyed_hash: KeyedHash, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._store, self._keyed_hash, self._now = store, keyed_hash, now

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        for _ in range(_TRIES):
            now, found = self._now(), self._find(key)
            tried_at_s = _recent(found, now, expiry)
            if len(tried_at_s) + amount > limit:
                return False
            window = RateWindow(
                id=self._id(key),
                created_at=found.created_at if found else now,
                version=found.version if found else 0,
                tried_at_s=(*tried_at_s, *[now.timestamp()] * amount),
                expires_at=now + timedelta(seconds=expiry),
            )
            try:
                (self._store.replace if found else self._store.create)(window)
            except (AlreadyExists, VersionConflict, Missing):
                continue
            return True
        return False

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002  the library's signature
        now = self._now()
        tried_at_s = _recent(self._find(key), now, expiry)
        return (tried_at_s[0] if tried_at_s else now.timestamp()), len(tried_at_s)

    def clear(self, key: str) -> None:
        self._store.delete(RateWindow, self._id(key))

    def check(self) -> bool:
        return self._store.ready()

    @property
    def base_exceptions(self) -> type[Exception]:
        return StoreError

    def _find(self, key: str) -> RateWindow | None:
        return self._store.get(RateWindow, self._id(key))

    def _id(self, key: str) -> str:
        return self._keyed_hash.of("rate", key)

    # ---- fixed windows, which none of our rules use

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        raise NotImplementedError

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError

    def reset(self) -> int | None:
        raise NotImplementedError


def _recent(window: RateWindow | None, now: datetime, expiry_s: int) -> tuple[float, ...]:
    """The attempts that are still in the window, oldest first. None is in the future, unless the clock was put back."""
    now_s = now.astimezone(UTC).timestamp()
    return tuple(at for at in window.tried_at_s if now_s - expiry_s < at < now_s + expiry_s) if window else ()
