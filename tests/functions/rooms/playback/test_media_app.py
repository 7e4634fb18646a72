"""The film's files at home, for people who have a grant and are still in the room."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from fakes.api_harness import GRANT_LIFE, SITE
from fakes.cinema import FILES, SEGMENT, Cinema
from fakes.function_ports import MemoryObjects
from fakes.party import Browser, film, party
from watchparty_api.rooms.playback.media_app import media_app


def test_joining_permits_playback(cinema: Cinema) -> None:
    """The cookie of the join response is all that a player needs; it is for this film only and hidden from scripts."""
    guest = cinema.party.guest("Ida")
    answer = guest.renew(cinema.party.id)
    assert answer.json()["playback"]["manifest_url"] == f"{cinema.folder}/master.m3u8"
    cookie = answer.headers["set-cookie"]
    assert f"Path=/media/{cinema.video.id}/" in cookie
    assert "HttpOnly" in cookie
    assert "Max-Age=300" in cookie
    assert cinema.get(guest, "master.m3u8").content == FILES["master.m3u8"]


@pytest.mark.parametrize(
    ("name", "kind", "cache"),
    [
        ("master.m3u8", "application/vnd.apple.mpegurl", "private, max-age=1"),
        ("v360/fast.m3u8", "application/vnd.apple.mpegurl", "private, max-age=1"),
        ("v720/ladder.m3u8", "application/vnd.apple.mpegurl", "private, max-age=60"),
        ("v360/fast-00000.m4s", "video/mp4", "private, max-age=31536000, immutable"),
        ("v360/fast-init.mp4", "video/mp4", "private, max-age=31536000, immutable"),
        ("s0/subtitles.vtt", "text/vtt; charset=utf-8", "private, max-age=3600"),
        ("poster.jpg", "image/jpeg", "private, max-age=3600"),
    ],
)
def test_each_file_has_its_type_and_cache_lifetime(cinema: Cinema, name: str, kind: str, cache: str) -> None:
    """Growing playlists are cached for a second, segments for a year, and only in the viewer's own browser."""
    answer = cinema.get(cinema.party.guest(), name)
    assert (answer.status_code, answer.content) == (200, FILES[name])
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (kind, cache)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_range_returns_a_part(cinema: Cinema) -> None:
    """206 with the requested bytes, 416 beyond the end."""
    guest = cinema.party.guest()
    part = cinema.get(guest, "v360/fast-00000.m4s", Range="bytes=100-199")
    assert (part.status_code, part.content) == (206, SEGMENT[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(SEGMENT)}"
    assert cinema.get(guest, "v360/fast-00000.m4s", Range=f"bytes={len(SEGMENT)}-").status_code == 416


def test_head_returns_only_the_headers(cinema: Cinema) -> None:
    """The length without a body."""
    guest = cinema.party.guest()
    answer = cinema.fetch(guest, f"{cinema.folder}/v360/fast-00000.m4s", method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(SEGMENT))


def test_without_a_cookie_nothing_plays(cinema: Cinema) -> None:
    """401, whether or not the file exists."""
    newcomer = Browser(cinema.api)
    for name in ("master.m3u8", "nothing.m4s"):
        assert cinema.get(newcomer, name).status_code == 401


def test_waiting_people_cannot_watch(cinema: Cinema) -> None:
    """They have no grant."""
    cinema.party.host.ask("PATCH", cinema.party.path(), {"access": "knock"})
    waiting = cinema.party.guest("Ida")
    assert cinema.get(waiting, "master.m3u8").status_code == 401


@pytest.mark.parametrize("ban", ["", "?ban=true"])
def test_removal_ends_playback_within_one_segment(cinema: Cinema, ban: str) -> None:
    """The promise: the very next file is refused, although the cookie would be valid for minutes."""
    guest = cinema.party.guest("Ida")
    assert cinema.get(guest, "v360/fast-00000.m4s").status_code == 200
    cinema.party.host.ask("DELETE", cinema.party.path(f"/members/{guest.participant_id}{ban}"))
    answer = cinema.get(guest, "v360/fast-00000.m4s")
    assert (answer.status_code, answer.json()["code"]) == (403, "removed")


def test_leaving_and_closing_end_playback_too(cinema: Cinema) -> None:
    """For someone who leaves, and for everyone when the room is closed."""
    leaver, stayer = cinema.party.guest("Ida"), cinema.party.guest("Uwe")
    leaver.ask("POST", cinema.party.path("/leave"))
    assert cinema.get(leaver, "master.m3u8").status_code == 403
    assert cinema.get(stayer, "master.m3u8").status_code == 200
    cinema.party.host.ask("DELETE", cinema.party.path())
    assert cinema.get(stayer, "master.m3u8").status_code == 403


def test_a_grant_ends_after_five_minutes(cinema: Cinema) -> None:
    """It is renewed with the membership."""
    guest = cinema.party.guest("Ida")
    cinema.api.clock.advance(seconds=GRANT_LIFE.total_seconds())
    assert cinema.get(guest, "master.m3u8").status_code == 401
    guest.renew(cinema.party.id)
    assert cinema.get(guest, "master.m3u8").status_code == 200


def test_a_cookie_is_valid_for_its_own_film_only(cinema: Cinema) -> None:
    """Sent for another film's files, it is not accepted."""
    guest = cinema.party.guest("Ida")
    other = film(cinema.api, cinema.party.owner)
    [cookie] = [each for each in guest.client.cookies.jar if each.name.startswith("wp_play_")]
    newcomer = Browser(cinema.api)
    newcomer.client.cookies.set(cookie.name, cookie.value or "")
    assert cinema.fetch(newcomer, f"/media/{other.id}/{other.generation}/master.m3u8").status_code == 401
    assert cinema.get(newcomer, "master.m3u8").status_code == 200


def test_a_changed_cookie_is_refused(cinema: Cinema) -> None:
    """A different room, person or lifetime breaks the signature."""
    guest = cinema.party.guest("Ida")
    [cookie] = [each for each in guest.client.cookies.jar if each.name.startswith("wp_play_")]
    fields = (cookie.value or "").split(".")
    for place, forged in enumerate((cinema.video.id + "x", cinema.party.host_id, "room", "9999999999", "0" * 64)):
        thief = Browser(cinema.api)
        thief.client.cookies.set(cookie.name, ".".join([*fields[:place], forged, *fields[place + 1 :]]))
        assert cinema.get(thief, "master.m3u8").status_code == 401


def test_two_rooms_with_one_film_keep_separate_cookies(cinema: Cinema) -> None:
    """Someone who is removed from one room can still watch in the other."""
    second = cinema.party.host.ask("POST", "/rooms", {"video_id": cinema.video.id}).json()
    guest = cinema.party.guest("Ida")
    first_id = guest.participant_id
    guest.join(second["id"])
    cinema.party.host.ask("DELETE", cinema.party.path(f"/members/{first_id}"))
    assert cinema.get(guest, "master.m3u8").status_code == 200


def test_a_suspended_account_cannot_watch(cinema: Cinema) -> None:
    """Not even with a valid cookie."""
    member = cinema.party.member("Mo")
    member.renew(cinema.party.id)
    assert cinema.get(member, "master.m3u8").status_code == 200
    admin = cinema.api.person("Ada", role="admin")
    assert member.person is not None
    path = f"/api/v1/admin/accounts/{member.person.id}"
    assert cinema.api.client.patch(path, json={"suspended": True}, headers=admin.headers).status_code == 200
    assert cinema.get(member, "master.m3u8").status_code == 403


@pytest.mark.parametrize(
    "rest",
    [
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "v360/../../../secret.mp4",
        "v360//fast.m3u8",
        ".state/plan.json",
        "v360",
        "",
        "v360/fast.m3u8/",
        "nothing.m4s",
        "v360/fast-00000.m4s.new",
    ],
)
def test_other_names_are_not_found(cinema: Cinema, rest: str) -> None:
    """Only files of the film's folder with valid names and known types are served."""
    guest = cinema.party.guest("Ida")
    assert cinema.fetch(guest, f"{cinema.folder}/{rest}").status_code in (401, 404)


def test_members_of_another_room_cannot_watch(cinema: Cinema) -> None:
    """A room that shows another film issues no grant for this one."""
    other = party(cinema.api)
    assert cinema.get(other.guest("Eve"), "master.m3u8").status_code == 401


def test_a_film_in_a_bucket_plays_without_a_cdn(cinema: Cinema) -> None:
    """Playlists come from here, because their URLs are relative; segments by a URL valid for a minute."""
    bucket = MemoryObjects(media={f"{cinema.video.id}/{cinema.video.generation}/{name}": FILES[name] for name in FILES})
    services = replace(cinema.api.services, objects=bucket)
    guest = cinema.party.guest()
    browser = TestClient(media_app(services), base_url=SITE, cookies=guest.client.cookies, follow_redirects=False)
    playlist = browser.get(f"{cinema.folder}/v360/fast.m3u8")
    assert (playlist.status_code, playlist.content) == (200, FILES["v360/fast.m3u8"])
    segment = browser.get(f"{cinema.folder}/v360/fast-00000.m4s")
    assert segment.status_code == 302
    assert segment.headers["location"].startswith("https://media.test/")
    assert {playlist.headers["cache-control"], segment.headers["cache-control"]} == {"no-store"}
    assert browser.get(f"{cinema.folder}/v360/none.m4s").status_code == 404
    assert TestClient(media_app(services), base_url=SITE).get(f"{cinema.folder}/master.m3u8").status_code == 401
