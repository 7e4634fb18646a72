"""What operators do while a party runs: a second version, rotation of every key, a rollback, a restored database."""

import subprocess
import sys
from dataclasses import replace

import httpx2
import pytest
from google.cloud import firestore

from cloud.journey.conftest import Meet, sign_in
from cloud.journey.site import ORIGIN, Api, playable, upload
from cloud.plan import PROJECT, Choices
from cloud.production import Production
from cloud.workloads import newest_public_keys
from e2e.films import copyable, small
from e2e.party import all_play, create_room, join, post, press, sees_message, wait_for_film, wait_for_room
from fakes.waiting import eventually
from watchparty_api.records import KINDS
from watchparty_api.store.shapes import kind_name

FAMILIES = ("access", "join", "notice")


def second_version(choices: Choices) -> Choices:
    """The next release: other images of functions and relay."""
    images = {name: f"europe-west1-docker.pkg.dev/{PROJECT}/watchparty/{name}@sha256:{'1' * 64}"
              for name in ("functions", "relay", "transcoder")}  # fmt: skip
    return choices.with_variables(images=images)


def rotate(site: Production, step: str) -> dict[str, str]:
    """`step add|activate|retire` of docs/operations.md for each family; returns the versions that are then mounted."""
    for name in FAMILIES:
        versions = site.workloads.keys[name]
        done = subprocess.run(
            [sys.executable, "-m", "watchparty", "keys", step, name, "--text"],
            input=versions[-1], capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        versions.append(done.stdout)
    site.workloads.keys["public"].append(newest_public_keys(site.workloads.keys))
    return {name: str(len(versions)) for name, versions in site.workloads.keys.items()}


def with_cdn_key(site: Production, choices: Choices, name: str) -> Choices:
    value = "AAECAwQFBgcICQoLDA0ODw=="
    site.workloads.keys[f"cdn-{name}"] = [value]
    return replace(choices, cdn_keys={**choices.cdn_keys, name: value})


def test_a_party_outlives_a_second_version_and_the_rotation_of_every_key(
    site: Production, admin: Api, meet: Meet
) -> None:
    """New relays and functions, and in three deployments a new key of each kind: the room plays on, a message arrives
    after each step, no one is signed out, a new guest gets in, and only new grants open a film at the end."""
    first = site.choices
    video_id = upload(admin, copyable(10))
    playable(admin, video_id)
    host = meet("Ada")
    sign_in(host)
    link = create_room(host, small())
    wait_for_film(host, within_s=60)
    guest = meet("Max")
    join(guest, link, name="Max")
    wait_for_room(guest)
    wait_for_film(guest)
    people = [host, guest]
    press(host, "k")
    all_play(people)

    def grant() -> tuple[str, str]:
        """A film's address, and a cookie that opens it."""
        manifest = str(admin.call("POST", f"/videos/{video_id}/playback", json={})["manifest_url"])
        return manifest, admin.client.cookies["Cloud-CDN-Cookie"]

    def opens(manifest: str, cookie: str) -> int:
        with httpx2.Client(verify=site.trust) as stranger:
            return stranger.get(ORIGIN + manifest, headers={"Cookie": f"Cloud-CDN-Cookie={cookie}"}).status_code

    def goes_on(step: str) -> None:
        post(host, f"after {step}")
        sees_message(guest, f"after {step}")
        all_play(people)

    old = grant()
    added = with_cdn_key(site, second_version(site.choices), "k2")
    site.deploy(added.with_variables(key_versions=rotate(site, "add")))
    goes_on("the second version")
    assert opens(*old) == 200

    active = replace(added, cdn_keys=dict(reversed(added.cdn_keys.items())))
    activated = active.with_variables(key_versions=rotate(site, "activate"))
    site.deploy(activated)
    goes_on("the new keys sign")
    new = grant()
    assert ":KeyName=k2:" in new[1]
    assert [opens(*old), opens(*new)] == [200, 200]

    site.deploy(replace(active, cdn_keys={"k2": active.cdn_keys["k2"]}).with_variables(
        key_versions=rotate(site, "retire")))  # fmt: skip
    goes_on("the old keys are gone")
    assert [opens(*old), opens(*new)] == [403, 200]
    host.page.reload()
    wait_for_room(host)
    late = meet("Ida")
    join(late, link, name="Ida")
    wait_for_room(late)
    wait_for_film(late)

    site.deploy(activated)  # `make rollback`: the versions of before
    post(late, "after the rollback")
    sees_message(host, "after the rollback")
    all_play([guest])
    assert host.errors == guest.errors == late.errors == []
    assert first.cdn_keys.items() <= site.choices.cdn_keys.items()


def test_a_restored_database_is_the_site_of_the_backup(
    site: Production, admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `database` set to the restored one, what was deleted after the backup is there, and its account signs in."""
    room = admin.call("POST", "/rooms", json={"name": "Club"})
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", site.firestore)  # the client's own setting
    before, after = (firestore.Client(project=PROJECT, database=name) for name in ("watchparty", "watchparty-2"))
    for kind in KINDS:
        for document in before.collection("workspaces", "main", kind_name(kind)).stream():
            after.document(document.reference.path).set(document.to_dict() or {})
    admin.call("DELETE", f"/rooms/{room['id']}")
    original = site.choices
    site.deploy(original.with_variables(database="watchparty-2"))
    try:
        assert admin.call("GET", f"/rooms/{room['id']}")["name"] == "Club"
        assert admin.client.post("/api/v1/auth/refresh", json={}).status_code == 200
    finally:
        site.deploy(original)
    eventually("the original database is back", lambda: room["id"] not in str(admin.call("GET", "/rooms")))
