"""A room with members of every kind: present, waiting, removed, and accounts that have no access to it.

Used by the authorisation matrix and the API fuzzer. `bearers` maps each kind to its bearer token; `ids` provides the
path parameters.
"""

import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
from starlette.testclient import TestClient

from fakes.api_harness import GRANT_LIFE, SITE, ApiHarness, Person, build_harness
from watchparty_api.config import Config
from watchparty_api.identity.key_store import KeyFolder
from watchparty_api.identity.keys import KeyFamily, read_keys
from watchparty_api.ports.playback_signing import Grant
from watchparty_api.records import Video
from watchparty_api.videos.posters import poster_key


@dataclass(frozen=True)
class World:
    ids: dict[str, str]
    bearers: dict[str, str | None]

    def headers(self, who: str) -> dict[str, str]:
        bearer = self.bearers[who]
        return {} if bearer is None else {"Authorization": f"Bearer {bearer}"}


@dataclass(frozen=True)
class Template:
    """A world in a database file, which is copied for each call that can change it."""

    database: Path
    keys_dir: Path
    world: World

    def api(self, folder: Path) -> ApiHarness:
        """A copy of the world in its own database in `folder`."""
        return _api(Path(shutil.copy(self.database, folder / "world.db")), self.keys_dir)


def template_of(empty_database: Path, folder: Path, keys_dir: Path) -> Template:
    """Creates the world once, to be copied."""
    database = Path(shutil.copy(empty_database, folder / "world.db"))
    api = _api(database, keys_dir)
    world = build_world(api)
    api.services.store.close()
    return Template(database, keys_dir, world)


def _api(database: Path, keys_dir: Path) -> ApiHarness:
    config = Config(public_url=SITE, store_url=f"sqlite:///{database}", keys_dir=str(keys_dir))
    return build_harness(config)


def build_world(api: ApiHarness) -> World:
    """Creates the world through the API, as its users would."""
    host, other, admin = api.person("Hana"), api.person("Otto"), api.person("Ada", role="admin")
    suspended, moderator = api.person("Sue"), api.person("Mo")
    video_id = _film(api, host)
    room = _ok(api.client.post("/api/v1/rooms", json={"video_id": video_id}, headers=host.headers))
    elsewhere_room = _ok(api.client.post("/api/v1/rooms", json={}, headers=other.headers))
    path = f"/api/v1/rooms/{room['id']}"
    viewer, removed = _guest(api, path), _guest(api, path)
    in_token = _join(api.new_client(), path, moderator)
    _join(api.new_client(), path, suspended)
    _ok(api.client.patch(f"{path}/members/{_id(in_token)}", json={"role": "moderator"}, headers=host.headers))
    _ok(api.client.patch(f"{path}/members/{_id(in_token)}", json={"role": "host"}, headers=host.headers))
    invitation = _ok(api.client.post(f"{path}/invitations", json={}, headers=host.headers))
    _ok(api.client.patch(path, json={"access": "knock"}, headers=host.headers))
    waiting = _guest(api, path)
    # Last, because a ban also covers the IP address, which all of them share here.
    _ok(api.client.delete(f"{path}/members/{_id(removed)}?ban=true", headers=host.headers))
    api.services.store.replace(replace(suspended.account, suspended=True))
    invite = _ok(api.client.post("/api/v1/admin/account-invites", json={}, headers=admin.headers))
    scopes = {"name": "script", "scopes": ["account:read"]}
    token = _ok(api.client.post("/api/v1/auth/me/tokens", json=scopes, headers=other.headers))
    # Nothing listens there, so the connection is refused immediately.
    listened = {"url": "http://127.0.0.1:9/", "events": ["video.ready"]}
    webhook = _ok(api.client.post("/api/v1/webhooks", json=listened, headers=host.headers))
    session = api.sign_in(other.account)
    sessions = _ok(api.client.get("/api/v1/auth/me/sessions", headers=session.headers))["items"]
    past = api.clock() - timedelta(minutes=16)
    bearers = {
        "nobody": None,
        "other": other.access_token,
        "admin": admin.access_token,
        "suspended": suspended.access_token,
        "expired": api.services.tokens.access_token(host.account, host.session_id, past),
        "expired_guest": _expired(api, viewer["connection"]["join_token"]),
        "wrong_typ": api.services.tokens.notice_token(room["id"], "n1", api.clock()),
        "wrong_audience": _for_others(api, host),
        "elsewhere": _guest(api, f"/api/v1/rooms/{elsewhere_room['id']}")["connection"]["join_token"],
        "removed": removed["connection"]["join_token"],
        "waiting": waiting["connection"]["join_token"],
        "viewer": viewer["connection"]["join_token"],
        "moderator": in_token["connection"]["join_token"],
        "host": host.access_token,
    }
    ids = {
        "room_id": room["id"],
        "participant_id": _id(viewer),
        "ban_id": _id(removed),
        "invitation_id": invitation["invitation"]["id"],
        "request_id": waiting["request_id"],
        "video_id": video_id,
        "track_id": "t1",
        "grant": api.services.playback.text(Grant(video_id, host.id, None, api.clock() + GRANT_LIFE)),
        "rest": "1/master.m3u8",
        "key": poster_key(api.services, video_id),
        "account_id": other.id,
        "invite_id": invite["id"],
        "token_id": token["id"],
        "passkey_id": "none",
        "webhook_id": webhook["id"],
        "letter_id": "none",
        "delivery_id": "none",
        "session_id": next(each["id"] for each in sessions if each["current"]),
    }
    return World(ids, bearers)


def _expired(api: ApiHarness, join_token: str) -> str:
    """A participant's join token, as if signed eleven minutes ago."""
    claims = api.services.tokens.verify_join(join_token, api.clock())
    return api.services.tokens.join_token(claims, api.clock() - timedelta(minutes=11))


def _for_others(api: ApiHarness, host: Person) -> str:
    """The host's access token, correctly signed and not expired, but for the audience of the relay."""
    claims = jwt.decode(host.access_token, options={"verify_signature": False})
    family = read_keys(KeyFolder(Path(api.services.config.keys_dir or ""), may_create=False)).access
    assert isinstance(family, KeyFamily)
    headers = {"typ": "at+jwt", "kid": family.active}
    return jwt.encode({**claims, "aud": "relay"}, family.signing_key, algorithm="EdDSA", headers=headers)


def _film(api: ApiHarness, owner: Person) -> str:
    """Creates a film that is ready, without transcoding it."""
    now, id_ = api.clock(), secrets.token_urlsafe(12)
    video = Video(
        workspace_id="main",
        id=id_,
        created_at=now,
        owner_id=owner.id,
        title="Film",
        status="ready",
        playable=True,
        generation="1",
        duration_s=60.0,
        playable_s=60.0,
        updated_at=now,
    )
    api.services.store.create(video)
    return id_


def _guest(api: ApiHarness, path: str) -> dict[str, Any]:
    return _join(api.new_client(), path, None)


def _join(client: TestClient, path: str, person: Person | None) -> dict[str, Any]:
    return _ok(client.post(f"{path}/join", json={}, headers=person.headers if person else {}))


def _id(joined: dict[str, Any]) -> str:
    return str(joined["connection"]["participant_id"])


def _ok(answer: Any) -> dict[str, Any]:
    assert answer.is_success, answer.text
    content: dict[str, Any] = answer.json() if answer.content else {}
    return content
