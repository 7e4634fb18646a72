"""The bound store reaches its own workspace and no other (store/port.py); runs on every adapter."""

import inspect
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from watchparty_api.records import EmailClaim, Room
from watchparty_api.store import queries
from watchparty_api.store.port import Create, Delete, Replace, Store, WorkspaceStore

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)


def a_room(id_: str, **fields: Any) -> Room:
    """A room that names no workspace, as the handlers create them."""
    return Room(id=id_, created_at=NOW, owner_id="ana", link_id=id_, last_active_at=NOW, **{"name": "Film", **fields})


@pytest.fixture
def mine(store: Store, workspace: str) -> WorkspaceStore:
    return WorkspaceStore(store, workspace)


@pytest.fixture
def theirs(store: Store, workspace: str) -> WorkspaceStore:
    return WorkspaceStore(store, f"{workspace}-other")


def test_two_workspaces_of_one_store_are_isolated(mine: WorkspaceStore, theirs: WorkspaceStore) -> None:
    """Neither gets, lists, counts, replaces or deletes a document of the other, even under the same id."""
    room = mine.create(a_room("r", name="mine"))
    assert theirs.get(Room, "r") is None
    other = theirs.create(a_room("r", name="theirs"))
    assert (mine.get(Room, "r"), theirs.get(Room, "r")) == (room, other)
    for bound, expected in ((mine, room), (theirs, other)):
        assert bound.query(queries.ALL_ROOMS).items == (expected,)
        assert list(bound.query_all(queries.ALL_ROOMS)) == [expected]
        assert bound.count(queries.ALL_ROOMS) == 1
    theirs.delete(Room, "r")
    theirs.commit([Delete(Room, "r")])
    assert mine.get(Room, "r") == room


def test_a_record_is_written_to_its_own_workspace_only(mine: WorkspaceStore, theirs: WorkspaceStore) -> None:
    """A record that was read from one workspace is refused by another, whichever method writes it."""
    room = mine.create(a_room("r"))
    for write in (
        lambda: theirs.create(room),
        lambda: theirs.replace(room),
        lambda: theirs.commit([Create(room)]),
        lambda: theirs.commit([Replace(room)]),
    ):
        with pytest.raises(ValueError, match="workspace"):
            write()
    assert theirs.get(Room, "r") is None


def test_a_new_record_receives_the_workspace_on_writing(mine: WorkspaceStore) -> None:
    """create(), replace() and commit() write records that name no workspace to the bound one."""
    room = mine.create(a_room("r"))
    assert room.workspace_id == mine.workspace_id
    renamed = mine.replace(replace(a_room("r", name="renamed"), version=1))
    assert (renamed.workspace_id, renamed.version) == (mine.workspace_id, 2)
    claim = EmailClaim(id="c", created_at=NOW, account_id="ana")
    mine.commit([Create(claim), Replace(replace(renamed, workspace_id="", name="again"))])
    assert mine.get(EmailClaim, "c") == replace(claim, workspace_id=mine.workspace_id, version=1)
    found = mine.get(Room, "r")
    assert found is not None
    assert (found.name, found.workspace_id) == ("again", mine.workspace_id)


def test_query_all_reads_page_after_page(mine: WorkspaceStore) -> None:
    """It returns every document once, in the query's order, although they fill more than one page."""
    ids = [f"r{number:03}" for number in range(401)]
    mine.commit([Create(a_room(id_)) for id_ in ids])
    assert [room.id for room in mine.query_all(queries.ALL_ROOMS)] == ids[::-1]


def test_no_method_takes_a_workspace() -> None:
    """Code that holds the bound store has no parameter by which it could reach another workspace."""
    methods = [method for name, method in vars(WorkspaceStore).items() if inspect.isfunction(method) and name[0] != "_"]
    assert len(methods) > 5
    for method in methods:
        assert "workspace_id" not in inspect.signature(method).parameters
