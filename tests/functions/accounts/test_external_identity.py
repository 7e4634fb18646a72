"""Sign-in with an identity provider's token, verified by Google's library with the test's certificate."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.api_harness import ApiHarness
from fakes.google.identity_provider import IdentityProvider, identity_provider
from fakes.party import Browser
from watchparty_api.accounts import one_time_tokens
from watchparty_api.accounts.creation import create_account
from watchparty_api.accounts.deletion import complete_deletions
from watchparty_api.errors import Unavailable
from watchparty_api.records import Account, ApiToken, Webhook, WorkspaceSettings
from watchparty_api.store.queries import API_TOKENS_OF_ACCOUNT, WEBHOOKS_OF_ACCOUNT
from watchparty_api.web.caller import hash_secret


@pytest.fixture(scope="module")
def asked() -> Iterator[IdentityProvider]:
    with identity_provider() as running:
        yield running


@pytest.fixture
def provider(asked: IdentityProvider) -> IdentityProvider:
    asked.people, asked.refuses, asked.deleted = {}, False, []
    return asked


@pytest.fixture
def outside(api: ApiHarness, provider: IdentityProvider) -> ApiHarness:
    """A site that trusts the provider, on the real clock, because the library knows no other."""
    api.clock.time = datetime.now(UTC)
    config = replace(api.services.config, first_admin="Boss@example.org")
    api.services = replace(api.services, config=config, identity_provider=provider.platform)
    settings = WorkspaceSettings(workspace_id="main", id="settings", created_at=api.clock(), registration="open")
    api.services.store.create(settings)
    return api


def ask(api: ApiHarness, token: str) -> tuple[int, dict[str, Any]]:
    answer = api.client.post("/api/v1/auth/session", json={"id_token": token})
    return answer.status_code, answer.json()


def test_the_first_sign_in_makes_the_account(outside: ApiHarness, provider: IdentityProvider) -> None:
    """The second sign-in finds the account; the access token is our own and works."""
    status, first = ask(outside, provider.token())
    assert (status, first["account"]["email"], first["account"]["role"]) == (200, "ana@example.org", "user")
    assert ask(outside, provider.token())[1]["account"]["id"] == first["account"]["id"]
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    assert outside.client.get("/api/v1/auth/me", headers=headers).status_code == 200


def test_the_named_address_is_administrator_only_when_verified(outside: ApiHarness, provider: IdentityProvider) -> None:
    """An unverified claim to the address gives an ordinary account."""
    _, claimed = ask(outside, provider.token(sub="u2", email="boss@example.org", email_verified=False))
    assert claimed["account"]["role"] == "user"


def test_the_first_administrator_needs_no_invitation(outside: ApiHarness, provider: IdentityProvider) -> None:
    """Everyone else needs one where registration is closed."""
    known = outside.services.store.get(WorkspaceSettings, "settings")
    assert known is not None
    outside.services.store.replace(replace(known, registration="invitation"))
    assert ask(outside, provider.token())[1]["code"] == "invitation_needed"
    _, boss = ask(outside, provider.token(sub="u2", email="boss@example.org"))
    assert boss["account"]["role"] == "admin"


def test_a_verified_address_finds_its_account(outside: ApiHarness, provider: IdentityProvider) -> None:
    """An unverified address is not linked to any account."""
    _, made = ask(outside, provider.token())
    assert ask(outside, provider.token(sub="other", email_verified=False))[1]["code"] == "email_taken"
    assert ask(outside, provider.token(sub="other"))[1]["account"]["id"] == made["account"]["id"]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-project"},
        {"iss": "https://securetoken.google.com/another-project"},
        {"exp": 1_700_000_000},
        {"sub": ""},
        {"auth_time": 1_790_000_000},
        {"algorithm": "none"},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_an_invalid_token_is_refused(outside: ApiHarness, provider: IdentityProvider, claims: dict[str, Any]) -> None:
    """A token that is another project's, expired, without a subject, stale or unsigned is refused."""
    assert ask(outside, provider.token(**claims))[0] == 401


@pytest.mark.parametrize(
    "person",
    [{"validSince": "9999999999"}, {"disabled": True}, None],
    ids=["signed out everywhere", "disabled", "gone"],
)
def test_a_valid_token_of_a_disabled_user_is_refused(
    outside: ApiHarness, provider: IdentityProvider, person: dict[str, Any] | None
) -> None:
    """Disabled and deleted users are refused, although their token is valid for an hour."""
    token = provider.token()
    assert ask(outside, token)[0] == 200
    provider.people["uid-1"] = person
    status, answer = ask(outside, token)
    assert (status, answer["code"]) == (401, "bad_token")


