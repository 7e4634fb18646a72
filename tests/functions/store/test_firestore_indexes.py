"""Terraform's Firestore indexes are derived from the declared queries."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, cast, get_type_hints

import pytest

from watchparty_api.records import KINDS, AuditEntry, Member, RateWindow, Room, Snapshot
from watchparty_api.store.firestore import FirestoreStore
from watchparty_api.store.firestore_indexes import composite_index, declared, exempt_fields, own_indexes
from watchparty_api.store.port import Query
from watchparty_api.store.queries import AUDIT, BANS_OF_ROOM, EXPIRING, QUERIES
from watchparty_api.store.shapes import kind_name

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
    assert own_indexes(AUDIT) == {"id"}


@pytest.mark.parametrize("query", [query for query in QUERIES if query not in EXPIRING], ids=lambda query: query.name)
def test_every_query_keeps_its_indexes(query: Query[Any]) -> None:
    """Its composite index in full, and the own indexes of its filters, which a count merges."""
    committed = json.loads(FILE.read_text())
    exempt = {each["field"] for each in committed["exemptions"].values() if each["collection"] == kind_name(query.kind)}
    composite = composite_index(query)
    if composite:
        assert committed["indexes"][query.name] == {"collection": kind_name(query.kind), "fields": composite}
        assert [each["path"] for each in composite] == [*query.where, *dict.fromkeys((query.order_by, "id"))]
    else:
        assert query.order_by not in exempt
    assert exempt.isdisjoint(query.where)


def test_a_collection_without_queries_has_no_index() -> None:
    """A snapshot is written all the time and read by its id only."""
    assert set(exempt_fields(Snapshot)) == {field.name for field in fields(Snapshot)}


def test_no_date_of_any_kind_has_an_index_of_its_own() -> None:
    """Firestore takes 500 writes per second into an index of growing values, and no query is in the order of one."""
    committed = json.loads(FILE.read_text())
    without = {
        (each["collection"], each["field"]) for part in ("exemptions", "expiries") for each in committed[part].values()
    }
    dates = {
        (kind_name(kind), name)
        for kind in KINDS
        for name, hint in get_type_hints(kind).items()
        if "datetime" in str(hint) and not any(name in query.where for query in QUERIES if query.kind is kind)
    }
    assert dates <= without
    assert {("member", "last_seen_at"), ("snapshot", "people_at"), ("room", "created_at")} <= dates
    assert "id" not in set(exempt_fields(AuditEntry))
    assert "owner_id" not in set(exempt_fields(Room))
    assert "version" not in set(exempt_fields(Member))


def test_documents_that_firestore_deletes_have_no_index_of_their_expiry() -> None:
    """A rate limit is a write per request, so 500 per second would be the limit of the whole site."""
    committed = json.loads(FILE.read_text())
    assert set(committed["expiries"]) == {kind_name(query.kind) for query in EXPIRING}
    assert not {query.name for query in EXPIRING} & set(committed["indexes"])
    leading = {index["fields"][0]["path"] for index in committed["indexes"].values()}
    assert "expires_at" not in leading
    assert "expires_at" in set(exempt_fields(RateWindow))
    store = FirestoreStore(cast("Any", None))
    for query in EXPIRING:
        with pytest.raises(ValueError, match="has no index"):
            store.query("main", query)


def test_the_exemptions_fit_into_a_database() -> None:
    """Firestore allows 200 single-field configurations (https://cloud.google.com/firestore/quotas)."""
    committed = json.loads(FILE.read_text())
    assert len(committed["exemptions"]) + len(committed["expiries"]) < 200
