"""Events from the relay are stored once, in whatever order they arrive."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from fakes.api_harness import ApiHarness
from fakes.party import Party, film, party
from watchparty_api.records import ChatEntry, Snapshot
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.store.port import Create, WorkspaceStore, Write
from watchparty_api.store.queries import CHAT_OF_ROOM


class Relay:
    """Sends the relay's events about one room."""

    def __init__(self, here: Party) -> None:
        self.here, self.api, self.numbers = here, here.api, itertools.count(1)

    def event(self, kind: str, *, epoch: int = 1, after_s: float = 0.0, **facts: Any) -> dict[str, Any]:
        at = (self.api.clock() + timedelta(seconds=after_s)).isoformat()
        id_ = f"{self.here.id}:{epoch}:{kind}:{next(self.numbers)}"
        return {"id": id_, "room": self.here.id, "epoch": epoch, "at": at, "kind": kind, **facts}

    def said(self, seq: int, text: str, **facts: Any) -> dict[str, Any]:
        about = {"seq": seq, "op": "said", "message_id": f"m{seq}", "by": "p", "name": "Max", "text": text}
        return self.event("chat", after_s=seq, **{**about, **facts})

    def snapshot(self, rev: int, pos_s: float, total: int = 1, **facts: Any) -> dict[str, Any]:
        people = [{"participant_id": "p", "name": "Max Moritz", "role": "viewer"}]
        about = {"rev": rev, "mode": "playing", "pos_s": pos_s, "rate": 1.0, "video_id": "v", "mrev": 1}
        return self.event("snapshot", **{**about, "people": people, "total": total, "playing": True, **facts})

    def session(self, who: str, *, started: bool, total: int, after_s: float = 0.0) -> dict[str, Any]:
        kind = "session_started" if started else "session_ended"
        return self.event(kind, after_s=after_s, participant_id=who, name=f"{who} X", total=total, rev=1)


@pytest.fixture
def here(api: ApiHarness) -> Party:
    return party(api)


@pytest.fixture
def relay(here: Party) -> Relay:
    return Relay(here)


def texts(here: Party, query: str = "") -> list[str]:
    return [line["text"] for line in here.host.ask("GET", here.path(f"/chat{query}")).json()["items"]]


def stored_texts(api: ApiHarness, room_id: str) -> list[str]:
    """The texts of deleted messages that the store still holds."""
    return [line.text for line in api.services.store.query(CHAT_OF_ROOM, room_id, True).items]


def kept_snapshot(api: ApiHarness, room_id: str) -> Snapshot:
    snapshot = api.services.store.get(Snapshot, room_id)
    assert snapshot is not None
    return snapshot


def test_a_repeated_action_is_logged_once(api: ApiHarness, here: Party, relay: Relay) -> None:
    """Events with the same id are the same event."""
    action = relay.event(
        "action", rev=4, cmd="pause", by="p", mode="paused", pos_s=61.5, rate=1.0, video_id="v", mrev=1
    )
    ingest(api.services, [action, action])
    ingest(api.services, [action])
    (logged,) = here.host.ask("GET", here.path("/events")).json()["items"]
    assert (logged["kind"], logged["by"], logged["data"]["pos_s"]) == ("pause", "p", 61.5)


def test_joining_and_leaving_is_logged(api: ApiHarness, here: Party, relay: Relay) -> None:
    """Under the person's name at that time, newest first."""
    came, went = relay.session("p", started=True, total=1), relay.session("p", started=False, total=0, after_s=5)
    ingest(api.services, [came, went])
    logged = here.host.ask("GET", here.path("/events")).json()["items"]
    assert [(item["kind"], item["data"]["name"]) for item in logged] == [("left", "p X"), ("joined", "p X")]


