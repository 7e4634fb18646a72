"""The contract of every store adapter (store/port.py)."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from watchparty_api.errors import AlreadyExists, Malformed, Missing, VersionConflict
from watchparty_api.records import Account, EmailClaim, Room, RoomAction, Video
from watchparty_api.store import queries
from watchparty_api.store.port import Create, Delete, Query, Replace, Store

NOW = datetime(2026, 11, 1, 20, 0, 0, 123456, tzinfo=UTC)


def a_room(workspace: str, id_: str, **fields: Any) -> Room:
    defaults: dict[str, Any] = {"name": "Film night", "owner_id": "ana", "link_id": id_, "last_active_at": NOW}
    return Room(workspace_id=workspace, id=id_, created_at=NOW, **{**defaults, **fields})


def test_a_record_reads_back_equal(store: Store, workspace: str) -> None:
    """A record with text, instants, numbers, tuples and dicts reads back equal, with version 1."""
    video = Video(
        workspace_id=workspace,
        id="v1",
        created_at=NOW,
        owner_id="ana",
        title="Ünïcode 🎬 'quoted'",
        size_bytes=5 * 1024**4,
        duration_s=5400.125,
        renditions=({"height": 720, "codecs": "avc1"}, {"height": 360}),
        failure={"code": "corrupt", "message": "No picture."},
        updated_at=NOW + timedelta(microseconds=1),
    )
    stored = store.create(workspace, video)
    assert stored == replace(video, version=1)
    assert store.get(workspace, Video, "v1") == stored


def test_none_stays_none(store: Store, workspace: str) -> None:
    """Optional fields, including JSON fields, keep None."""
    store.create(
        workspace, Video(workspace_id=workspace, id="v", created_at=NOW, owner_id="a", title="", updated_at=NOW)
    )
    found = store.get(workspace, Video, "v")
    assert found is not None
    assert (found.failure, found.duration_s, found.expires_at) == (None, None, None)


def test_a_missing_document_is_none(store: Store, workspace: str) -> None:
    """get() of an unknown id returns None."""
    assert store.get(workspace, Room, "nothing") is None


def test_create_is_a_claim(store: Store, workspace: str) -> None:
    """A second create() of the same id is refused and changes nothing."""
    store.create(workspace, a_room(workspace, "r", name="first"))
    with pytest.raises(AlreadyExists):
        store.create(workspace, a_room(workspace, "r", name="second"))
    found = store.get(workspace, Room, "r")
    assert found is not None
    assert found.name == "first"


def test_replace_increments_the_version_and_refuses_old_ones(store: Store, workspace: str) -> None:
    """A write is accepted only for the version that it was decided on."""
    first = store.create(workspace, a_room(workspace, "r"))
    second = store.replace(workspace, replace(first, name="renamed"))
    assert second.version == 2
    with pytest.raises(VersionConflict):
        store.replace(workspace, replace(first, name="too late"))
    assert store.get(workspace, Room, "r") == second


def test_replace_of_a_missing_document_raises(store: Store, workspace: str) -> None:
    """replace() of a document that does not exist raises Missing."""
    with pytest.raises(Missing):
        store.replace(workspace, a_room(workspace, "r", version=1))


def test_delete_of_a_missing_document_is_no_error(store: Store, workspace: str) -> None:
    """delete() removes the document, and a second delete() succeeds too."""
    store.create(workspace, a_room(workspace, "r"))
    store.delete(workspace, Room, "r")
    store.delete(workspace, Room, "r")
    assert store.get(workspace, Room, "r") is None


def test_a_commit_is_atomic(store: Store, workspace: str) -> None:
    """If one write of a commit is refused, none of the others is applied."""
    room = store.create(workspace, a_room(workspace, "r"))
    store.create(workspace, EmailClaim(workspace_id=workspace, id="taken", created_at=NOW, account_id="other"))
    account = Account(workspace_id=workspace, id="a", created_at=NOW, email="a@example.org", display_name="A")
    claim = EmailClaim(workspace_id=workspace, id="taken", created_at=NOW, account_id="a")
    with pytest.raises(AlreadyExists):
        store.commit(workspace, [Create(account), Replace(replace(room, name="x")), Delete(Room, "r"), Create(claim)])
    assert store.get(workspace, Account, "a") is None
    assert store.get(workspace, Room, "r") == room
    store.commit(workspace, [Create(account), Replace(replace(room, name="x"))])
    found = store.get(workspace, Room, "r")
    assert found is not None
    assert (found.name, found.version) == ("x", 2)


def test_workspaces_are_isolated(store: Store, workspace: str) -> None:
    """The same id in two workspaces is two documents: a workspace cannot read, list, count or delete another's."""
    other = f"{workspace}-other"
    mine = store.create(workspace, a_room(workspace, "r", name="mine"))
    theirs = store.create(other, a_room(other, "r", name="theirs"))
    assert store.query(workspace, queries.ALL_ROOMS).items == (mine,)
    assert store.count(workspace, queries.ALL_ROOMS) == 1
    store.delete(workspace, Room, "r")
    assert store.get(other, Room, "r") == theirs


