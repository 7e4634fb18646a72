"""Every route against every kind of caller. A route without a row here fails the suite.

A row lists the allowed callers; all others must get 401 (unknown) or 403 (not allowed), and 401 for an invalid bearer.
Bodies are valid, so that no 422 hides a missing check. For an allowed caller the answer must be neither 401 nor 403;
other tests check the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from fakes.api_harness import SITE, ApiHarness
from fakes.world import Template, World
from watchparty_api.identity.scopes import SCOPES
from watchparty_api.records import Account, ApiToken, Session
from watchparty_api.store.queries import SESSIONS_OF_ACCOUNT
from watchparty_api.web.caller import hash_secret

pytestmark = pytest.mark.integration

BAD_BEARERS = frozenset({"expired", "expired_guest", "wrong_typ", "wrong_audience"})
INSIDE = frozenset({"viewer", "moderator", "host"})
STAFF = frozenset({"moderator", "host"})
PARTICIPANTS = frozenset({"elsewhere", "removed", "waiting", "viewer", "moderator"})
ACCOUNTS = frozenset({"other", "admin", "host"})
EVERYBODY = ACCOUNTS | PARTICIPANTS | {"nobody"}
ANYTHING = EVERYBODY | BAD_BEARERS | {"suspended"}
"""Routes that ignore the bearer."""

PASSWORD = "correct horse"


@dataclass(frozen=True)
class Row:
    route: str
    may: frozenset[str]
    body: Any = None
    params: dict[str, Any] = field(default_factory=dict)


def row(route: str, may: frozenset[str] | set[str], body: Any = None, **params: Any) -> Row:
    return Row(route, frozenset(may), body, params)


SITE_ROWS = [
    row("GET /api/v1/config", ANYTHING),
    row("GET /api/v1/docs", ANYTHING),
    row("GET /health", ANYTHING),
    row("GET /ready", ANYTHING),
    row("GET /.well-known/jwks.json", ANYTHING),
]
_PERSON = {"email": "new@example.org", "password": PASSWORD, "display_name": "New"}
_CREDENTIAL = {"id": "AA", "rawId": "AA", "type": "public-key"}
REGISTERED = {**_CREDENTIAL, "response": {"clientDataJSON": "AA", "attestationObject": "AA"}}
ASSERTED = {**_CREDENTIAL, "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}}
ACCOUNT_ROWS = [
    row("GET /api/v1/setup", ANYTHING),
    row("POST /api/v1/setup", ANYTHING, {"token": "x", **_PERSON}),
    # The invitation decides here, and it is unknown: 410 for every caller whose bearer is not refused.
    row("POST /api/v1/auth/register", EVERYBODY, {**_PERSON, "invite": "x"}),
    row("POST /api/v1/auth/temporary", ANYTHING, {}),
    # Without an identity provider, as here: 404.
    row("POST /api/v1/auth/session", ANYTHING, {"id_token": "x"}),
    row("POST /api/v1/auth/password/forgot", ANYTHING, {"email": "new@example.org"}),
    row("POST /api/v1/auth/password/reset", ANYTHING, {"token": "x", "password": PASSWORD}),
    row("POST /api/v1/auth/verify-email", ANYTHING, {"token": "x"}),
    row("POST /api/v1/auth/logout", ANYTHING, {}),
    # These two require a password or a cookie, which no caller here has.
    row("POST /api/v1/auth/login", frozenset(), {"email": "new@example.org", "password": PASSWORD}),
    row("POST /api/v1/auth/refresh", frozenset(), {}),
    # A ticket or a passkey decides here. The test site has no https, so that passkeys are refused with 409.
    row("POST /api/v1/auth/second-step", ANYTHING, {"ticket": "x", "code": "123456"}),
    row("POST /api/v1/auth/passkey/challenge", ANYTHING, {}),
    row("POST /api/v1/auth/passkey", ANYTHING, {"credential": ASSERTED}),
    row("POST /api/v1/auth/step-up/challenge", ACCOUNTS),
    row("POST /api/v1/auth/step-up", ACCOUNTS, {"code": "123456"}),  # 409: these accounts have nothing to prove with
    row("GET /api/v1/auth/me/factors", ACCOUNTS),
    row("POST /api/v1/auth/me/passkeys/challenge", ACCOUNTS),
    row("POST /api/v1/auth/me/passkeys", ACCOUNTS, {"name": "Phone", "credential": REGISTERED}),
    row("PATCH /api/v1/auth/me/passkeys/{passkey_id}", ACCOUNTS, {"name": "Phone"}),  # 404: another account's
    row("DELETE /api/v1/auth/me/passkeys/{passkey_id}", ACCOUNTS),
    row("POST /api/v1/auth/me/authenticator", ACCOUNTS),
    row("POST /api/v1/auth/me/authenticator/confirm", ACCOUNTS, {"code": "123456"}),
    row("DELETE /api/v1/auth/me/authenticator", ACCOUNTS),
    row("POST /api/v1/auth/me/recovery-codes", ACCOUNTS),
    row("GET /api/v1/auth/me", ACCOUNTS),
    row("PATCH /api/v1/auth/me", ACCOUNTS, {"display_name": "New"}),
    row("DELETE /api/v1/auth/me", ACCOUNTS),
    row("GET /api/v1/auth/me/export", ACCOUNTS),
    row("GET /api/v1/auth/me/usage", ACCOUNTS),
    row("GET /api/v1/auth/me/sessions", ACCOUNTS),
    row("DELETE /api/v1/auth/me/sessions/{session_id}", ACCOUNTS),
    row("DELETE /api/v1/auth/me/sessions", ACCOUNTS),
    row("GET /api/v1/auth/me/tokens", ACCOUNTS),
    row("POST /api/v1/auth/me/tokens", ACCOUNTS, {"name": "script", "scopes": ["rooms:read"]}),
    row("DELETE /api/v1/auth/me/tokens/{token_id}", ACCOUNTS),
]
ADMIN_ROWS = [
    row("GET /api/v1/admin/settings", {"admin"}),
    row("PATCH /api/v1/admin/settings", {"admin"}, {"registration": "open"}),
    row("GET /api/v1/admin/accounts", {"admin"}),
    row("GET /api/v1/admin/accounts/{account_id}", {"admin"}),
    row("PATCH /api/v1/admin/accounts/{account_id}", {"admin"}, {"suspended": True}),
    row("DELETE /api/v1/admin/accounts/{account_id}", {"admin"}),
    row("DELETE /api/v1/admin/accounts/{account_id}/factors", {"admin"}),
    row("GET /api/v1/admin/account-invites", {"admin"}),
    row("POST /api/v1/admin/account-invites", {"admin"}, {}),
    row("DELETE /api/v1/admin/account-invites/{invite_id}", {"admin"}),
    row("GET /api/v1/admin/rooms", {"admin"}),
    row("POST /api/v1/admin/rooms/{room_id}/close", {"admin"}),
    row("GET /api/v1/admin/videos", {"admin"}),
    row("POST /api/v1/admin/videos/{video_id}/requeue", {"admin"}),
    row("GET /api/v1/admin/jobs", {"admin"}),
    row("GET /api/v1/admin/overview", {"admin"}),
    row("GET /api/v1/admin/doctor", {"admin"}),
    row("GET /api/v1/admin/audit", {"admin"}),
    row("GET /api/v1/admin/audit/verify", {"admin"}),
    row("GET /api/v1/admin/audit/export", {"admin"}),
    row("GET /api/v1/admin/dead-letters", {"admin"}),
    row("POST /api/v1/admin/dead-letters/{letter_id}/retry", {"admin"}),
    row("DELETE /api/v1/admin/dead-letters/{letter_id}", {"admin"}),
]
WEBHOOK_ROWS = [
    row("GET /api/v1/webhooks", ACCOUNTS),
    row("POST /api/v1/webhooks", ACCOUNTS, {"url": "https://integrator.example", "events": ["video.ready"]}),
    # Another account's webhook answers 404, which reveals less than 403.
    row("PATCH /api/v1/webhooks/{webhook_id}", ACCOUNTS, {"active": False}),
    row("DELETE /api/v1/webhooks/{webhook_id}", ACCOUNTS),
    row("POST /api/v1/webhooks/{webhook_id}/test", ACCOUNTS),
    row("GET /api/v1/webhooks/{webhook_id}/deliveries", ACCOUNTS),
    row("POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", ACCOUNTS),
]
ROOM_ROWS = [
    row("POST /api/v1/rooms", ACCOUNTS, {}),
    row("GET /api/v1/rooms", ACCOUNTS),
    row("GET /api/v1/rooms/{room_id}", EVERYBODY),  # callers outside the room get the card
    row("PATCH /api/v1/rooms/{room_id}", {"host"}, {"name": "New"}),
    row("DELETE /api/v1/rooms/{room_id}", {"host"}),
    row("POST /api/v1/rooms/{room_id}/link", {"host"}),
    row("GET /api/v1/rooms/{room_id}/queue", STAFF),
    row("PUT /api/v1/rooms/{room_id}/queue", STAFF, {"items": []}),
    row("POST /api/v1/rooms/{room_id}/next", STAFF, {"after": 1}),
    row("GET /api/v1/rooms/{room_id}/members", INSIDE),
    row("PATCH /api/v1/rooms/{room_id}/members/me", INSIDE | {"waiting"}, {"display_name": "New"}),
    row("PATCH /api/v1/rooms/{room_id}/members/{participant_id}", STAFF, {"muted": True}),
    # The offer is to the moderator: others inside get 403, and callers outside, too.
    row("POST /api/v1/rooms/{room_id}/host-offer", {"moderator"}, {"decision": "decline"}),
    row("DELETE /api/v1/rooms/{room_id}/host-offer", {"host"}),
    row("DELETE /api/v1/rooms/{room_id}/members/{participant_id}", STAFF),
    row("POST /api/v1/rooms/{room_id}/leave", INSIDE | {"waiting"}),
    row("POST /api/v1/rooms/{room_id}/members/leave", INSIDE | {"waiting"}),
    row("GET /api/v1/rooms/{room_id}/bans", STAFF),
    row("DELETE /api/v1/rooms/{room_id}/bans/{ban_id}", STAFF),
    row("GET /api/v1/rooms/{room_id}/join-requests", STAFF),
    row("POST /api/v1/rooms/{room_id}/join-requests/{request_id}", STAFF, {"decision": "deny"}),
    row("POST /api/v1/rooms/{room_id}/join-requests:decide", STAFF, {"decision": "deny", "all": True}),
    row("GET /api/v1/rooms/{room_id}/invitations", STAFF),
    row("POST /api/v1/rooms/{room_id}/invitations", STAFF, {}),
    row("DELETE /api/v1/rooms/{room_id}/invitations/{invitation_id}", STAFF),
    row("GET /api/v1/rooms/{room_id}/events", STAFF),
    row("GET /api/v1/rooms/{room_id}/chat", STAFF),
    row("GET /api/v1/rooms/{room_id}/report", STAFF),
    row("GET /api/v1/rooms/{room_id}/poster", EVERYBODY),
    row("POST /api/v1/rooms/{room_id}/join", EVERYBODY - {"removed"}, {}),
    row("POST /api/v1/rooms/{room_id}/join/renew", INSIDE | {"waiting"}, {}),
]
VIDEO_ROWS = [
    row("POST /api/v1/videos", ACCOUNTS, {"filename": "film.mkv", "size_bytes": 1000}),
    row("GET /api/v1/videos", ACCOUNTS),
    row("GET /api/v1/videos/{video_id}", {"host"}),
    row("PATCH /api/v1/videos/{video_id}", {"host"}, {"title": "New"}),
    row("DELETE /api/v1/videos/{video_id}", {"host"}),
    row("POST /api/v1/videos/{video_id}/upload", {"host"}),
    row("POST /api/v1/videos/{video_id}/upload/progress", {"host"}, {"sent_bytes": 1}),
    # Uploads use another protocol here, so the owner gets 409 for these three.
    row("POST /api/v1/videos/{video_id}/upload/parts", {"host"}, {"numbers": [1]}),
    row("POST /api/v1/videos/{video_id}/upload/complete", {"host"}),
    row("POST /api/v1/videos/{video_id}/upload/abort", {"host"}),
    row("POST /api/v1/videos/{video_id}/retry", {"host"}),
    row("GET /api/v1/videos/{video_id}/failure-bundle", {"host"}),
    row("POST /api/v1/videos/{video_id}/subtitles", {"host"}),
    row("POST /api/v1/videos/{video_id}/subtitles/preview", {"host"}),
    row("PATCH /api/v1/videos/{video_id}/subtitles/{track_id}", {"host"}, {"label": "New"}),
    row("DELETE /api/v1/videos/{video_id}/subtitles/{track_id}", {"host"}),
    # Fault S3: callers outside the room get no URL of the film, whatever ids they know.
    row("POST /api/v1/videos/{video_id}/playback", INSIDE, {}),
    # The URL itself is the permission; test_routes of playback and videos test that it is checked.
    row("GET /api/v1/videos/{video_id}/hls/{grant}/{rest}", ANYTHING),
    row("GET /api/v1/videos/{video_id}/poster/{key}", ANYTHING),
]
ROWS = [*SITE_ROWS, *ACCOUNT_ROWS, *ADMIN_ROWS, *WEBHOOK_ROWS, *ROOM_ROWS, *VIDEO_ROWS]
ALLOWED = [(each, who) for each in ROWS if each.may != ANYTHING for who in sorted(each.may)]


@pytest.fixture
def town(template: Template, tmp_path: Path) -> Iterator[ApiHarness]:
    api = template.api(tmp_path)
    yield api
    api.services.store.close()


def _status(api: ApiHarness, world: World, each: Row, who: str) -> int:
    method, path = each.route.split(" ")
    # Each caller has its own address, so that no rate limit answers instead of the check.
    client = TestClient(
        api.app, base_url=SITE, headers={"Origin": SITE}, client=(f"192.0.2.{sorted(ANYTHING).index(who)}", 1)
    )
    answer = client.request(
        method, path.format(**world.ids), json=each.body, params=each.params, headers=world.headers(who)
    )
    return answer.status_code


def test_every_route_has_a_row(api: ApiHarness) -> None:
    """Every route has a row that lists who may call it."""
    routes = {
        f"{method} {context.path_format}"
        for context in iter_route_contexts(api.app.routes)
        for method in context.methods or ()
        if method != "HEAD" and context.path_format != "/api/v1/openapi.json"
    }
    rows = [each.route for each in ROWS]
    assert sorted(routes - set(rows)) == []
    assert sorted(set(rows) - routes) == []
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("each", [each for each in ROWS if each.may != ANYTHING], ids=lambda each: each.route)
def test_a_caller_without_permission_is_refused(template: Template, town: ApiHarness, each: Row) -> None:
    """Callers without permission get 401 or 403, and 401 for an invalid bearer."""
    got = {who: _status(town, template.world, each, who) for who in sorted(ANYTHING - each.may)}
    wrong = {who: status for who, status in got.items() if status not in (401, 403)}
    assert wrong == {}
    assert {who: status for who, status in got.items() if who in BAD_BEARERS and status != 401} == {}


@pytest.mark.parametrize(("each", "who"), ALLOWED, ids=lambda value: getattr(value, "route", value))
def test_an_allowed_caller_is_not_refused(template: Template, town: ApiHarness, each: Row, who: str) -> None:
    """Allowed callers get neither 401 nor 403."""
    assert _status(town, template.world, each, who) not in (401, 403, 429, 500)


@pytest.mark.parametrize("each", [each for each in ROWS if each.may == ANYTHING], ids=lambda each: each.route)
def test_open_routes_look_at_no_bearer(template: Template, town: ApiHarness, each: Row) -> None:
    """Open routes answer whatever bearer is sent."""
    got = {who: _status(town, template.world, each, who) for who in sorted(ANYTHING)}
    assert {who: status for who, status in got.items() if status in (401, 403, 429, 500)} == {}


@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.route)
def test_an_api_token_needs_the_scope_of_the_route(template: Template, town: ApiHarness, each: Row) -> None:
    """Without the scope of the path's area the answer is 403; nothing of the account can be changed with any scope."""
    world, api = template.world, town
    method, path = each.route.split(" ")
    area = {"auth": "account"}.get(path.split("/")[3], path.split("/")[3]) if path.startswith("/api/v1/") else ""
    needed = f"{area}:{'read' if method == 'GET' else 'write'}".replace(":decide", "")
    account = api.services.store.get(Account, world.ids["account_id"])
    assert account is not None
    token = ApiToken(
        id="scoped",
        created_at=api.clock(),
        account_id=account.id,
        name="scoped",
        secret_hash=hash_secret("secret"),
        scopes=tuple(sorted(SCOPES - {needed})),
    )
    api.services.store.create(token)
    before = sorted((each.id, each.revoked) for each in _sessions(api, account.id))
    headers = {"Authorization": "Bearer wp_scoped_secret"}
    answer = api.client.request(method, path.format(**world.ids), json=each.body, params=each.params, headers=headers)
    if each.may != ANYTHING and each.route not in WITHOUT_BEARER:
        assert answer.status_code == 403, answer.text
        assert answer.json()["code"] == "missing_scope"
    assert sorted((each.id, each.revoked) for each in _sessions(api, account.id)) == before


WITHOUT_BEARER = frozenset({"POST /api/v1/auth/login", "POST /api/v1/auth/refresh"})
"""They take a password or a cookie, and ignore the bearer."""


def _sessions(api: ApiHarness, account_id: str) -> list[Session]:
    store = api.services.store
    return [each for revoked in (False, True) for each in store.query_all(SESSIONS_OF_ACCOUNT, account_id, revoked)]