def test_actions_over_http_are_logged_too(api: ApiHarness, here: Party) -> None:
    """Settings, roles, decisions and removals are logged with actor and subject, and never a password."""
    guest = here.guest("Max")
    member = here.path(f"/members/{guest.participant_id}")
    for method, path, body in [
        ("PATCH", here.path(), {"access": "knock", "password": "popcorn"}),
        ("PATCH", member, {"role": "moderator", "control_until": (api.clock() + timedelta(hours=1)).isoformat()}),
        ("DELETE", member, None),
    ]:
        api.clock.advance(seconds=1)
        assert here.host.ask(method, path, body).status_code == 200
    answer = here.host.ask("GET", here.path("/events"))
    logged = answer.json()["items"]
    assert [line["kind"] for line in logged] == ["removed", "member_changed", "settings_changed"]
    assert {line["by"] for line in logged} == {here.host_id}
    assert logged[1]["data"]["role"] == "moderator"
    assert logged[2]["data"]["fields"] == ["access", "password_hash"]
    assert "popcorn" not in answer.text
    assert "argon2" not in answer.text


def test_the_archive_is_read_backwards_from_a_message(api: ApiHarness, here: Party, relay: Relay) -> None:
    """`before` names the oldest message that the page has."""
    ingest(api.services, [relay.said(seq, f"line {seq}") for seq in range(1, 6)])
    assert texts(here, "?limit=2") == ["line 5", "line 4"]
    assert texts(here, "?limit=2&before=m4") == ["line 3", "line 2"]
    assert here.host.ask("GET", here.path("/chat?before=nothing")).json()["code"] == "line_not_found"


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
def test_a_deleted_message_is_never_shown(api: ApiHarness, here: Party, relay: Relay, order: tuple[int, ...]) -> None:
    """Nor is its text stored, whether the deletion arrives before or after the message."""
    told = [relay.said(1, "secret"), relay.event("chat", seq=2, op="deleted", message_id="m1")]
    ingest(api.services, [told[n] for n in order])
    assert texts(here) == []
    assert stored_texts(api, here.id) == [""]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_cleared_chat_stays_cleared(api: ApiHarness, here: Party, relay: Relay, order: tuple[int, ...]) -> None:
    """Messages before the clearing are removed and later ones stay, in every order of arrival."""
    told = [relay.said(1, "before"), relay.event("chat", seq=2, op="cleared"), relay.said(3, "after")]
    ingest(api.services, [told[n] for n in order])
    assert texts(here) == ["after"]
    assert stored_texts(api, here.id) == [""]


def test_a_snapshot_of_an_older_clock_is_ignored(api: ApiHarness, here: Party, relay: Relay) -> None:
    """Ordered by epoch, then rev, and within one rev by time, because a playing film moves on."""
    ingest(api.services, [relay.snapshot(5, 50.0), relay.snapshot(4, 40.0, after_s=1)])
    assert kept_snapshot(api, here.id).state["pos_s"] == 50.0
    ingest(api.services, [relay.snapshot(5, 60.0, after_s=10), relay.snapshot(5, 55.0, after_s=5)])
    assert kept_snapshot(api, here.id).state["pos_s"] == 60.0
    ingest(api.services, [relay.snapshot(1, 0.0, epoch=2, after_s=11)])
    assert (kept_snapshot(api, here.id).epoch, kept_snapshot(api, here.id).state["pos_s"]) == (2, 0.0)


def test_people_are_counted_between_snapshots(api: ApiHarness, here: Party, relay: Relay) -> None:
    """Joining and leaving changes the count at once, and older events do not override it."""
    ingest(api.services, [relay.snapshot(5, 50.0, total=1)])
    ingest(api.services, [relay.session("q", started=True, total=2, after_s=2)])
    assert [person["participant_id"] for person in kept_snapshot(api, here.id).people] == ["p", "q"]
    ingest(api.services, [relay.session("p", started=False, total=1, after_s=3)])
    ingest(api.services, [relay.session("x", started=True, total=9, after_s=1)])
    kept = kept_snapshot(api, here.id)
    assert (kept.total, [person["participant_id"] for person in kept.people]) == (1, ["q"])


def test_presence_before_the_first_snapshot_does_not_block_it(api: ApiHarness, here: Party, relay: Relay) -> None:
    """The clock is unknown until the relay has reported it."""
    ingest(api.services, [relay.session("p", started=True, total=1, after_s=5), relay.snapshot(0, 12.0, epoch=0)])
    assert kept_snapshot(api, here.id).state["pos_s"] == 12.0