def test_a_record_of_another_workspace_is_refused(store: Store, workspace: str) -> None:
    """A record can be written only to the workspace that it names."""
    with pytest.raises(ValueError, match="cannot write a record of workspace"):
        store.create("elsewhere", a_room(workspace, "r"))


def test_pages_follow_the_declared_order(store: Store, workspace: str) -> None:
    """Pages follow each other without gaps or repetition in the declared order, with ids as tie-breakers."""
    for number in range(7):
        at = NOW + timedelta(minutes=number // 2)
        store.create(workspace, a_room(workspace, f"r{number}", last_active_at=at))
    store.create(workspace, a_room(workspace, "not-hers", owner_id="ben"))
    seen: list[str] = []
    cursor = None
    while True:
        page = store.query(workspace, queries.ROOMS_OF_OWNER, "ana", limit=3, cursor=cursor)
        seen += [room.id for room in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == ["r6", "r5", "r4", "r3", "r2", "r1", "r0"]


def test_ids_are_ordered_bytewise(store: Store, workspace: str) -> None:
    """Capital letters, hyphens and underscores sort by their bytes, whatever the server's locale."""
    ids = ["_a", "-a", "Aa", "aA", "ab", "Zz", "0"]
    for id_ in ids:
        store.create(workspace, a_room(workspace, id_))
    found = [room.id for room in store.query(workspace, queries.ALL_ROOMS).items]
    assert found == sorted(ids, reverse=True)


def test_the_last_page_has_no_cursor(store: Store, workspace: str) -> None:
    """A query without results returns neither items nor a cursor; an exactly full page can be the last one."""
    assert store.query(workspace, queries.ALL_ROOMS).cursor is None
    store.create(workspace, a_room(workspace, "r"))
    page = store.query(workspace, queries.ALL_ROOMS, limit=1)
    assert (len(page.items), page.cursor) == (1, None)


@pytest.mark.parametrize("cursor", ["", "nonsense", "bm9uc2Vuc2U", "WzEsMiwzXQ", "ÄÖ"])
def test_a_foreign_cursor_is_malformed(store: Store, workspace: str, cursor: str) -> None:
    """Text that is not a cursor is refused as malformed."""
    with pytest.raises(Malformed):
        store.query(workspace, queries.ALL_ROOMS, cursor=cursor)


@pytest.mark.parametrize(
    "position",
    [
        ("t", "2026-01-01T00:00:00", "r1"),
        ("t", "0001-01-01T00:00:00+14:00", "r1"),
        ("t", 7, "r1"),
        ("v", "2026-01-01", "r1"),
        ("v", [1], "r1"),
        ("t", "2026-01-01T00:00:00+00:00", "\ud800"),
        ("t", "2026-01-01T00:00:00+00:00", "\0"),
    ],
    ids=str,
)
def test_an_edited_cursor_is_malformed(store: Store, workspace: str, position: tuple[Any, ...]) -> None:
    """A position that no item of the list can have does not reach the database."""
    for number in range(2):
        store.create(workspace, a_room(workspace, f"r{number}"))
    cursor = store.query(workspace, queries.ALL_ROOMS, limit=1).cursor or ""
    binding = json.loads(base64.urlsafe_b64decode(cursor + "=="))[0]
    edited = base64.urlsafe_b64encode(json.dumps([binding, *position]).encode()).decode()
    with pytest.raises(Malformed):
        store.query(workspace, queries.ALL_ROOMS, cursor=edited)


def test_a_cursor_belongs_to_its_query_and_values(store: Store, workspace: str) -> None:
    """A cursor is valid only for the query and values that it was created for."""
    for number in range(3):
        store.create(workspace, a_room(workspace, f"r{number}"))
    cursor = store.query(workspace, queries.ROOMS_OF_OWNER, "ana", limit=1).cursor
    with pytest.raises(Malformed):
        store.query(workspace, queries.ROOMS_OF_OWNER, "ben", limit=1, cursor=cursor)
    with pytest.raises(Malformed):
        store.query(workspace, queries.ALL_ROOMS, limit=1, cursor=cursor)


def test_a_query_for_none_matches_unset_fields(store: Store, workspace: str) -> None:
    """A query for None finds the documents whose field is not set."""
    account = Account(workspace_id=workspace, id="a", created_at=NOW, email=None, display_name="A")
    store.create(workspace, account)
    store.create(workspace, replace(account, id="b", external_id="uid"))
    assert [each.id for each in store.query(workspace, queries.ACCOUNTS_BY_EXTERNAL_ID, None).items] == ["a"]


def test_an_undeclared_query_is_refused(store: Store, workspace: str) -> None:
    """A query without an index fails in development rather than in production."""
    with pytest.raises(ValueError, match="not declared"):
        store.query(workspace, Query("made_up", Room, where=("name",)), "x")
    with pytest.raises(ValueError, match="not declared"):
        store.count(workspace, queries.ROOMS_OF_OWNER)


def test_concurrent_writers_lose_no_update(store: Store, workspace: str) -> None:
    """Writers that read again after a conflict lose no update."""
    store.create(workspace, a_room(workspace, "r", settings_rev=0))

    def add_five(_: int) -> None:
        done = 0
        while done < 5:
            room = store.get(workspace, Room, "r")
            assert room is not None
            try:
                store.replace(workspace, replace(room, settings_rev=room.settings_rev + 1))
                done += 1
            except VersionConflict:
                continue

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_five, range(4)))
    room = store.get(workspace, Room, "r")
    assert room is not None
    assert (room.settings_rev, room.version) == (20, 21)


