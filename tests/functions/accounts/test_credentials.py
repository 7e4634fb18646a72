"""Every kind of credential of an account against every event that ends them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pytest
from httpx2 import Response

from fakes.api_harness import ApiHarness, Person
from fakes.party import Browser
from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.creation import create_account
from watchparty_api.accounts.credentials import revoke_everything
from watchparty_api.rate_limits.limits import Limiter
from watchparty_api.records import Invitation, OneTimeToken, Webhook
from watchparty_api.store.port import Create, WorkspaceStore, Write
from watchparty_api.store.queries import CHALLENGES_OF_ACCOUNT, SESSIONS_OF_ACCOUNT
from watchparty_api.webhooks.outbox import deliveries

PASSWORD = "correct horse"
NEW_PASSWORD = "battery staple"


@dataclass
class Held:
    """An account that owns a room, and what another device and a script hold of it."""

    api: ApiHarness
    owner: Person
    admin: Person
    room_id: str
    device: Browser
    script: Browser
    invitations: Mapping[str, str]
    account_invite: str
    reset_link: str
    webhook_id: str

    def powers(self) -> dict[str, bool]:
        """Which of the credentials still have any power."""
        api, path = self.api, f"/rooms/{self.room_id}"
        device, script = self.device, self.script
        assert device.person is not None
        bearer = {"Authorization": f"Bearer {device.join_token}"}
        script_bearer = {"Authorization": f"Bearer {script.join_token}"}

        def allowed(method: str, where: str, headers: dict[str, str], body: object = None) -> bool:
            browser = api.new_client()
            return browser.request(method, f"/api/v1{where}", json=body, headers=headers).status_code < 300

        api_token = script.headers
        sent = deliveries(api.services, self.owner.id, "room.started", {}, event_id="e1")
        return {
            "access token": allowed("GET", "/auth/me", device.person.headers),
            "access token in its room": allowed("PATCH", path, device.person.headers, {"name": "Stolen"}),
            "join token in its room": allowed("PATCH", path, bearer, {"name": "Stolen"}),
            "renewal of the join token": allowed("POST", f"{path}/join/renew", bearer, {}),
            "joining with the join token": device_joins_as_host(api, path, bearer),
            "invitation by the device": self._invites_moderator("device"),
            "API token": allowed("GET", "/rooms", api_token),
            "join token of the API token": allowed("PATCH", path, script_bearer, {"name": "Stolen"}),
            "renewal of the API token's join token": allowed("POST", f"{path}/join/renew", script_bearer, {}),
            "invitation by the API token": self._invites_moderator("script"),
            "invitation to register": api.services.store.get(OneTimeToken, self.account_invite) is not None,
            "reset link": api.services.store.get(OneTimeToken, self.reset_link) is not None,
            "webhook": bool(sent),
        }

    def _invites_moderator(self, which: str) -> bool:
        answer = Browser(self.api).join(self.room_id, invite=self.invitations[which])
        return answer.status_code == 200 and answer.json()["connection"]["role"] == "moderator"


def device_joins_as_host(api: ApiHarness, path: str, bearer: dict[str, str]) -> bool:
    answer = api.new_client().post(f"/api/v1{path}/join", json={}, headers=bearer)
    return answer.status_code == 200 and answer.json()["connection"]["role"] == "host"


@pytest.fixture
def held(api: ApiHarness) -> Held:
    ana = create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana", role="admin")
    owner, other = api.sign_in(ana), api.sign_in(ana)
    room_id = ok(api.client.post("/api/v1/rooms", json={}, headers=owner.headers))["id"]
    device = Browser(api, other)
    assert device.join(room_id).status_code == 200
    scopes = {"name": "script", "scopes": ["rooms:read", "rooms:write"]}
    token = ok(api.client.post("/api/v1/auth/me/tokens", json=scopes, headers=other.headers))["token"]
    script = Browser(api, Person(ana, "", token))
    assert script.join(room_id).status_code == 200
    hook = Webhook(
        id="hook", created_at=api.clock(), account_id=ana.id, url="https://thief.example", events=("room.started",)
    )
    api.services.store.create(hook)
    _, invite = one_time_tokens.mint(api.services, "account_invite", role="admin", created_by=ana.id)
    _, link = one_time_tokens.mint(api.services, "reset", account_id=ana.id, email=ana.email)
    invitations = {"device": moderator_link(device, room_id), "script": moderator_link(script, room_id)}
    admin = api.person("Ada", role="admin")
    return Held(api, owner, admin, room_id, device, script, invitations, invite.id, link.id, hook.id)


def moderator_link(browser: Browser, room_id: str) -> str:
    url: str = ok(browser.ask("POST", f"/rooms/{room_id}/invitations", {"role": "moderator"}))["url"]
    return url.partition("#invite=")[2]


def ok(answer: Response) -> dict[str, str]:
    assert answer.status_code < 300, answer.text
    body: dict[str, str] = answer.json()
    return body


def change_password(held: Held) -> Response:
    body = {"password": NEW_PASSWORD, "current_password": PASSWORD}
    return held.api.client.patch("/api/v1/auth/me", json=body, headers=held.owner.headers)


def reset_password(held: Held) -> Response:
    secret, _ = one_time_tokens.mint(held.api.services, "reset", account_id=held.owner.id, email="ana@example.org")
    return held.api.client.post("/api/v1/auth/password/reset", json={"token": secret, "password": NEW_PASSWORD})


def sign_out_everywhere(held: Held) -> Response:
    return held.api.client.delete("/api/v1/auth/me/sessions", headers=held.owner.headers)


def suspend(held: Held) -> Response:
    return change_by_admin(held, {"suspended": True})


def suspend_and_restore(held: Held) -> Response:
    suspend(held)
    return change_by_admin(held, {"suspended": False})


def remove_admin_role(held: Held) -> Response:
    return change_by_admin(held, {"role": "user"})


def change_by_admin(held: Held, body: dict[str, object]) -> Response:
    path = f"/api/v1/admin/accounts/{held.owner.id}"
    return held.api.client.patch(path, json=body, headers=held.admin.headers)


def delete(held: Held) -> Response:
    return held.api.client.delete(f"/api/v1/admin/accounts/{held.owner.id}", headers=held.admin.headers)


EVENTS = (
    change_password,
    reset_password,
    sign_out_everywhere,
    suspend,
    suspend_and_restore,
    remove_admin_role,
    delete,
)


def test_before_any_event_every_credential_works(held: Held) -> None:
    """The table below would otherwise prove nothing."""
    assert held.powers() == dict.fromkeys(held.powers(), True)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_nothing_of_another_device_survives(held: Held, event: Callable[[Held], Response]) -> None:
    """After each event no credential that another device, a script or an integrator holds has any power."""
    assert event(held).status_code < 300
    assert held.powers() == dict.fromkeys(held.powers(), False)


def test_the_device_that_changes_the_password_goes_on(held: Held) -> None:
    """It stays signed in and in its room, and its invitations stay valid; the others' connections must renew."""
    own = Browser(held.api, held.owner)
    assert own.join(held.room_id).status_code == 200
    link = moderator_link(own, held.room_id)
    change_password(held)
    assert own.ask("GET", "/auth/me").status_code == 200
    own.person = None  # uses the join token
    assert own.ask("PATCH", f"/rooms/{held.room_id}", {"name": "Mine"}).status_code == 200
    assert own.renew(held.room_id).status_code == 200
    assert Browser(held.api).join(held.room_id, invite=link).json()["connection"]["role"] == "moderator"
    assert held.api.relay.kinds(held.room_id).count("renew") == 1


