"""Signing in with an identity provider's token, verified by Google's library with a certificate of the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.house import House
from fakes.identity_provider import IdentityProvider
from watchparty_api.records import WorkspaceSettings


@pytest.fixture(scope="module")
def provider() -> IdentityProvider:
    return IdentityProvider()


@pytest.fixture
def outside(house: House, provider: IdentityProvider) -> House:
    """A house that believes the provider, and whose clock is the library's: it has no other."""
    house.clock.time = datetime.now(UTC)
    config = replace(house.services.config, first_admin="Boss@example.org")
    house.services = replace(house.services, config=config, outside=provider.platform)
    settings = WorkspaceSettings(workspace_id="main", id="settings", created_at=house.clock(), registration="open")
    house.services.store.create("main", settings)
    return house


def ask(house: House, token: str) -> tuple[int, dict[str, Any]]:
    answer = house.client.post("/api/v1/auth/session", json={"id_token": token})
    return answer.status_code, answer.json()


def test_the_first_sign_in_makes_the_account(outside: House, provider: IdentityProvider) -> None:
    """The second finds it again; the access token is ours and works."""
    status, first = ask(outside, provider.token())
    assert (status, first["account"]["email"], first["account"]["role"]) == (200, "ana@example.org", "user")
    assert ask(outside, provider.token())[1]["account"]["id"] == first["account"]["id"]
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    assert outside.client.get("/api/v1/auth/me", headers=headers).status_code == 200


def test_the_named_address_is_administrator_only_when_verified(outside: House, provider: IdentityProvider) -> None:
    """Whoever merely claims it is anybody."""
    _, claimed = ask(outside, provider.token(sub="u2", email="boss@example.org", email_verified=False))
    assert claimed["account"]["role"] == "user"


def test_the_first_administrator_needs_no_invitation(outside: House, provider: IdentityProvider) -> None:
    """Everybody else does, where registration is closed."""
    known = outside.services.store.get("main", WorkspaceSettings, "settings")
    assert known is not None
    outside.services.store.replace("main", replace(known, registration="invitation"))
    assert ask(outside, provider.token())[1]["code"] == "invitation_needed"
    _, boss = ask(outside, provider.token(sub="u2", email="boss@example.org"))
    assert boss["account"]["role"] == "admin"


def test_a_verified_address_finds_its_account(outside: House, provider: IdentityProvider) -> None:
    """An unverified one takes nobody's."""
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
def test_a_token_that_is_not_good_is_refused(
    outside: House, provider: IdentityProvider, claims: dict[str, Any]
) -> None:
    """Another project's, an expired, a nameless, a stale, an unsigned one."""
    assert ask(outside, provider.token(**claims))[0] == 401


def test_another_key_is_not_the_providers(outside: House, provider: IdentityProvider) -> None:
    """With the right name on it."""
    assert ask(outside, provider.token(key=rsa.generate_private_key(public_exponent=65537, key_size=2048)))[0] == 401


def test_a_site_with_its_own_accounts_has_no_such_sign_in(house: House, provider: IdentityProvider) -> None:
    """404, whatever the token."""
    assert ask(house, provider.token())[0] == 404
