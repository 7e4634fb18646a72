"""`python -m watchparty_api.store.firestore_indexes FILE` writes the Firestore indexes that Terraform creates.

They are derived from the declared queries, because the emulator answers queries without an index and production does
not: a forgotten index would go unnoticed in tests.
"""

import json
import sys
from pathlib import Path
from typing import Any

from watchparty_api.store.port import Query
from watchparty_api.store.queries import QUERIES
from watchparty_api.store.shapes import kind_name

_FILE = Path(__file__).parents[3] / "terraform" / "firestore.json"


def composite_index(query: Query[Any]) -> list[dict[str, str]]:
    """The fields of the query's composite index; empty if Firestore's built-in single-field index is enough."""
    direction = "DESCENDING" if query.descending else "ASCENDING"
    order = dict.fromkeys((query.order_by, "id"))
    fields = [{"path": name, "order": "ASCENDING"} for name in query.where]
    fields += [{"path": name, "order": direction} for name in order]
    return fields if len(fields) > 1 else []


def declared() -> dict[str, Any]:
    """The indexes by query name, and the time-to-live fields."""
    indexes = {
        query.name: {"collection": kind_name(query.kind), "fields": fields}
        for query in QUERIES
        if (fields := composite_index(query))
    }
    # Only kinds without dependent documents. Expired accounts are deleted by maintenance, with everything they own.
    expiries = {
        kind_name(query.kind): {"collection": kind_name(query.kind), "field": "expires_at"}
        for query in QUERIES
        if query.order_by == "expires_at"
    }
    return {"indexes": indexes, "expiries": expiries}


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else _FILE
    target.write_text(json.dumps(declared(), indent=2) + "\n")
