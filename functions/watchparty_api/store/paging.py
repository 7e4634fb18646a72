"""All documents of a query, page after page: for sweeps and exports, never for one request's list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from watchparty_api.records import Record
from watchparty_api.store.port import Query, Store

R = TypeVar("R", bound=Record)

_PAGE = 200


def every(store: Store, workspace_id: str, query: Query[R], *values: Any) -> Iterator[R]:
    """Each document that the query has, in its order."""
    cursor = None
    while True:
        page = store.query(workspace_id, query, *values, limit=_PAGE, cursor=cursor)
        yield from page.items
        cursor = page.cursor
        if cursor is None:
            return
