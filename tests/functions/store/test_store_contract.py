"""What every store adapter promises (store/port.py)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from watchparty_api.errors import AlreadyExists, Malformed, Missing, VersionConflict
from watchparty_api.records import Account, EmailClaim, Room, Video
from watchparty_api.store import queries
from watchparty_api.store.port import Create, Delete, Query, Replace, Store

NOW = datetime(2026, 11, 1, 20, 0, 0, 123456, tzinfo=UTC)


def a_room(workspace: str, id_: str, **fields: object) -> Room:
    defaults: dict[str, object] = {"name": "Film night", "owner_id": "ana", "link_id": id_, "last_active_at": NOW}
    return Room(workspace_id=workspace, id=id_, created_at=NOW, **{**defaults, **fields})  # type: ignore[arg-type]


def test_what_was_stored_comes_back_whole(store: Store, workspace: str) -> None:
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
    """Optional fields, JSON ones among them, keep None."""
    store.create(
        workspace, Video(workspace_id=workspace, id="v", created_at=NOW, owner_id="a", title="", updated_at=NOW)
    )
    found = store.get(workspace, Video, "v")
    assert found is not None
    assert (found.failure, found.duration_s, found.expires_at) == (None, None, None)


def test_what_is_not_there_is_none(store: Store, workspace: str) -> None:
    """get() of an unknown id gives None."""
    assert store.get(workspace, Room, "nothing") is None


def test_create_is_a_claim(store: Store, workspace: str) -> None:
    """The second create() of an id is refused and changes nothing."""
    store.create(workspace, a_room(workspace, "r", name="first"))
    with pytest.raises(AlreadyExists):
        store.create(workspace, a_room(workspace, "r", name="second"))
    found = store.get(workspace, Room, "r")
    assert found is not None
    assert found.name == "first"


def test_replace_counts_versions_and_refuses_old_ones(store: Store, workspace: str) -> None:
    """A write is accepted on the version it was decided on, and on no other."""
    first = store.create(workspace, a_room(workspace, "r"))
    second = store.replace(workspace, replace(first, name="renamed"))
    assert second.version == 2
    with pytest.raises(VersionConflict):
        store.replace(workspace, replace(first, name="too late"))
    assert store.get(workspace, Room, "r") == second


def test_replace_of_nothing_is_missing(store: Store, workspace: str) -> None:
    """replace() of a document that is not there raises Missing."""
    with pytest.raises(Missing):
        store.replace(workspace, a_room(workspace, "r", version=1))


def test_delete_needs_nothing_to_be_there(store: Store, workspace: str) -> None:
    """delete() removes, and is content when there is nothing to remove."""
    store.create(workspace, a_room(workspace, "r"))
    store.delete(workspace, Room, "r")
    store.delete(workspace, Room, "r")
    assert store.get(workspace, Room, "r") is None


def test_a_commit_happens_whole_or_not_at_all(store: Store, workspace: str) -> None:
    """When one write of a commit is refused, none of the others is there."""
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


def test_workspaces_never_meet(store: Store, workspace: str) -> None:
    """The same id in two workspaces is two documents; neither reads, lists, counts, or deletes the other's."""
    other = f"{workspace}-other"
    mine = store.create(workspace, a_room(workspace, "r", name="mine"))
    theirs = store.create(other, a_room(other, "r", name="theirs"))
    assert store.query(workspace, queries.ALL_ROOMS).items == (mine,)
    assert store.count(workspace, queries.ALL_ROOMS) == 1
    store.delete(workspace, Room, "r")
    assert store.get(other, Room, "r") == theirs


def test_a_record_of_another_workspace_is_refused(store: Store, workspace: str) -> None:
    """A record can only be written into the workspace it names."""
    with pytest.raises(ValueError, match="was written to"):
        store.create("elsewhere", a_room(workspace, "r"))


def test_pages_follow_the_declared_order(store: Store, workspace: str) -> None:
    """Pages join without gap or repetition in the declared order, ids deciding between equals."""
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
    """Capital letters, hyphens and underscores sort as their bytes do, whatever the server's language."""
    ids = ["_a", "-a", "Aa", "aA", "ab", "Zz", "0"]
    for id_ in ids:
        store.create(workspace, a_room(workspace, id_))
    found = [room.id for room in store.query(workspace, queries.ALL_ROOMS).items]
    assert found == sorted(ids, reverse=True)


def test_an_empty_answer_has_no_cursor(store: Store, workspace: str) -> None:
    """A query that finds nothing gives no items and no cursor; an exactly full page is the last one."""
    assert store.query(workspace, queries.ALL_ROOMS).cursor is None
    store.create(workspace, a_room(workspace, "r"))
    page = store.query(workspace, queries.ALL_ROOMS, limit=1)
    assert (len(page.items), page.cursor) == (1, None)


@pytest.mark.parametrize("cursor", ["", "nonsense", "bm9uc2Vuc2U", "WzEsMiwzXQ", "ÄÖ"])
def test_a_foreign_cursor_is_malformed(store: Store, workspace: str, cursor: str) -> None:
    """What is no cursor is refused as malformed."""
    with pytest.raises(Malformed):
        store.query(workspace, queries.ALL_ROOMS, cursor=cursor)


def test_a_cursor_belongs_to_its_query_and_values(store: Store, workspace: str) -> None:
    """A cursor of one list does not open another."""
    for number in range(3):
        store.create(workspace, a_room(workspace, f"r{number}"))
    cursor = store.query(workspace, queries.ROOMS_OF_OWNER, "ana", limit=1).cursor
    with pytest.raises(Malformed):
        store.query(workspace, queries.ROOMS_OF_OWNER, "ben", limit=1, cursor=cursor)
    with pytest.raises(Malformed):
        store.query(workspace, queries.ALL_ROOMS, limit=1, cursor=cursor)


def test_where_matches_none(store: Store, workspace: str) -> None:
    """A query for None finds the documents whose field is not set."""
    account = Account(workspace_id=workspace, id="a", created_at=NOW, email=None, display_name="A")
    store.create(workspace, account)
    store.create(workspace, replace(account, id="b", external_id="uid"))
    assert [each.id for each in store.query(workspace, queries.ACCOUNTS_BY_EXTERNAL_ID, None).items] == ["a"]


def test_an_undeclared_query_is_a_mistake(store: Store, workspace: str) -> None:
    """A query that has no index is refused, so that nobody finds out in production."""
    with pytest.raises(ValueError, match="not declared"):
        store.query(workspace, Query("made_up", Room, where=("name",)), "x")
    with pytest.raises(ValueError, match="not declared"):
        store.count(workspace, queries.ROOMS_OF_OWNER)


def test_the_fastest_of_many_writers_wins_each_round(store: Store, workspace: str) -> None:
    """Writers who read again after a conflict lose no update."""
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
    """Of many who create the same id at once exactly one does."""

    def claim(number: int) -> bool:
        try:
            store.create(workspace, EmailClaim(workspace_id=workspace, id="e", created_at=NOW, account_id=str(number)))
        except AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(claim, range(6))) == 1


def test_a_store_that_answers_is_ready(store: Store) -> None:
    """ready() is true while the store answers."""
    assert store.ready() is True


def test_text_that_a_database_cannot_hold_is_malformed(store: Store, workspace: str) -> None:
    """A null character is kept or refused as the caller's mistake; it is never the database's trouble."""
    try:
        kept = store.create(workspace, a_room(workspace, "r", name="a\0b")).name
    except Malformed:
        kept = "a\0b"
    found = store.get(workspace, Room, "r")
    assert found is None or found.name == kept