def test_the_card_and_the_next_token_contain_the_position(api: ApiHarness, here: Party, relay: Relay) -> None:
    """The position that the relay reported is on the card and in the token's seed."""
    video = film(api, here.owner)
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    ingest(api.services, [relay.snapshot(5, 61.5, total=3, video_id=video.id, mrev=2)])
    card = api.client.get(f"/api/v1/rooms/{here.id}").json()
    assert card["presence"] == {"total": 3, "first_names": ["Max"]}
    assert (card["position"]["position_s"], card["position"]["playing"]) == (61.5, True)
    guest = here.guest("Eva")
    seed = api.services.tokens.verify_join(str(guest.join_token), api.clock())["seed"]
    assert seed == {"epoch": 1, "rev": 5, "pos_s": 61.5, "rate": 1.0}


def test_a_full_room_refuses_visitors(api: ApiHarness, here: Party, relay: Relay) -> None:
    """As soon as the relay has reported the count."""
    here.host.ask("PATCH", here.path(), {"capacity": 1})
    ingest(api.services, [relay.session("p", started=True, total=1)])
    assert here.guest_status("Max") == 409
    ingest(api.services, [relay.session("p", started=False, total=0, after_s=1)])
    assert here.guest_status("Max") == 200


def test_invalid_events_and_unknown_rooms_are_skipped(api: ApiHarness, here: Party, relay: Relay) -> None:
    """The rest of the batch is stored."""
    broken: list[dict[str, Any]] = [{}, {"kind": "action"}, relay.event("dance")]
    nowhere = relay.said(1, "lost") | {"room": "nowhere"}
    ingest(api.services, [*broken, nowhere, relay.said(2, "kept")])
    assert texts(here) == ["kept"]


def test_the_report_summarises_each_person(api: ApiHarness, here: Party, relay: Relay) -> None:
    """Medians are weighted by samples, the highest 95th percentile counts, and stalls are added."""
    guest = here.guest("Max")

    def part(samples: int, p50: float | None, p95: float | None, stalls: int) -> dict[str, Any]:
        facts = {"samples": samples, "err_p50_ms": p50, "err_p95_ms": p95, "rtt_ms": 20.0, "stalls": stalls}
        return relay.event("report", rev=1, people=[{"participant_id": guest.participant_id, **facts}])

    ingest(api.services, [part(60, 8.0, 20.0, 0), part(50, 30.0, 90.0, 2), part(0, None, None, 1)])
    (person,) = here.host.ask("GET", here.path("/report")).json()["people"]
    assert person == {
        "participant_id": guest.participant_id,
        "name": "Max",
        "samples": 110,
        "err_p50_ms": 8.0,
        "err_p95_ms": 90.0,
        "stalls": 3,
    }


def test_a_used_room_moves_up_in_its_owners_list(api: ApiHarness, here: Party, relay: Relay) -> None:
    """At most once in five minutes."""
    api.clock.advance(minutes=6)
    here.host.ask("POST", "/rooms", {"name": "newer"})
    api.clock.advance(minutes=6)
    ingest(api.services, [relay.session("p", started=True, total=1)])
    assert here.host.ask("GET", "/rooms").json()["items"][0]["id"] == here.id


class Interrupted:
    """A store that runs `meanwhile` once, between reading and writing a chat message."""

    def __init__(self, store: WorkspaceStore, meanwhile: Callable[[], None]) -> None:
        self._store, self._meanwhile = store, [meanwhile]

    def commit(self, writes: Sequence[Write]) -> None:
        if self._meanwhile and any(isinstance(each, Create) and isinstance(each.record, ChatEntry) for each in writes):
            self._meanwhile.pop()()
        self._store.commit(writes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_message_stored_while_the_chat_is_cleared_stays_cleared(api: ApiHarness, here: Party, relay: Relay) -> None:
    """One process has checked for a clearing, another one clears the chat, and then the first one stores the
    message.
    """
    said, cleared = relay.said(1, "secret"), relay.event("chat", seq=2, op="cleared")
    elsewhere = api.services
    store = cast("WorkspaceStore", Interrupted(elsewhere.store, lambda: ingest(elsewhere, [cleared])))
    ingest(replace(elsewhere, store=store), [said])
    assert texts(here) == []
    assert stored_texts(api, here.id) == [""]
