"""Added subtitles over HTTP."""

from dataclasses import replace

from httpx2 import Response

from fakes.api_harness import ApiHarness, Person
from fakes.party import film, party
from watchparty_api.records import Account

SRT = b"1\n00:00:01,000 --> 00:00:02,000\nHallo\n"


def add(api: ApiHarness, person: Person, video_id: str, content: bytes = SRT, query: str = "") -> Response:
    headers = person.headers | {"Content-Type": "application/x-subrip"}
    return api.client.post(f"/api/v1/videos/{video_id}/subtitles{query}", content=content, headers=headers)


def test_subtitles_appear_beside_the_films_own(api: ApiHarness) -> None:
    """They are to_webvtt into the film's folder and have a URL for the player, behind the same grant as the film."""
    ana = api.person()
    video = film(api, ana)
    answer = add(api, ana, video.id, query="?language=de&label=Deutsch")
    assert answer.status_code == 201, answer.text
    [track] = answer.json()["subtitle_tracks"]
    assert (track["language"], track["label"], track["default"]) == ("de", "Deutsch", False)
    name = track["url"].removeprefix("/media/")
    assert api.objects.media[name].startswith(b"WEBVTT\n")
    play = api.client.post(f"/api/v1/videos/{video.id}/playback", json={}, headers=ana.headers).json()
    assert [each["url"] for each in play["subtitle_tracks"]] == [track["url"]]


def test_subtitles_count_in_the_quota(api: ApiHarness) -> None:
    """They are refused when there is no room, and free it again when they are removed."""
    ana = api.person()
    video = film(api, ana)
    before = api.client.get("/api/v1/auth/me/usage", headers=ana.headers).json()["used_bytes"]
    track = add(api, ana, video.id).json()["subtitle_tracks"][0]["id"]
    used = api.client.get("/api/v1/auth/me/usage", headers=ana.headers).json()["used_bytes"]
    assert used == before + sum(map(len, api.objects.media.values()))
    api.services.store.replace(replace(stored_account(api, ana), quota_bytes=used))
    answer = add(api, ana, video.id)
    assert (answer.status_code, answer.json()["code"]) == (403, "quota_exceeded")
    api.client.delete(f"/api/v1/videos/{video.id}/subtitles/{track}", headers=ana.headers)
    assert add(api, ana, video.id).status_code == 201


def stored_account(api: ApiHarness, person: Person) -> Account:
    account = api.services.store.get(Account, person.account.id)
    assert account is not None
    return account


def test_a_track_is_changed_and_removed(api: ApiHarness) -> None:
    """At most one track is shown by default."""
    ana = api.person()
    video = film(api, ana)
    first, second = (add(api, ana, video.id).json()["subtitle_tracks"][-1]["id"] for _ in range(2))
    path = f"/api/v1/videos/{video.id}/subtitles"
    for id_ in (first, second):
        answer = api.client.patch(f"{path}/{id_}", json={"default": True, "label": id_}, headers=ana.headers)
    assert [(t["id"], t["label"], t["default"]) for t in answer.json()["subtitle_tracks"]] == [
        (first, first, False),
        (second, second, True),
    ]
    answer = api.client.delete(f"{path}/{first}", headers=ana.headers)
    assert [track["id"] for track in answer.json()["subtitle_tracks"]] == [second]
    assert len(api.objects.media) == 1
    assert api.client.delete(f"{path}/{first}", headers=ana.headers).status_code == 404


def test_limits_have_their_status(api: ApiHarness) -> None:
    """413 above 2 MB, 422 for other files and invalid languages, 409 before the film is uploaded."""
    ana = api.person()
    video, coming = film(api, ana), film(api, ana, generation=None, status="uploading", playable=False)
    assert add(api, ana, video.id, SRT + b" " * 2 * 1024 * 1024).status_code == 413
    assert add(api, ana, video.id, b"nothing").json()["code"] == "no_subtitles"
    assert add(api, ana, coming.id).json()["code"] == "not_uploaded"
    assert add(api, ana, video.id, query="?language=<b>").status_code == 422


def test_rooms_are_notified_of_new_subtitles(api: ApiHarness) -> None:
    """The film's notice is sent again."""
    room = party(api)
    video = film(api, room.owner)
    room.host.ask("PATCH", room.path(), {"video_id": video.id})
    api.relay.delivered.clear()
    assert add(api, room.owner, video.id).status_code == 201
    assert room.notices() == ["media"]


def test_a_preview_shows_the_plausible_readings(api: ApiHarness) -> None:
    """The first is what adding without a choice takes; each can be chosen; nothing is stored."""
    ana = api.person()
    video = film(api, ana)
    content = "1\n00:00:01,000 --> 00:00:02,000\nŁódź i żółw\n".encode("iso8859-2")
    path = f"/api/v1/videos/{video.id}/subtitles"
    answer = api.client.post(f"{path}/preview?language=pl", content=content, headers=ana.headers)
    assert answer.status_code == 200, answer.text
    readings = {each["charset"]: each["sample"] for each in answer.json()["readings"]}
    assert readings["iso8859-2"] == ["Łódź i żółw"]
    assert len(readings) > 1
    assert api.objects.media == {}
    added = api.client.post(f"{path}?language=pl&charset=iso8859-2", content=content, headers=ana.headers)
    assert added.status_code == 201
    assert "Łódź i żółw" in next(iter(api.objects.media.values())).decode()


def test_a_preview_has_the_limits_of_adding(api: ApiHarness) -> None:
    """413 above 2 MB; 422 for other files and for character sets that are not offered."""
    ana = api.person()
    video = film(api, ana)
    path = f"/api/v1/videos/{video.id}/subtitles"
    assert api.client.post(f"{path}/preview", content=b" " * (2 << 20) + b"x", headers=ana.headers).status_code == 413
    answer = api.client.post(f"{path}/preview", content=b"nothing", headers=ana.headers)
    assert answer.json()["code"] == "no_subtitles"
    assert add(api, ana, video.id, query="?charset=hex").status_code == 422
