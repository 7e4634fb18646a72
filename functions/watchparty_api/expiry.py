"""Forgets what has expired and is only kept because nobody deleted it: sessions, one-time links, idempotency keys,
deliveries, rate windows.

Expiry itself never waits for this: whoever reads such a document looks at its `expires_at`. Called by the sweeper; on
Firestore its own time-to-live does the same.
"""

from __future__ import annotations

from typing import Any

from watchparty_api.services import Services
from watchparty_api.store.port import Query
from watchparty_api.store.queries import (
    DELIVERIES_BY_EXPIRY,
    IDEMPOTENCY_KEYS_BY_EXPIRY,
    ONE_TIME_TOKENS_BY_EXPIRY,
    RATE_WINDOWS_BY_EXPIRY,
    SESSIONS_BY_EXPIRY,
)

_EXPIRING: tuple[Query[Any], ...] = (
    SESSIONS_BY_EXPIRY,
    ONE_TIME_TOKENS_BY_EXPIRY,
    IDEMPOTENCY_KEYS_BY_EXPIRY,
    DELIVERIES_BY_EXPIRY,
    RATE_WINDOWS_BY_EXPIRY,
)


def forget_expired(services: Services) -> int:
    """Deletes what is over, and says how much it was."""
    now, forgotten = services.now(), 0
    for query in _EXPIRING:
        for record in services.store.query_all(query):
            if record.expires_at > now:
                break
            services.store.delete(query.kind, record.id)
            forgotten += 1
    return forgotten
