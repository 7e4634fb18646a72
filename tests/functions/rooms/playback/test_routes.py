"""Requesting grants, and playback for players without cookies."""

import re
from dataclasses import replace
from types import SimpleNamespace

from fastapi import Request, Response

from fakes.api_harness import GRANT_LIFE, ApiHarness
from fakes.cinema import FILES, Cinema
from fakes.party import Browser, film, party
from watchparty_api.ports.playback_signing import CdnCookies, HmacGrants
from watchparty_api.rooms.playback.grants import issue_grant


def test_s3_knowing_a_films_id_gives_no_right_to_it(cinema: Cinema) -> None:
    """Fault S3: a room cannot be created with someone else's film, and no one obtains its URLs."""
    thief = Browser(cinema.api, cinema.api.person("Eve"))
    assert thief.ask("POST", "/rooms", {"video_id": cinema.video.id}).status_code == 403
    room = party(cinema.api)
    assert room.host.ask("PATCH", room.path(), {"video_id": cinema.video.id}).status_code == 403
    assert thief.ask("POST", f"/videos/{cinema.video.id}/playback", {}).status_code == 403
    answer = room.host.ask("POST", f"/videos/{cinema.video.id}/playback", {"room_id": room.id})
    assert (answer.status_code, answer.json()["code"]) == (403, "other_video")
    answer = thief.ask("POST", f"/videos/{cinema.video.id}/playback", {"room_id": cinema.party.id})
    assert answer.status_code == 403


def test_s3_the_original_is_never_served(cinema: Cinema) -> None:
    """Fault S3: the original has no URL at all."""
    guest = cinema.party.guest("Ida")
    for path in (f"/media/{cinema.video.id}/original", f"/media/{cinema.video.id}/../../uploads/original"):
        assert cinema.fetch(guest, path).status_code in (401, 404)
    play = guest.ask("POST", f"/videos/{cinema.video.id}/playback", {"via": "link"}).json()
    assert guest.client.get(play["manifest_url"].replace("master.m3u8", "original")).status_code == 404


def test_a_participant_is_granted_the_film_of_the_room(cinema: Cinema) -> None:
    """The join token is enough."""
    guest = cinema.party.guest("Ida")
    guest.client.cookies.clear()
    answer = guest.ask("POST", f"/videos/{cinema.video.id}/playback", {})
    assert answer.json()["manifest_url"] == f"{cinema.folder}/master.m3u8"
    assert answer.headers["cache-control"] == "no-store"
    assert cinema.get(guest, "master.m3u8").status_code == 200


def test_the_cookie_of_cloud_cdn_is_sent_without_quotes(cinema: Cinema) -> None:
    """Cloud CDN compares the value byte by byte; Python's cookie writer would quote the "=" in it."""
    services = cinema.api.services
    signer = CdnCookies("https://watch.example", key_name="k1", key=b"0" * 16, texts=HmacGrants(services.keyed_hash))
    asked = {"type": "http", "scheme": "https", "server": ("watch.example", 443), "path": "/", "query_string": b""}
    request = Request({**asked, "headers": [], "app": SimpleNamespace(state=SimpleNamespace(services=services))})
    response = Response()
    issue_grant(replace(services, playback=signer), request, response, cinema.video, person_id="ida", room_id=None)
    (header,) = response.headers.getlist("set-cookie")
    assert re.fullmatch(
        r"Cloud-CDN-Cookie=URLPrefix=[\w=-]+:Expires=\d+:KeyName=k1:Signature=[\w=-]+; HttpOnly; Max-Age=\d+; "
        rf"Path=/media/{cinema.video.id}/; SameSite=lax(; Secure)?",
        header,
    )


def test_the_owner_can_watch_without_a_room(cinema: Cinema) -> None:
    """But not someone else's film."""
    owner = Browser(cinema.api, cinema.party.owner)
    assert owner.ask("POST", f"/videos/{cinema.video.id}/playback", {}).status_code == 200
    assert cinema.get(owner, "master.m3u8").status_code == 200
    assert Browser(cinema.api).ask("POST", f"/videos/{cinema.video.id}/playback", {}).status_code == 401


