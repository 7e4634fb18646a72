"""Opaque list cursors: the position of a page's last item, bound to the query and its values."""

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from watchparty_api.errors import Malformed
from watchparty_api.records import Record
from watchparty_api.store.port import Query
from watchparty_api.store.storable import is_storable_text


def _binding(query: Query[Any], values: Sequence[Any]) -> str:
    return hashlib.sha256(repr((query.name, tuple(values))).encode()).hexdigest()[:16]


def _kind(query: Query[Any]) -> str:
    """Lists are ordered by an instant, or by the id alone."""
    return "v" if query.order_by == "id" else "t"


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant.astimezone(UTC)


def encode(query: Query[Any], values: Sequence[Any], last: Record) -> str:
    """The cursor that continues after `last`."""
    key = getattr(last, query.order_by)
    body = [_binding(query, values), _kind(query), key.isoformat() if isinstance(key, datetime) else key, last.id]
    return base64.urlsafe_b64encode(json.dumps(body, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(query: Query[Any], values: Sequence[Any], cursor: str) -> tuple[Any, str]:
    """The (order_by value, id) to continue after. Raises Malformed if the cursor is not from this query."""
    try:
        binding, kind, key, id_ = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if binding == _binding(query, values) and kind == _kind(query) and is_storable_text(id_):
            return (_instant(key) if kind == "t" else id_), id_
    except (ValueError, TypeError, OverflowError, RecursionError):
        pass  # every malformed cursor gets the same message
    raise Malformed("bad_cursor", "This cursor doesn’t belong to this list. Start from the beginning.")
