"""Rate limits: moving windows per account, network address, email address or room.

The rules are one table. A handler calls `limit(request, "setup", address_key(client_address(request)))`; a refusal is
an ApiError. Limits against guessing, mailing and inviting are counted across all processes (`shared_windows.py`);
limits that only protect this process are counted in its memory.
"""

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from watchparty_api.errors import TooMany

if TYPE_CHECKING:  # functions without HTTP use limits without importing FastAPI
    from fastapi import Request

RULES: Mapping[str, tuple[RateLimitItem, ...]] = {
    # Failures from one address for one account: slowed down, then refused for the rest of the hour. Other addresses,
    # such as the owner's, are not affected.
    "login_failure": (RateLimitItemPerMinute(5), RateLimitItemPerHour(20)),
    "login_failure_address": (RateLimitItemPerHour(100),),
    # Codes of an authenticator app for one account, from all addresses: only someone who has its password can try.
    "code_failure": (RateLimitItemPerMinute(10), RateLimitItemPerHour(30)),
    "passkey_challenge": (RateLimitItemPerMinute(60),),
    "setup": (RateLimitItemPerMinute(10),),
    "register": (RateLimitItemPerHour(30),),
    "temporary": (RateLimitItemPerMinute(10), RateLimitItemPerHour(60)),
    "mail_to": (RateLimitItemPerHour(3),),
    "mail_from_address": (RateLimitItemPerHour(20),),
    "token_try": (RateLimitItemPerMinute(20),),
    "refresh": (RateLimitItemPerMinute(60),),
    # rooms: per address, and per room and address
    "room_create": (RateLimitItemPerMinute(20), RateLimitItemPerHour(120)),
    "join": (RateLimitItemPerMinute(120),),
    "renew": (RateLimitItemPerMinute(120),),
    "knock": (RateLimitItemPerMinute(10),),
    "room_password": (RateLimitItemPerMinute(5), RateLimitItemPerHour(30)),
    "card": (RateLimitItemPerMinute(600),),
    "invitation": (RateLimitItemPerHour(60),),
    # videos and webhooks: per account
    "upload": (RateLimitItemPerMinute(30), RateLimitItemPerHour(300)),
    "upload_parts": (RateLimitItemPerMinute(240),),
    "failure_bundle": (RateLimitItemPerMinute(6), RateLimitItemPerHour(30)),
    "webhook_test": (RateLimitItemPerMinute(6),),
}


COUNTED_LOCALLY = frozenset({"join", "renew", "refresh", "card", "upload_parts"})
"""Frequent, harmless actions: counting them across processes would cost more than it saves."""


class Limiter:
    """Counts attempts; one per process. `shared` counts across processes; None: there is only one process."""

    def __init__(self, shared: Storage | None = None) -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(shared) if shared is not None else self._own

    def _windows(self, action: str) -> MovingWindowRateLimiter:
        return self._own if action in COUNTED_LOCALLY else self._shared

    def hit(self, action: str, *keys: str) -> None:
        """Counts an attempt. Raises TooMany, with the time to wait, if a rule of `action` is exhausted for `keys`."""
        for rule in RULES[action]:
            if not self._windows(action).hit(rule, action, *keys):
                self._refuse(rule, action, keys)

    def forget(self, action: str, *keys: str) -> None:
        """Forgets the attempts: after a success, where `hit` has counted the attempt before it was known to fail."""
        for rule in RULES[action]:
            self._windows(action).clear(rule, action, *keys)

    def _refuse(self, rule: RateLimitItem, action: str, keys: tuple[str, ...]) -> None:
        reset_at_s = self._windows(action).get_window_stats(rule, action, *keys).reset_time
        wait_s = max(1, math.ceil(reset_at_s - time.time()))
        raise TooMany("rate_limited", "Too many tries. Wait a moment.", retry_after_s=wait_s)


def limit(request: "Request", action: str, *keys: str) -> None:
    """`Limiter.hit` of the application that handles this request."""
    limiter: Limiter = request.app.state.services.limiter
    limiter.hit(action, *keys)
