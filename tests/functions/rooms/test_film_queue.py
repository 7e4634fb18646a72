"""The queue of a room."""

from fakes.api_harness import ApiHarness
from fakes.party import Party, film, party
from watchparty_api.records import Video


def queue(here: Party, *videos: Video) -> None:
    body = {"items": [{"video_id": video.id} for video in videos]}
    assert here.host.ask("PUT", here.path("/queue"), body).status_code == 200


def titles(here: Party) -> list[str]:
    return [item["title"] for item in here.host.ask("GET", here.path("/queue")).json()["items"]]


def test_the_queue_keeps_its_order(api: ApiHarness) -> None:
    """It is replaced as a whole and returned unchanged."""
    here = party(api)
    one, two = (film(api, here.owner, title=title) for title in ("One", "Two"))
    queue(here, two, one)
    assert titles(here) == ["Two", "One"]
    queue(here, one)
    assert titles(here) == ["One"]


def test_next_moves_on_once_however_many_click(api: ApiHarness) -> None:
    """If two people click at the end of a film, the room moves on by one and the relay receives one change."""
    here = party(api)
    one, two = (film(api, here.owner, title=title) for title in ("One", "Two"))
    queue(here, one, two)
    after = here.room["media_rev"]
    answers = [here.host.ask("POST", here.path("/next"), {"after": after}).json() for _ in range(2)]
    assert [answer["film"]["title"] for answer in answers] == ["One", "One"]
    assert here.notices() == ["media"]
    assert titles(here) == ["Two"]


def test_next_skips_films_that_are_not_playable(api: ApiHarness) -> None:
    """They keep their place in the queue."""
    here = party(api)
    soon = film(api, here.owner, title="Soon", status="processing", playable=False)
    queue(here, soon, film(api, here.owner, title="Now"))
    room = here.host.ask("POST", here.path("/next"), {"after": here.room["media_rev"]}).json()
    assert room["film"]["title"] == "Now"
    assert titles(here) == ["Soon"]


def test_an_empty_queue_is_a_conflict(api: ApiHarness) -> None:
    """Nothing changes."""
    here = party(api)
    answer = here.host.ask("POST", here.path("/next"), {"after": here.room["media_rev"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "queue_empty")


def test_a_moderators_film_stays_in_the_queue_that_others_change(api: ApiHarness) -> None:
    """Queued by its owner and kept by the host, it can be played after its owner has left; but no one else can queue
    it.
    """
    here = party(api)
    moderator = here.member("Mo", "moderator")
    assert moderator.person is not None
    theirs = film(api, moderator.person, title="Theirs")
    body = {"items": [{"video_id": theirs.id}]}
    assert here.host.ask("PUT", here.path("/queue"), body).json()["code"] == "video_not_yours"
    assert moderator.ask("PUT", here.path("/queue"), body).status_code == 200
    assert here.host.ask("PUT", here.path("/queue"), body).status_code == 200
    moderator.ask("POST", here.path("/members/leave"), {})
    room = here.host.ask("POST", here.path("/next"), {"after": here.room["media_rev"]}).json()
    assert room["film"]["title"] == "Theirs"