def test_no_one_signs_in_while_the_provider_is_unavailable(outside: ApiHarness, provider: IdentityProvider) -> None:
    """The answer is 503, and repeats nothing of Google's answer."""
    provider.refuses = True
    status, answer = ask(outside, provider.token())
    assert (status, answer["code"]) == (503, "identity_unavailable")
    assert "firebaseauth" not in str(answer)


def test_another_key_is_not_the_providers(outside: ApiHarness, provider: IdentityProvider) -> None:
    """A token signed with another key is refused, even with the right key id."""
    assert ask(outside, provider.token(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)))[0] == 401


def test_a_site_with_its_own_accounts_has_no_such_sign_in(api: ApiHarness, provider: IdentityProvider) -> None:
    """The route answers 404 for every token."""
    assert ask(api, provider.token())[0] == 404


def test_an_account_created_in_her_name_becomes_hers_alone(outside: ApiHarness, provider: IdentityProvider) -> None:
    """The creator of the account loses all access: password, sessions, API tokens, webhooks, memberships, links."""
    services, now = outside.services, outside.clock()
    made = create_account(services, email="ana@example.org", password="his password", display_name="Him")
    device = outside.sign_in(made)
    token = ApiToken(
        workspace_id="main",
        id="t1",
        created_at=now,
        account_id=made.id,
        name="his",
        secret_hash=hash_secret("secret"),
        scopes=("account:read",),
    )
    hook = Webhook(
        workspace_id="main", id="w1", created_at=now, account_id=made.id, url="https://his.example", events=("x",)
    )
    services.store.create(token)
    services.store.create(hook)
    his = Browser(outside, device)
    room = his.ask("POST", "/rooms", {}).json()
    assert his.join(room["id"]).status_code == 200
    link = his.ask("POST", f"/rooms/{room['id']}/invitations", {"role": "moderator"}).json()["url"]
    assert outside.client.get("/api/v1/auth/me", headers={"Authorization": "Bearer wp_t1_secret"}).status_code == 200

    _, hers = ask(outside, provider.token())

    assert (hers["account"]["id"], hers["account"]["email_verified"]) == (made.id, True)
    headers = {"Authorization": f"Bearer {hers['access_token']}"}
    assert outside.client.get("/api/v1/auth/me", headers=headers).status_code == 200
    assert outside.client.get("/api/v1/auth/me", headers=device.headers).status_code == 401
    stored = services.store.get(Account, made.id)
    assert stored is not None
    assert stored.password_hash is None
    assert services.store.count(API_TOKENS_OF_ACCOUNT, made.id) == 0
    assert services.store.count(WEBHOOKS_OF_ACCOUNT, made.id) == 0
    outsider = Browser(outside).join(room["id"], invite=link.partition("#invite=")[2])
    assert outsider.json()["connection"]["role"] == "viewer"
    his.person = None  # uses his join token, which does not depend on a session
    assert his.renew(room["id"]).status_code == 401


def test_an_unverified_account_is_taken_over_by_the_owner_of_the_address(
    outside: ApiHarness, provider: IdentityProvider
) -> None:
    """A provider, too, can accept an address before it is verified."""
    _, his = ask(outside, provider.token(sub="him", email_verified=False))
    _, hers = ask(outside, provider.token(sub="her"))
    assert hers["account"]["id"] == his["account"]["id"]
    assert ask(outside, provider.token(sub="him", email_verified=False))[1]["code"] == "email_taken"


