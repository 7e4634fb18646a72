"""Which film a room shows, and how the relay is notified."""

from dataclasses import replace

from fakes.api_harness import ApiHarness
from fakes.party import film, party
from watchparty_api.rooms.film import video_changed, video_deleted


def test_anyone_who_controls_can_start_a_film(api: ApiHarness) -> None:
    """The counter increases, the relay receives the start position, and the room shows the film."""
    here = party(api)
    video = film(api, here.owner)
    room = here.host.ask("PATCH", here.path(), {"video_id": video.id, "start_pos_s": 30.5}).json()
    assert (room["film"]["id"], room["media_rev"], room["start_pos_s"]) == (video.id, 2, 30.5)
    _, notice = api.relay.delivered[-1]
    assert notice["kind"] == "media"
    assert notice["media"] == {
        "video_id": video.id, "mrev": 2, "duration_s": 5400.0, "playable_s": 5400.0, "start_pos_s": 30.5
    }  # fmt: skip
    assert notice["by"] == here.host_id


def test_only_a_new_room_can_have_a_film_that_is_not_playable(api: ApiHarness) -> None:
    """PATCH needs a playable film; POST creates the room while the upload runs, without notifying the relay yet."""
    here = party(api)
    video = film(api, here.owner, status="uploading", playable=False, playable_s=0.0, duration_s=None)
    refused = here.host.ask("PATCH", here.path(), {"video_id": video.id})
    assert (refused.status_code, refused.json()["code"]) == (409, "video_not_playable")
    room = here.host.ask("POST", "/rooms", {"video_id": video.id}).json()
    assert room["film"]["status"] == "uploading"


def test_a_film_that_failed_cannot_be_chosen(api: ApiHarness) -> None:
    """Neither for a new nor for an existing room."""
    here = party(api)
    video = film(api, here.owner, status="failed", playable=False)
    assert here.host.ask("POST", "/rooms", {"video_id": video.id}).json()["code"] == "video_failed"
    assert here.host.ask("PATCH", here.path(), {"video_id": video.id}).json()["code"] == "video_failed"


def test_a_start_beyond_the_playable_part_is_refused(api: ApiHarness) -> None:
    """So is a start position without a film."""
    here = party(api)
    video = film(api, here.owner, playable_s=60.0)
    beyond = here.host.ask("PATCH", here.path(), {"video_id": video.id, "start_pos_s": 61})
    assert (beyond.status_code, beyond.json()["code"]) == (422, "out_of_range")
    assert here.host.ask("PATCH", here.path(), {"start_pos_s": 5}).status_code == 422


def test_rooms_are_notified_when_more_is_playable(api: ApiHarness) -> None:
    """The same counter with a longer playable_s, to every room that shows the film and to no other."""
    here, elsewhere = party(api), party(api)
    video = film(api, here.owner, status="processing", playable_s=60.0)
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    video_changed(api.services, replace(video, playable_s=120.0))
    room_id, notice = api.relay.delivered[-1]
    assert (room_id, notice["media"]["mrev"], notice["media"]["playable_s"]) == (here.id, 2, 120.0)
    assert elsewhere.notices() == []


def test_a_deleted_film_is_removed_from_its_rooms(api: ApiHarness) -> None:
    """The room is empty and the relay is notified with a higher counter."""
    here = party(api)
    video = film(api, here.owner)
    here.host.ask("PATCH", here.path(), {"video_id": video.id})
    video_deleted(api.services, video.id)
    room = here.host.ask("GET", here.path()).json()
    assert (room["film"], room["media_rev"]) == (None, 3)
    assert api.relay.delivered[-1][1]["media"] == {"video_id": None, "mrev": 3, "start_pos_s": 0.0}


def test_lent_control_is_enough_to_start_the_hosts_film(api: ApiHarness) -> None:
    """A viewer can do so only while control is delegated to them."""
    here = party(api)
    video, guest = film(api, here.owner), here.guest("Max")
    body = {"video_id": video.id}
    assert guest.ask("PATCH", here.path(), body).json()["code"] == "not_allowed"
    until = api.clock.time.replace(minute=5).isoformat()
    here.host.ask("PATCH", here.path(f"/members/{guest.participant_id}"), {"control_until": until})
    assert guest.ask("PATCH", here.path(), body).status_code == 200
    api.clock.advance(minutes=5)
    assert guest.ask("PATCH", here.path(), body).json()["code"] == "not_allowed"