def test_a_film_that_is_not_playable_is_a_conflict(api: ApiHarness) -> None:
    """409, so that the page waits instead of showing a broken player."""
    ana = Browser(api, api.person("Ana"))
    assert ana.person is not None
    video = film(api, ana.person, status="processing", playable=False)
    answer = ana.ask("POST", f"/videos/{video.id}/playback", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "video_not_playable")


def test_a_direct_link_is_returned_unchanged(api: ApiHarness) -> None:
    """Without a cookie of ours."""
    ana = Browser(api, api.person("Ana"))
    link = {"title": "x", "source_url": "https://films.example/a.mp4"}
    video_id = ana.ask("POST", "/videos", link).json()["video"]["id"]
    answer = ana.ask("POST", f"/videos/{video_id}/playback", {})
    assert answer.json()["manifest_url"] == "https://films.example/a.mp4"
    assert "set-cookie" not in answer.headers


def test_a_link_plays_without_cookies(cinema: Cinema) -> None:
    """Every relative URL in the playlists works below it, and nothing may be cached."""
    guest = cinema.party.guest("Ida")
    play = guest.ask("POST", f"/videos/{cinema.video.id}/playback", {"via": "link"})
    assert "set-cookie" not in play.headers
    url = play.json()["manifest_url"]
    player = cinema.api.new_client()
    for name in ("master.m3u8", "v360/fast.m3u8", "v360/fast-00000.m4s"):
        answer = player.get(url.replace("master.m3u8", name))
        assert (answer.status_code, answer.content) == (200, FILES[name])
        assert answer.headers["cache-control"] == "no-store"


def test_a_link_ends_with_the_membership(cinema: Cinema) -> None:
    """Removed: 403 for the next file. Expired: 401."""
    guest, other = cinema.party.guest("Ida"), cinema.party.guest("Uwe")
    urls = [
        each.ask("POST", f"/videos/{cinema.video.id}/playback", {"via": "link"}).json()["manifest_url"]
        for each in (guest, other)
    ]
    cinema.party.host.ask("DELETE", cinema.party.path(f"/members/{guest.participant_id}"))
    player = cinema.api.new_client()
    assert [player.get(url).status_code for url in urls] == [403, 200]
    cinema.api.clock.advance(seconds=GRANT_LIFE.total_seconds())
    assert [player.get(url).status_code for url in urls] == [401, 401]


def test_a_link_is_valid_for_one_film(cinema: Cinema) -> None:
    """The grant in it names the film."""
    other = film(cinema.api, cinema.party.owner)
    guest = cinema.party.guest("Ida")
    url = guest.ask("POST", f"/videos/{cinema.video.id}/playback", {"via": "link"}).json()["manifest_url"]
    assert (
        cinema.api.new_client().get(url.replace(f"/videos/{cinema.video.id}/", f"/videos/{other.id}/")).status_code
        == 401
    )


def test_segments_are_fetched_from_the_bucket(api: ApiHarness) -> None:
    """Playlists come from here, segments by a redirect to a URL valid for a minute."""
    ana = Browser(api, api.person("Ana"))
    assert ana.person is not None
    video = film(api, ana.person)
    for name in ("master.m3u8", "v360/a.m4s"):
        api.objects.media[f"{video.id}/{video.generation}/{name}"] = b"content"
    url = ana.ask("POST", f"/videos/{video.id}/playback", {"via": "link"}).json()["manifest_url"]
    player = api.new_client()
    playlist = player.get(url, follow_redirects=False)
    assert (playlist.status_code, playlist.content) == (200, b"content")
    segment = player.get(url.replace("master.m3u8", "v360/a.m4s"), follow_redirects=False)
    assert segment.status_code == 302
    assert segment.headers["location"] == f"https://media.test/{video.id}/{video.generation}/v360/a.m4s"
    assert segment.headers["cache-control"] == "no-store"