def test_an_account_that_showed_its_address_keeps_what_it_has(outside: ApiHarness, provider: IdentityProvider) -> None:
    """Linking a verified account signs no one out."""
    made = create_account(outside.services, email="ana@example.org", password="correct horse", display_name="Ana")
    known = outside.sign_in(outside.services.store.replace(replace(made, email_verified=True)))
    assert ask(outside, provider.token())[1]["account"]["id"] == known.id
    assert outside.client.get("/api/v1/auth/me", headers=known.headers).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("register", {"email": "ana@example.org", "password": "correct horse", "display_name": "Ana"}),
        ("login", {"email": "ana@example.org", "password": "correct horse"}),
        ("password/forgot", {"email": "ana@example.org"}),
        ("password/reset", {"token": "x", "password": "correct horse"}),
    ],
)
def test_where_a_provider_signs_in_the_site_has_no_passwords(
    outside: ApiHarness, path: str, body: dict[str, str]
) -> None:
    """The routes answer 404 even with open registration, so that no one can take an address before its owner."""
    answer = outside.client.post(f"/api/v1/auth/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "outside_accounts")


def test_where_a_provider_signs_in_the_address_is_the_providers(outside: ApiHarness) -> None:
    """The address cannot be changed, because its owner may not have signed in yet; the name can be."""
    made = create_account(outside.services, email="eve@example.org", password="correct horse", display_name="Eve")
    eve = outside.sign_in(made)
    change = {"email": "victim@example.org", "current_password": "correct horse"}
    answer = outside.client.patch("/api/v1/auth/me", json=change, headers=eve.headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "outside_accounts")
    named = outside.client.patch("/api/v1/auth/me", json={"display_name": "Eva"}, headers=eve.headers)
    assert named.json()["display_name"] == "Eva"


def test_an_invitation_lets_in_by_the_provider_too(outside: ApiHarness, provider: IdentityProvider) -> None:
    """An invitation gives its role, once, and only to its addressee."""
    known = outside.services.store.get(WorkspaceSettings, "settings")
    assert known is not None
    outside.services.store.replace(replace(known, registration="invitation"))
    secret, _ = one_time_tokens.mint(outside.services, "account_invite", email="ana@example.org", role="admin")

    def by_invitation(token: str) -> dict[str, Any]:
        answer = outside.client.post("/api/v1/auth/session", json={"id_token": token, "invite": secret})
        found: dict[str, Any] = answer.json()
        return found

    assert by_invitation(provider.token(sub="eve", email="eve@example.org"))["code"] == "other_address"
    assert by_invitation(provider.token())["account"]["role"] == "admin"
    assert by_invitation(provider.token(sub="ben", email="ben@example.org"))["code"] == "link_used_up"


def test_an_address_that_is_confirmed_later_is_confirmed_here_at_the_next_sign_in(
    outside: ApiHarness, provider: IdentityProvider
) -> None:
    """The first admin's address becomes an admin at that sign-in, not earlier."""
    _, before = ask(outside, provider.token(sub="u2", email="boss@example.org", email_verified=False))
    assert before["account"]["role"] == "user"
    _, after = ask(outside, provider.token(sub="u2", email="boss@example.org"))
    assert (after["account"]["id"], after["account"]["role"]) == (before["account"]["id"], "admin")
    stored = outside.services.store.get(Account, after["account"]["id"])
    assert stored is not None
    assert stored.email_verified


def test_another_address_of_the_same_person_confirms_nothing(outside: ApiHarness, provider: IdentityProvider) -> None:
    """The account keeps the address that it was created with, unverified."""
    _, made = ask(outside, provider.token(sub="u2", email_verified=False))
    _, again = ask(outside, provider.token(sub="u2", email="boss@example.org"))
    assert (again["account"]["id"], again["account"]["role"]) == (made["account"]["id"], "user")
    stored = outside.services.store.get(Account, made["account"]["id"])
    assert stored is not None
    assert not stored.email_verified


def delete_own(api: ApiHarness, signed_in: dict[str, Any]) -> int:
    """Deletes the account of a sign-in; returns the status."""
    headers = {"Authorization": f"Bearer {signed_in['access_token']}", "Origin": str(api.client.base_url).rstrip("/")}
    return api.client.request("DELETE", "/api/v1/auth/me", headers=headers).status_code


def test_the_user_is_deleted_with_the_account(outside: ApiHarness, provider: IdentityProvider) -> None:
    """Google keeps neither the address nor the password, and the old ID token opens nothing."""
    token = provider.token()
    signed_in = ask(outside, token)[1]
    assert (delete_own(outside, signed_in), provider.deleted) == (204, ["uid-1"])
    assert outside.services.store.get(Account, signed_in["account"]["id"]) is None
    assert ask(outside, token)[0] == 401


def test_a_deletion_waits_for_the_provider(outside: ApiHarness, provider: IdentityProvider) -> None:
    """Until Google has deleted the user, the account stays locked; the next maintenance completes the deletion."""
    token = provider.token()
    signed_in = ask(outside, token)[1]
    provider.refuses = True
    assert delete_own(outside, signed_in) == 503
    locked = outside.services.store.get(Account, signed_in["account"]["id"])
    assert locked is not None
    assert (locked.suspended, locked.deleting, locked.external_id) == (True, True, "uid-1")
    with pytest.raises(Unavailable):
        complete_deletions(outside.services)
    provider.refuses = False
    assert ask(outside, token)[0] == 403
    assert complete_deletions(outside.services) == 1
    assert provider.deleted == ["uid-1"]
    assert outside.services.store.get(Account, locked.id) is None


def test_a_user_that_is_gone_holds_up_no_deletion(outside: ApiHarness, provider: IdentityProvider) -> None:
    """An operator may have deleted the user in the console."""
    token = provider.token()
    signed_in = ask(outside, token)[1]
    provider.people["uid-1"] = None
    assert delete_own(outside, signed_in) == 204
    assert outside.services.store.get(Account, signed_in["account"]["id"]) is None
    assert provider.deleted == []