def test_only_one_of_many_claims_succeeds(store: Store, workspace: str) -> None:
    """If several callers create the same id at once, exactly one succeeds."""

    def claim(number: int) -> bool:
        try:
            store.create(workspace, EmailClaim(workspace_id=workspace, id="e", created_at=NOW, account_id=str(number)))
        except AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, range(6))) == 1


def test_a_store_that_responds_is_ready(store: Store) -> None:
    """ready() is true while the store responds."""
    assert store.ready() is True


def test_text_that_a_database_cannot_hold_is_malformed(store: Store, workspace: str) -> None:
    """A null character is stored or refused as malformed; it never appears as an error of the database."""
    try:
        stored = store.create(workspace, a_room(workspace, "r", name="a\0b")).name
    except Malformed:
        stored = "a\0b"
    found = store.get(workspace, Room, "r")
    assert found is None or found.name == stored


@pytest.mark.parametrize(
    "value",
    [float("inf"), float("nan"), 2**63, -(2**64), "a\0b", "\ud800", {"a\0": 1}, [[float("-inf")]], {"a": {"b": "\0"}}],
    ids=repr,
)
def test_what_one_store_cannot_hold_no_store_accepts(store: Store, workspace: str, value: object) -> None:
    """As Malformed, which says that a repeat would be refused too; the other writes of the commit are not applied."""
    bad = RoomAction(
        workspace_id=workspace, id="bad", created_at=NOW, room_id="r", at=NOW, by="p", kind="k", data={"v": value}
    )
    with pytest.raises(Malformed):
        store.commit(workspace, [Create(a_room(workspace, "r")), Create(bad)])
    assert store.get(workspace, Room, "r") is None


def test_a_document_that_is_too_large_is_malformed_or_stored(store: Store, workspace: str) -> None:
    """Firestore refuses more than a mebibyte, and no repeat would help; the other stores accept it."""
    large = RoomAction(
        workspace_id=workspace,
        id="l",
        created_at=NOW,
        room_id="r",
        at=NOW,
        by="p",
        kind="k",
        data={"v": "x" * 1_100_000},
    )
    try:
        store.create(workspace, large)
    except Malformed:
        assert store.get(workspace, RoomAction, "l") is None


def test_many_documents_are_read_at_once(store: Store, workspace: str) -> None:
    """By id; missing and repeated ids are no error, and other workspaces are not seen."""
    for id_ in ("a", "b"):
        store.create(workspace, a_room(workspace, id_))
    found = store.get_many(workspace, Room, ["a", "b", "a", "nothing"])
    assert {id_: room.id for id_, room in found.items()} == {"a": "a", "b": "b"}
    assert store.get_many(workspace, Room, []) == {}
    assert store.get_many(f"{workspace}-other", Room, ["a"]) == {}