def test_signing_out_a_device_ends_what_it_started_and_nothing_else(held: Held) -> None:
    """Its join token, its renewal and its invitations end; the API token that it created goes on."""
    assert held.device.person is not None
    session = f"/api/v1/auth/me/sessions/{held.device.person.session_id}"
    assert held.api.client.delete(session, headers=held.owner.headers).status_code == 204
    dead = {kind for kind, power in held.powers().items() if not power}
    assert dead == {
        "access token",
        "access token in its room",
        "join token in its room",
        "renewal of the join token",
        "joining with the join token",
        "invitation by the device",
    }
    listed = held.api.client.get(f"/api/v1/rooms/{held.room_id}/invitations", headers=held.owner.headers).json()
    assert [each["id"] for each in listed["items"]] == [held.invitations["script"].partition(".")[0]]
    assert held.api.relay.kinds(held.room_id).count("renew") == 1


def test_deleting_an_api_token_ends_what_it_started(held: Held) -> None:
    """Its join token, its renewal and its invitations end with it."""
    token_id = held.script.headers["Authorization"].split("_")[1]
    path = f"/api/v1/auth/me/tokens/{token_id}"
    assert held.api.client.delete(path, headers=held.owner.headers).status_code == 204
    dead = {kind for kind, power in held.powers().items() if not power}
    assert dead == {
        "API token",
        "join token of the API token",
        "renewal of the API token's join token",
        "invitation by the API token",
    }


