"""Films at the edge: who gets bytes, how long they are kept, and how an operator stops them all."""

from dataclasses import replace

import pytest

from cloud.journey.site import Api, playable, upload
from cloud.production import Production
from e2e.films import copyable, must_be_encoded
from fakes.waiting import eventually


@pytest.fixture
def manifest(admin: Api) -> str:
    """The path of a film's master playlist; the client holds the cookie."""
    video_id = upload(admin, copyable(10))
    playable(admin, video_id)
    return str(admin.call("POST", f"/videos/{video_id}/playback", json={})["manifest_url"])


def test_the_uptime_checks_reach_every_service(site: Production, admin: Api) -> None:
    """Each path of a check leads through the edge to a service that says it is ready."""
    checks = site.applied.of_type("google_monitoring_uptime_check_config").values()
    paths = {each["http_check"][0]["path"] for each in checks}
    assert len(paths) == 4
    assert {path: admin.client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_a_grant_opens_its_film_and_nothing_opens_without(admin: Api, manifest: str) -> None:
    """With the cookie: 200. Without it, or with one byte changed: 403, from the private bucket or the CDN."""
    assert admin.client.get(manifest).status_code == 200
    value = admin.client.cookies["Cloud-CDN-Cookie"]
    admin.client.cookies.clear()
    assert admin.client.get(manifest).status_code == 403
    changed = value[:-3] + ("A" if value[-3] != "A" else "B") + value[-2:]
    for wrong in (f'"{value}"', changed):
        assert admin.client.get(manifest, headers={"Cookie": f"Cloud-CDN-Cookie={wrong}"}).status_code == 403


def test_a_playlist_that_grows_is_fresh_at_the_edge(site: Production, admin: Api) -> None:
    """A playlist that was fetched while the film was prepared is complete a moment later, and so is one that changes
    once more: signed responses of playlists are kept for a second, those of segments are not fetched again.
    """
    video_id = upload(admin, must_be_encoded(40))
    playable(admin, video_id)
    manifest = str(admin.call("POST", f"/videos/{video_id}/playback", json={})["manifest_url"])
    folder = manifest.rpartition("/")[0]

    def fetched(name: str) -> str:
        answer = admin.client.get(f"{folder}/{name}")
        assert answer.status_code == 200, answer.text
        return answer.text

    lowest = next(line for line in fetched("master.m3u8").splitlines() if line.endswith(".m3u8"))
    fetched(lowest)
    eventually("the playlist is complete", lambda: "#EXT-X-ENDLIST" in fetched(lowest), within_s=60)
    segment = next(line for line in fetched(lowest).splitlines() if line.endswith(".m4s"))
    segment_name = f"{lowest.rpartition('/')[0]}/{segment}"
    fetched_segment = admin.client.get(f"{folder}/{segment_name}").content
    for name in (lowest, segment_name):
        ((at, held),) = [each for each in site.gcs.objects.items() if each[0][1] == f"{folder}/{name}".lstrip("/")]
        site.gcs.objects[at] = replace(held, content=held.content + b"# and more\n", generation=held.generation + 1)
    eventually("the playlist has grown once more", lambda: fetched(lowest).endswith("# and more\n"), within_s=30)
    assert admin.client.get(f"{folder}/{segment_name}").content == fetched_segment


def test_films_are_stopped_and_started_by_one_variable(site: Production, admin: Api, manifest: str) -> None:
    """With `serve_films = false` also a cached film is 403; afterwards it plays again."""
    assert admin.client.get(manifest).status_code == 200
    with site.changed(serve_films=False):
        assert admin.client.get(manifest).status_code == 403
        assert admin.client.get("/").status_code == 200
    assert admin.client.get(manifest).status_code == 200


def test_a_deleted_film_is_gone_from_the_bucket(site: Production, admin: Api, manifest: str) -> None:
    """Original and every prepared file: names in the bucket are the paths at the edge."""
    video_id = manifest.split("/")[2]
    eventually("it is prepared", lambda: admin.call("GET", f"/videos/{video_id}")["status"] == "ready", within_s=60)
    assert [name for _, name in site.gcs.objects if name.startswith(f"media/{video_id}/")]
    admin.call("DELETE", f"/videos/{video_id}")
    eventually("nothing is left", lambda: not [name for _, name in site.gcs.objects if video_id in name])
