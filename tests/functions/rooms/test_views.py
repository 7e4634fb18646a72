"""Presence and position on the room's card."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fakes.api_harness import ApiHarness
from fakes.party import film, party
from watchparty_api.records import Room, Snapshot, Video
from watchparty_api.rooms.views import card

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)


def room(**facts: Any) -> Room:
    base: dict[str, Any] = {"name": "Club", "owner_id": "a", "link_id": "link", "video_id": "v", "media_rev": 3}
    return Room(workspace_id="w", id="r", created_at=NOW, last_active_at=NOW, **(base | facts))


def snapshot(**state: Any) -> Snapshot:
    return Snapshot(
        workspace_id="w", id="r", created_at=NOW, at=NOW, people_at=NOW, total=7,
        people=tuple({"participant_id": str(n), "name": f"Guest{n} Long Name"} for n in range(7)),
        state={"mode": "playing", "pos_s": 61.5, "rate": 1.0, "mrev": 3} | state,
    )  # fmt: skip


def shown(a_room: Room, a_snapshot: Snapshot | None, now: datetime = NOW) -> Any:
    return card(a_room, base_url="http://x", host_name="Sofie", video=None, snapshot=a_snapshot, now=now)


def test_at_most_five_first_names_are_shown() -> None:
    """Of seven people five are named, each only by the first word of their name."""
    presence = shown(room(), snapshot()).presence
    assert presence.total == 7
    assert presence.first_names == ["Guest0", "Guest1", "Guest2", "Guest3", "Guest4"]


def test_members_rooms_show_neither_people_nor_position() -> None:
    """Their card has name, host and the film's progress."""
    closed = shown(room(access="members"), snapshot())
    assert closed.presence is None
    assert closed.position is None


def test_the_card_names_the_film_unless_the_room_is_for_members() -> None:
    """People who are invited see what will be watched; strangers to a members' room do not."""
    film = Video(workspace_id="w", id="v", owner_id="a", title="The Long Evening", created_at=NOW, updated_at=NOW)
    titles = [
        card(room(access=access), base_url="http://x", host_name="Sofie", video=film, snapshot=None, now=NOW).film
        for access in ("open", "knock", "members")
    ]
    assert [found and found.title for found in titles] == ["The Long Evening", "The Long Evening", None]


def test_a_position_in_another_film_is_not_shown() -> None:
    """After a change of film the old position is not used."""
    assert shown(room(media_rev=4), snapshot()).position is None
    assert shown(room(video_id=None), snapshot()).position is None
    assert shown(room(), None).position is None


def test_a_silent_relay_means_that_nothing_plays() -> None:
    """The relay reports a playing room every ten seconds; until then the card computes how far the film is."""
    soon = shown(room(), snapshot(), NOW + timedelta(seconds=30)).position
    assert (soon.playing, soon.position_s, soon.as_of) == (True, 91.5, NOW + timedelta(seconds=30))
    late = shown(room(), snapshot(), NOW + timedelta(seconds=31)).position
    assert (late.playing, late.position_s) == (False, 61.5)


def test_members_see_what_the_film_has_lost(api: ApiHarness) -> None:
    """With its times, so that no one looks for the fault at home. A film that has lost nothing says nothing."""
    party_ = party(api)
    loss = {"kind": "sound_missing", "message": "The sound ends at 0:03.", "parts": [{"begin_s": 3.0, "end_s": 8.0}]}
    lossy, whole = film(api, party_.owner, losses=(loss,)), film(api, party_.owner)
    guest = party_.guest("Ben")
    seen = []
    for each in (lossy, whole):
        assert party_.host.ask("PATCH", party_.path(), {"video_id": each.id}).status_code == 200
        seen.append(guest.ask("GET", party_.path()).json()["film"]["losses"])
    assert seen == [[loss | {"track": None}], []]
