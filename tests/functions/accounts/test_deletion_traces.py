"""One account leaves a trace in every kind of record and is deleted: the store holds nothing of it but what the
register of personal data keeps with a reason.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import create_engine, select
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness, Person, build_harness
from fakes.authenticator import Authenticator
from fakes.factors import SECURE_SITE as SITE
from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.creation import create_account
from watchparty_api.accounts.deletion import complete_deletions, delete_account
from watchparty_api.accounts.personal_data import RECORDS
from watchparty_api.config import Config
from watchparty_api.dead_letters import set_aside
from watchparty_api.errors import Unavailable
from watchparty_api.maintenance import delete_expired
from watchparty_api.rate_limits.limits import Limiter
from watchparty_api.rate_limits.shared_windows import SharedWindows
from watchparty_api.records import KINDS, Account, Member, Record, Video, Webhook, WorkspaceSettings
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.rooms.history.models import DELETED_NAME
from watchparty_api.services import SETTINGS_ID
from watchparty_api.store.port import Delete
from watchparty_api.store.shapes import kind_name
from watchparty_api.store.tables import TABLES
from watchparty_api.webhooks.outbox import delivery

NAME, EMAIL, ADDRESS = "Quillfeather", "quill@example.org", "203.0.113.77"
THIRD_PARTY = "friend-of-quill@example.org"
SECRET_TEXT = "my cat is called Marzipan"

KEPT = {kind_name(entry.kind) for entry in RECORDS if entry.on_deletion == "kept"}


@dataclass
class Site:
    """An API on one of the stores, and the text of every document in it."""

    api: ApiHarness
    url: str

    @property
    def workspace(self) -> str:
        return self.api.services.config.workspace_id

    def documents(self) -> dict[str, list[str]]:
        """Every document as text, by the name of its kind, read past our own code."""
        return {kind_name(kind): [json.dumps(row, default=str) for row in self._rows(kind)] for kind in KINDS}

    def _rows(self, kind: type[Record]) -> list[dict[str, Any]]:
        if self.url.startswith("firestore:"):
            from google.cloud import firestore

            client = firestore.Client(project=self.url.removeprefix("firestore://"))
            found = client.collection("workspaces", self.workspace, kind_name(kind)).stream()
            return [cast("dict[str, Any]", each.to_dict()) for each in found]
        engine = create_engine(self.url)
        statement = select(TABLES[kind]).where(TABLES[kind].c.workspace_id == self.workspace)
        with engine.connect() as connection:
            rows = [dict(row._mapping) for row in connection.execute(statement)]
        engine.dispose()
        return rows

    def kinds_with(self, *needles: str) -> set[str]:
        """The kinds of the documents that contain any of the texts, in any case."""
        wanted = [needle.lower() for needle in needles]
        texts = {kind: "\n".join(found).lower() for kind, found in self.documents().items()}
        return {kind for kind, text in texts.items() if any(needle in text for needle in wanted)}


def open_site(store_url: str, keys_dir: Path) -> Site:
    workspace = f"ws-{secrets.token_hex(6)}"  # a server is shared by all tests
    config = Config(public_url=SITE, store_url=store_url, keys_dir=str(keys_dir), workspace_id=workspace)
    api = build_harness(config)
    api.services.trusted_clock.now()  # as maintenance does, from the start on
    return Site(api, store_url)


@pytest.fixture
def site(store_url: str, keys_dir: Path) -> Iterator[Site]:
    opened = open_site(store_url, keys_dir)
    yield opened
    opened.api.services.store.close()


@pytest.fixture
def home(tmp_path: Path, keys_dir: Path) -> Iterator[Site]:
    opened = open_site(f"sqlite:///{tmp_path}/watchparty.sqlite", keys_dir)
    yield opened
    opened.api.services.store.close()


@dataclass
class Trail:
    """What identifies the account, after it has been everywhere."""

    ana: Person
    bo: Person
    own_room: str
    room: str
    knock_room: str
    participant_id: str
    address_hash: str
    own_address: str

    @property
    def identifiers(self) -> tuple[str, ...]:
        return (NAME, EMAIL, self.ana.id, self.address_hash, SECRET_TEXT, self.own_address)


def ok(answer: Any) -> dict[str, Any]:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else {}


def event(site: Site, room: str, kind: str, **facts: Any) -> dict[str, Any]:
    id_ = f"{room}:1:{kind}:{secrets.token_hex(6)}"
    return {"id": id_, "room": room, "epoch": 1, "at": site.api.clock().isoformat(), "kind": kind, **facts}


def said(site: Site, room: str, by: str, seq: int) -> dict[str, Any]:
    facts = {"op": "said", "message_id": f"m{seq}", "by": by, "name": NAME, "text": SECRET_TEXT}
    return event(site, room, "chat", seq=seq, **facts)


def leave_traces(site: Site) -> Trail:
    """The account is host, co-host, guest of others, banned, invited, integrator and owner of films."""
    api = site.api
    store = api.services.store
    account = create_account(api.services, email=EMAIL, password="a long enough password", display_name=NAME)
    ana, bo = api.sign_in(account), api.person("Bo")
    at_anas = TestClient(api.app, base_url=SITE, headers={"Origin": SITE}, client=(ADDRESS, 50000))
    at_bos = TestClient(api.app, base_url=SITE, headers={"Origin": SITE}, client=("198.51.100.9", 50000))
    now = api.clock()
    store.create(WorkspaceSettings(id=SETTINGS_ID, created_at=now))

    def call(who: Person, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        client = at_anas if who is ana else at_bos
        return ok(client.request(method, f"/api/v1{path}", json=body, headers={**who.headers, **headers}))

    call(ana, "POST", "/auth/me/tokens", {"name": f"{NAME}'s script", "scopes": ["account:read"]})
    created = Authenticator(SITE).create(call(ana, "POST", "/auth/me/passkeys/challenge")["public_key"])
    call(ana, "POST", "/auth/me/passkeys", {"name": f"{NAME}'s phone", "credential": created})
    call(ana, "POST", "/auth/step-up/challenge")
    changed = store.get(Account, ana.id)
    assert changed is not None
    ana = replace(ana, account=changed)
    own = call(ana, "POST", "/rooms", {"name": f"{NAME}'s evening", "access": "knock"}, **{"Idempotency-Key": "k1"})
    call(ana, "POST", f"/rooms/{own['id']}/link")
    link = call(ana, "GET", f"/rooms/{own['id']}")["url"].rpartition("/")[2]
    guest = ok(at_bos.post(f"/api/v1/rooms/{link}/join", json={"display_name": "Gast"}))
    call(ana, "POST", f"/rooms/{own['id']}/join-requests/{guest['request_id']}", {"decision": "admit"})
    call(ana, "POST", f"/rooms/{own['id']}/invitations", {"email": THIRD_PARTY})
    call(ana, "DELETE", f"/rooms/{own['id']}/members/{guest['connection']['participant_id']}?ban=true")
    film = Video(
        id="film", created_at=now, owner_id=ana.id, title=f"{NAME} at sea", filename=f"{NAME}.mp4", status="ready",
        playable=True, duration_s=60.0, playable_s=60.0, generation="1", updated_at=now,
        subtitle_tracks=({"id": "t", "label": f"by {NAME}", "language": "en"},),
    )  # fmt: skip
    store.create(film)
    api.objects.media["film/1/s0/subtitles.vtt"] = NAME.encode()
    for who, events in ((ana, ["video.ready"]), (bo, ["participant.joined", "participant.left"])):
        hook = call(
            who, "POST", "/webhooks", {"url": f"http://127.0.0.1:9/{who.account.display_name}", "events": events}
        )
        assert hook
    (hook_of_ana,) = [each for each in site.documents()["webhook"] if f"/{NAME}" in each]
    webhook_id = next(each["id"] for each in call(ana, "GET", "/webhooks")["items"])
    assert webhook_id in hook_of_ana
    hook_record = store.get(Webhook, webhook_id)
    assert hook_record is not None
    store.create(delivery(api.services, hook_record, "video.ready", {"video": {"title": film.title}}, event_id="e"))

    # in the room of someone else, as a co-host
    room = call(bo, "POST", "/rooms", {"name": "Bo's", "control": "everyone"})
    joined = call(ana, "POST", f"/rooms/{room['id']}/join", {"display_name": NAME})
    me = joined["connection"]["participant_id"]
    call(bo, "PATCH", f"/rooms/{room['id']}/members/{me}", {"role": "moderator"})
    call(ana, "PUT", f"/rooms/{room['id']}/queue", {"items": [{"video_id": "film"}]})
    call(ana, "POST", f"/rooms/{room['id']}/invitations", {"email": THIRD_PARTY})
    call(bo, "POST", f"/rooms/{room['id']}/invitations", {"email": EMAIL.title()})
    person = {"participant_id": me, "name": NAME}
    clock = {"rev": 1, "mode": "playing", "pos_s": 1.0, "rate": 1.0, "video_id": "film", "mrev": 1}
    ingest(
        api.services,
        [
            event(site, room["id"], "session_started", **person, total=1),
            said(site, room["id"], me, 1),
            event(site, room["id"], "snapshot", **clock, people=[person], total=1),
            event(site, room["id"], "report", people=[{"participant_id": me, "samples": 3}]),
            event(site, room["id"], "action", cmd="pause", by=me, mode="paused", pos_s=1.0, rate=1.0),
            event(site, own["id"], "chat", seq=1, op="cleared"),
            said(site, own["id"], own["you"]["participant_id"], 2),
            event(site, own["id"], "snapshot", **clock, people=[person], total=1),
            event(site, own["id"], "report", people=[{"participant_id": "p", "samples": 3}]),
        ],
    )
    set_aside(api.services, "room_event", said(site, room["id"], me, 9), ValueError("no"))
    set_aside(api.services, "transcode_event", {"video_id": "film", "error": NAME}, ValueError("no"))

    # banned elsewhere, after knocking
    knock_room = call(bo, "POST", "/rooms", {"access": "knock"})
    waiting = call(ana, "POST", f"/rooms/{knock_room['id']}/join", {"display_name": NAME})
    blocked = f"/rooms/{knock_room['id']}/join-requests/{waiting['request_id']}"
    call(bo, "POST", blocked, {"decision": "block"})

    # links and mails
    ok(at_anas.post("/api/v1/auth/password/forgot", json={"email": EMAIL}))
    one_time_tokens.mint(api.services, "account_invite", email=EMAIL, created_by=bo.id)
    one_time_tokens.mint(api.services, "account_invite", email=THIRD_PARTY, created_by=ana.id)

    # limits that all processes share, as in the cloud
    windows = SharedWindows(store, keyed_hash=api.services.keyed_hash, now=api.clock)
    Limiter(windows).hit("login_failure", EMAIL, ADDRESS)

    # a notice that the relay has not confirmed
    api.relay.reachable = False
    call(bo, "PATCH", f"/rooms/{room['id']}/members/{me}", {"muted": True})
    api.relay.reachable = True
    keyed = api.services.keyed_hash.of("address", ADDRESS)
    return Trail(ana, bo, own["id"], room["id"], knock_room["id"], me, keyed, f"/{NAME}")


def test_nothing_remains_but_what_is_kept_with_a_reason(site: Site) -> None:
    """Name, email address, id, address hash and messages are found in no document, except the kinds that keep them."""
    trail = leave_traces(site)
    before = site.documents()
    impersonal = {kind_name(entry.kind) for entry in RECORDS if entry.on_deletion == "nothing"}
    assert {kind for kind, found in before.items() if not found} <= impersonal, "every kind has a document"
    holding = {kind_name(entry.kind) for entry in RECORDS if entry.on_deletion in ("deleted", "anonymised")}
    traces = (*trail.identifiers, THIRD_PARTY, trail.ana.session_id, trail.own_room, trail.participant_id)
    claims = {"email_claim"}  # under a hash of the address
    assert holding - claims <= site.kinds_with(*traces), "the account has left a trace in each kind"

    delete_account(site.api.services, trail.ana.account, actor=trail.ana.id)

    assert site.kinds_with(NAME, EMAIL, SECRET_TEXT, trail.own_address, THIRD_PARTY) == set()
    assert site.kinds_with(trail.ana.id) <= {"audit_entry"} <= KEPT
    assert site.kinds_with(trail.address_hash) <= {"banned_address"} <= KEPT
    assert site.kinds_with(trail.ana.session_id) <= {"audit_entry"}
    assert site.kinds_with(trail.own_room) <= {"room_link", "notice", "idempotency_key"} <= KEPT | {"room_link"}
    of_kind = {kind_name(entry.kind): entry for entry in RECORDS}
    for kind in site.kinds_with(trail.participant_id):
        assert of_kind[kind].on_deletion in ("kept", "anonymised") or of_kind[kind].note, f"{kind} keeps the id"
    assert site.documents()["email_claim"] == []
    assert site.api.objects.deleted == ["film"]


def test_others_see_a_deleted_account(home: Site) -> None:
    """Hosts see "Deleted account" in logs and bans; the messages are gone, those of others stay."""
    trail = leave_traces(home)
    ingest(home.api.services, [{**said(home, trail.room, "bo", 3), "name": "Bo", "text": "hello"}])
    delete_account(home.api.services, trail.ana.account, actor=trail.ana.id)
    client, headers = home.api.client, trail.bo.headers
    chat = client.get(f"/api/v1/rooms/{trail.room}/chat", headers=headers).json()["items"]
    assert [line["text"] for line in chat] == ["hello"]
    log = client.get(f"/api/v1/rooms/{trail.room}/events", headers=headers).json()["items"]
    assert {entry["data"]["name"] for entry in log if "name" in entry["data"]} == {DELETED_NAME}
    (ban,) = client.get(f"/api/v1/rooms/{trail.knock_room}/bans", headers=headers).json()["items"]
    assert ban["display_name"] == DELETED_NAME
    assert client.get(f"/api/v1/rooms/{trail.own_room}").json()["code"] == "room_closed"


def test_the_relay_is_asked_to_erase(home: Site) -> None:
    """Each room of the account receives the notice `erase`, with a higher version than what the relay knows."""
    trail = leave_traces(home)
    delete_account(home.api.services, trail.ana.account, actor=trail.ana.id)
    for room in (trail.room, trail.own_room, trail.knock_room):
        notices = [notice for at, notice in home.api.relay.delivered if at == room]
        (erase,) = [notice for notice in notices if notice["kind"] == "erase"]
        others = [n["mver"] for n in notices if n.get("participant_id") == erase["participant_id"] and n is not erase]
        assert all(erase["mver"] > mver for mver in others)


def test_events_that_arrive_later_lose_the_name(site: Site) -> None:
    """The relay reports the leave after the deletion, and a queue may repeat anything: nothing comes back."""
    trail = leave_traces(site)
    person = {"participant_id": trail.participant_id, "name": NAME}
    clock = {"rev": 1, "mode": "playing", "pos_s": 1.0, "rate": 1.0, "video_id": "film", "mrev": 1}
    late = [
        said(site, trail.room, trail.participant_id, 11),
        event(site, trail.room, "session_ended", **person, total=0),
        event(site, trail.room, "snapshot", **{**clock, "rev": 7}, people=[person], total=1),
        said(site, trail.own_room, "host", 12),
    ]
    delete_account(site.api.services, trail.ana.account, actor=trail.ana.id)
    site.api.clock.advance(seconds=5)
    later = event(site, trail.room, "snapshot", **{**clock, "rev": 8}, people=[person], total=1)
    ingest(site.api.services, [*late, later])
    assert site.kinds_with(NAME, SECRET_TEXT) == set()
    assert any(DELETED_NAME in each for each in site.documents()["delivery"]), "the webhook reports the leave"


def test_the_files_hold_nothing_either(home: Site, tmp_path: Path) -> None:
    """Neither freed pages nor the write-ahead log of the database contain what was deleted, while the server runs."""
    trail = leave_traces(home)
    delete_account(home.api.services, trail.ana.account, actor=trail.ana.id)
    for path in tmp_path.glob("watchparty.sqlite*"):
        content = path.read_bytes()
        for needle in (NAME, EMAIL, SECRET_TEXT, THIRD_PARTY):
            assert needle.encode() not in content, f"{needle} is in {path.name}"


def test_an_interrupted_deletion_is_completed(home: Site) -> None:
    """If the store fails in the middle, nobody can sign in, and maintenance deletes the rest."""
    trail = leave_traces(home)
    store, calls = home.api.services.store, [0]
    adapter = store.adapter

    class Failing:
        """Refuses everything after a number of commits, as a database that goes away."""

        def __getattr__(self, name: str) -> Any:
            return getattr(adapter, name)

        def commit(self, *arguments: Any) -> None:
            calls[0] += 1
            if calls[0] > 12:
                raise Unavailable("store_unavailable", "The database isn’t responding.")
            adapter.commit(*arguments)

        def delete(self, workspace_id: str, kind: type[Record], id_: str) -> None:
            self.commit(workspace_id, [Delete(kind, id_)])

    failing = replace(home.api.services, store=replace(store, adapter=cast("Any", Failing())))
    with pytest.raises(Unavailable):
        delete_account(failing, trail.ana.account, actor=trail.ana.id)
    left = store.get(Account, trail.ana.id)
    assert left is not None
    assert (left.suspended, left.deleting) == (True, True)
    assert home.api.client.get("/api/v1/auth/me", headers=trail.ana.headers).status_code in (401, 403)
    assert complete_deletions(home.api.services) == 1
    assert home.kinds_with(NAME, EMAIL, SECRET_TEXT) == set()
    assert store.get(Account, trail.ana.id) is None


def test_a_ban_outlives_the_deleted_account_by_address(home: Site) -> None:
    """Deleting the account does not lift the ban of its address, and the address is forgotten after a day."""
    trail = leave_traces(home)
    delete_account(home.api.services, trail.ana.account, actor=trail.ana.id)
    again = TestClient(home.api.app, base_url=SITE, headers={"Origin": SITE}, client=(ADDRESS, 50000))
    path = f"/api/v1/rooms/{trail.knock_room}/join"
    assert again.post(path, json={"display_name": "x"}).json()["code"] == "banned"
    home.api.clock.advance(hours=25)
    assert again.post(path, json={"display_name": "x"}).status_code == 202
    delete_expired(home.api.services)
    hashes = {kind: found for kind, found in home.documents().items() if any(trail.address_hash in f for f in found)}
    assert set(hashes) <= {"join_address"}, "only the new attempt has one"


def test_an_address_is_forgotten_a_day_after_joining(home: Site) -> None:
    """A member's address hash expires, whether or not the member comes back."""
    trail = leave_traces(home)
    assert home.kinds_with(trail.address_hash) == {"join_address", "banned_address"}
    home.api.clock.advance(hours=24, minutes=1)
    delete_expired(home.api.services)
    assert home.kinds_with(trail.address_hash) == set()


def test_old_records_keep_no_address(home: Site) -> None:
    """Records of earlier releases lose the address hash with their next change."""
    trail = leave_traces(home)
    store = home.api.services.store
    member = store.get(Member, f"{trail.room}.{trail.participant_id}")
    assert member is not None
    store.replace(replace(member, address_hash="old-hash"))
    at_anas = TestClient(home.api.app, base_url=SITE, headers={"Origin": SITE}, client=(ADDRESS, 50000))
    ok(at_anas.post(f"/api/v1/rooms/{trail.room}/join", json={}, headers=trail.ana.headers))
    assert home.kinds_with("old-hash") == set()


def test_the_export_and_the_views_never_contain_a_hash(home: Site) -> None:
    """An address hash leaves the store through no answer."""
    trail = leave_traces(home)
    for path in (f"/rooms/{trail.knock_room}/bans", f"/rooms/{trail.room}/members"):
        assert trail.address_hash not in home.api.client.get(f"/api/v1{path}", headers=trail.bo.headers).text
    assert trail.address_hash not in home.api.client.get("/api/v1/auth/me/export", headers=trail.ana.headers).text
