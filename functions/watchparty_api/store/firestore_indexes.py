"""`python -m watchparty_api.store.firestore_indexes FILE` writes the Firestore indexes that Terraform creates.

They are derived from the declared queries, because the emulator answers queries without an index and production does
not: a forgotten index would go unnoticed in tests.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, get_type_hints

from watchparty_api.records import KINDS, Record
from watchparty_api.store.port import Query
from watchparty_api.store.queries import EXPIRING, QUERIES
from watchparty_api.store.shapes import kind_name, shape

_FILE = Path(__file__).parents[3] / "terraform" / "firestore.json"
_SEQUENTIAL = ("epoch",)
"""Numbers that grow with time across all rooms, besides dates: an epoch is the millisecond in which it began."""
_QUERIES = tuple(query for query in QUERIES if query not in EXPIRING)


def composite_index(query: Query[Any]) -> list[dict[str, str]]:
    """The fields of the query's composite index; empty if Firestore's built-in single-field index is enough."""
    direction = "DESCENDING" if query.descending else "ASCENDING"
    order = dict.fromkeys((query.order_by, "id"))
    fields = [{"path": name, "order": "ASCENDING"} for name in query.where]
    fields += [{"path": name, "order": direction} for name in order]
    return fields if len(fields) > 1 else []


def own_indexes(query: Query[Any]) -> set[str]:
    """The fields whose built-in indexes serve the query: its order if it has no composite index; a count merges those
    of `where`, because the composite index is in another order than the count.
    """
    return set(query.where) if composite_index(query) else {*query.where, query.order_by}


def exempt_fields(kind: type[Record]) -> Iterator[str]:
    """The fields of the kind that Firestore must not index on its own.

    A collection takes 500 writes per second if an indexed field grows with time, and each entry of a map or list is
    indexed (https://firebase.google.com/docs/firestore/best-practices, index exemptions). A kind without queries needs
    no index at all. Other fields keep theirs, because a database has a limited number of exemptions.
    """
    queries = [query for query in _QUERIES if query.kind is kind]
    needed = {name for query in queries for name in own_indexes(query)}
    hints = get_type_hints(kind)
    for field in fields(kind):
        grows = field.name in _SEQUENTIAL or shape(hints[field.name])[0] in (datetime, dict, tuple)
        if field.name not in needed and (grows or not queries):
            yield field.name


def declared() -> dict[str, Any]:
    """The indexes by query name, the time-to-live fields, and the other fields without an index of their own."""
    indexes = {
        query.name: {"collection": kind_name(query.kind), "fields": index}
        for query in _QUERIES
        if (index := composite_index(query))
    }
    # Only kinds without dependent documents. Expired accounts are deleted by maintenance, with everything they own.
    expiries = {
        kind_name(query.kind): {"collection": kind_name(query.kind), "field": "expires_at"} for query in EXPIRING
    }
    exemptions = {
        f"{kind_name(kind)}.{name}": {"collection": kind_name(kind), "field": name}
        for kind in KINDS
        for name in exempt_fields(kind)
        if not (name == "expires_at" and kind_name(kind) in expiries)
    }
    return {"indexes": indexes, "expiries": expiries, "exemptions": exemptions}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else _FILE
    target.write_text(json.dumps(declared(), indent=2) + "\n")