def test_an_invitation_that_was_created_while_its_device_was_signed_out_admits_no_one(held: Held) -> None:
    """The creating request may commit after the invitations were revoked."""
    held.api.client.delete("/api/v1/auth/me/sessions", headers=held.owner.headers)
    store, id_ = held.api.services.store, held.invitations["device"].partition(".")[0]
    made = store.get(Invitation, id_)
    assert made is not None
    held.api.clock.advance(seconds=1)
    store.replace(replace(made, revoked=False, created_at=held.api.clock()))
    assert Browser(held.api).join(held.room_id, invite=held.invitations["device"]).json()["connection"]["role"] == (
        "viewer"
    )


def test_a_join_token_from_before_tokens_named_their_credential_is_not_renewed(api: ApiHarness, held: Held) -> None:
    """It holds for its ten minutes, so that an upgrade interrupts no one; accounts renew with their access token."""
    claims = api.services.tokens.verify_join(held.device.join_token or "", api.clock())
    del claims["cred"]
    held.device.join_token = api.services.tokens.join_token(claims, api.clock())
    held.device.person = None
    assert held.device.ask("GET", f"/rooms/{held.room_id}/members").status_code == 200
    assert held.device.renew(held.room_id).status_code == 401


def test_a_paused_webhook_is_resumed_by_its_owner(held: Held) -> None:
    """A new password pauses webhooks; the owner resumes those that are theirs."""
    change_password(held)
    path = f"/api/v1/webhooks/{held.webhook_id}"
    answer = held.api.client.patch(path, json={"active": True}, headers=held.owner.headers)
    assert (answer.status_code, answer.json()["active"]) == (200, True)
    assert held.powers()["webhook"]
    assert held.api.client.patch(path, json={"active": True}, headers=held.admin.headers).status_code == 404


class Interrupted(Limiter):
    """Runs `between` in the next sign-in, after it has read the account and before it checks the password."""

    def __init__(self, between: Callable[[], Response]) -> None:
        super().__init__()
        self._between: list[Callable[[], Response]] = [between]

    def hit(self, action: str, *keys: str) -> None:
        super().hit(action, *keys)
        if action == "login_failure" and self._between:
            assert self._between.pop()().status_code == 204


@pytest.mark.parametrize("second_factor", [False, True])
def test_a_sign_in_with_the_old_password_does_not_outlive_a_reset_meanwhile(
    api: ApiHarness, second_factor: bool
) -> None:
    """Neither its session nor its ticket, although the reset did not find them yet."""
    account = create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")
    api.services.store.replace(replace(account, second_factor=second_factor))
    link, _ = one_time_tokens.mint(api.services, "reset", account_id=account.id, email=account.email)
    body = {"token": link, "password": NEW_PASSWORD}
    reset = partial(api.new_client().post, "/api/v1/auth/password/reset", json=body)
    slow = replace(api, services=replace(api.services, limiter=Interrupted(reset)))
    credentials = {"email": "ana@example.org", "password": PASSWORD}
    answer = slow.new_client().post("/api/v1/auth/login", json=credentials)
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    assert list(api.services.store.query_all(SESSIONS_OF_ACCOUNT, account.id, False)) == []
    challenges = list(api.services.store.query_all(CHALLENGES_OF_ACCOUNT, account.id))
    assert [each for each in challenges if each.used_at is None] == []


def test_a_session_that_begins_while_all_are_being_ended_ends_too(api: ApiHarness) -> None:
    """A sign-in commits after the list of sessions was read and before the account changes."""
    person = api.person()

    class Hasty(WorkspaceStore):
        def commit(self, writes: Sequence[Write]) -> None:
            if any(isinstance(each, Create) for each in writes):  # the audit entry: not the second list
                api.sign_in(person.account)
            super().commit(writes)

    services = replace(api.services, store=Hasty(api.services.store.adapter, api.services.store.workspace_id))
    revoke_everything(services, person.id, actor=person.id, action="account.signed_out_everywhere")
    assert list(api.services.store.query_all(SESSIONS_OF_ACCOUNT, person.id, False)) == []
