"""Terraform's Firestore indexes are derived from the declared queries."""

import json
from pathlib import Path

from watchparty_api.store.firestore_indexes import composite_index, declared
from watchparty_api.store.queries import AUDIT, BANS_OF_ROOM, QUERIES

FILE = Path(__file__).parents[3] / "terraform" / "firestore.json"


def test_the_committed_list_is_up_to_date() -> None:
    """The committed list equals the derived one; after a change of the queries, run `make contracts`."""
    assert json.loads(FILE.read_text()) == declared()


def test_an_index_has_the_equality_fields_and_then_the_order() -> None:
    """Equality fields come first, then the order with the id as tie-breaker, both in the query's direction."""
    assert composite_index(BANS_OF_ROOM) == [
        {"path": "room_id", "order": "ASCENDING"},
        {"path": "created_at", "order": "DESCENDING"},
        {"path": "id", "order": "DESCENDING"},
    ]


def test_a_query_by_id_alone_needs_no_index() -> None:
    """Firestore indexes single fields itself, and refuses a second index of the same field."""
    assert composite_index(AUDIT) == []
    assert len(declared()["indexes"]) == len([query for query in QUERIES if composite_index(query)])
