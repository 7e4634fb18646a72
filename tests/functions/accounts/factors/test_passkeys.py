"""Passkeys: added, used, renamed and removed, and every attempt to use one where it does not belong."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from fakes.api_harness import ApiHarness
from fakes.authenticator import Authenticator, to_bytes, to_text
from fakes.factors import LONG_AGO, PASSWORD, SECURE_SITE, account_of, browser, signed_in
from watchparty_api import audit
from watchparty_api.accounts.factors.enrolment import MAX_PASSKEYS
from watchparty_api.records import Passkey, Session
from watchparty_api.store.queries import PASSKEYS_OF_ACCOUNT

ELSEWHERE = "https://watch.example"


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(SECURE_SITE)


def test_a_passkey_signs_in_without_a_password(api: ApiHarness, device: Authenticator) -> None:
    """The whole journey: added with a session, listed, used in another browser, renamed, removed."""
    ana = signed_in(api)
    added = ana.add_passkey(device)
    assert added.status_code == 201, added.text
    assert len(added.json()["recovery_codes"]) == 10
    other = browser(api, ana.email)
    answer = other.passkey(device)
    assert answer.status_code == 200, answer.text
    assert answer.json()["account"]["email"] == ana.email
    assert answer.headers["cache-control"] == "no-store"
    (shown,) = other.call("GET", "/auth/me/factors").json()["passkeys"]
    assert (shown["name"], shown["last_used_at"] is not None) == ("Phone", True)
    path = f"/auth/me/passkeys/{shown['id']}"
    assert other.call("PATCH", path, {"name": "Ana’s phone"}).json()["name"] == "Ana’s phone"
    assert other.call("DELETE", path).status_code == 204
    assert browser(api, ana.email).passkey(device).status_code == 401
    actions = [each.action for each in audit.entries(api.services)]
    assert [each for each in actions if each.startswith("passkey.")] == [
        "passkey.added",
        "passkey.renamed",
        "passkey.removed",
    ]
    assert browser(api, ana.email).password().status_code == 200, "without a factor the password is enough again"


def test_with_a_passkey_the_password_alone_does_not_sign_in(api: ApiHarness, device: Authenticator) -> None:
    """The password answers 202 without tokens or cookie, and the passkey completes the sign-in."""
    ana = signed_in(api)
    ana.add_passkey(device)
    other = browser(api, ana.email)
    asked = other.password()
    assert asked.status_code == 202
    assert set(asked.json()) == {"status", "ticket", "expires_in", "methods"}
    assert asked.json()["methods"] == ["passkey", "recovery_code"]
    assert "set-cookie" not in asked.headers
    ticket = asked.json()["ticket"]
    credential = device.sign(other.options("/auth/passkey/challenge", {"ticket": ticket}))
    assert other.second_step(ticket, credential=credential).status_code == 200
    assert browser(api, ana.email).second_step(ticket, credential=credential).status_code == 410, "works once"


SIGNED_ELSEWHERE: list[tuple[str, dict[str, str]]] = [
    ("another origin", {"origin": ELSEWHERE}),
    ("another port", {"origin": f"{SECURE_SITE}:8443"}),
    ("plain http", {"origin": "http://watch.test"}),
    ("a subdomain", {"origin": "https://evil.watch.test"}),
    ("another relying party", {"rp_id": "watch.example"}),
]


@pytest.mark.parametrize(("name", "facts"), SIGNED_ELSEWHERE, ids=[name for name, _ in SIGNED_ELSEWHERE])
def test_what_was_signed_elsewhere_is_refused(
    api: ApiHarness, device: Authenticator, name: str, facts: dict[str, str]
) -> None:
    """A page elsewhere that relays our challenge gets an answer that is worth nothing here."""
    ana = signed_in(api)
    assert ana.add_passkey(Authenticator(SECURE_SITE), **facts).status_code == 422, name
    ana.add_passkey(device)
    assert browser(api, ana.email).passkey(device, **facts).status_code == 401, name


@pytest.mark.parametrize("counts", [False, True])
def test_an_assertion_works_once(api: ApiHarness, counts: bool) -> None:
    """Neither a repeat nor 12 requests at once sign in a second time, with and without a counter."""
    ana, device = signed_in(api), Authenticator(SECURE_SITE, counts=counts)
    ana.add_passkey(device)
    other = browser(api, ana.email)
    credential = device.sign(other.options("/auth/passkey/challenge", {}))

    def send(_: int) -> int:
        return other.client.post("/api/v1/auth/passkey", json={"credential": credential}).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(12)))
    assert sorted(answers) == [200, *[410] * 11]
    assert send(0) == 410


def test_a_challenge_belongs_to_the_browser_it_was_created_for(api: ApiHarness, device: Authenticator) -> None:
    """An assertion that was copied from one browser signs in no other; nor does one without the cookie."""
    ana = signed_in(api)
    ana.add_passkey(device)
    credential = device.sign(browser(api, ana.email).options("/auth/passkey/challenge", {}))
    thief = browser(api, ana.email)
    assert thief.client.post("/api/v1/auth/passkey", json={"credential": credential}).status_code == 410
    thief.options("/auth/passkey/challenge", {})
    assert thief.client.post("/api/v1/auth/passkey", json={"credential": credential}).status_code == 410


def test_a_challenge_is_for_one_purpose(api: ApiHarness, device: Authenticator) -> None:
    """A challenge of the step-up does not sign in, and one of the sign-in is no step-up."""
    ana = signed_in(api)
    ana.add_passkey(device)
    for path, body in (("/auth/step-up/challenge", None), ("/auth/passkey/challenge", {})):
        credential = device.sign(ana.options(path, body))
        wrong = "/auth/passkey" if "step-up" in path else "/auth/step-up"
        assert ana.call("POST", wrong, {"credential": credential}).status_code == 410


def test_a_challenge_expires(api: ApiHarness, device: Authenticator) -> None:
    """After five minutes neither sign-in nor registration accepts it."""
    ana = signed_in(api)
    ana.add_passkey(device)
    registration = Authenticator(SECURE_SITE).create(ana.options("/auth/me/passkeys/challenge"))
    other = browser(api, ana.email)
    assertion = device.sign(other.options("/auth/passkey/challenge", {}))
    api.clock.advance(minutes=5)
    assert other.client.post("/api/v1/auth/passkey", json={"credential": assertion}).status_code == 410
    late = ana.call("POST", "/auth/me/passkeys", {"name": "Late", "credential": registration})
    assert (late.status_code, late.json()["code"]) == (410, "challenge_expired")


def test_a_registration_belongs_to_its_session(api: ApiHarness) -> None:
    """A challenge of one session adds no passkey in another, not even of the same account."""
    ana, bo = signed_in(api), signed_in(api, "bo")
    again = browser(api, ana.email)
    again.password()
    for other in (bo, again):
        credential = Authenticator(SECURE_SITE).create(ana.options("/auth/me/passkeys/challenge"))
        answer = other.call("POST", "/auth/me/passkeys", {"name": "Mine", "credential": credential})
        assert answer.status_code == 410


def test_a_passkey_belongs_to_one_account(api: ApiHarness, device: Authenticator) -> None:
    """Another account can neither register its id, nor rename or remove it, nor use it for its own second step."""
    ana, bo = signed_in(api), signed_in(api, "bo")
    ana.add_passkey(device)
    (own,) = ana.call("GET", "/auth/me/factors").json()["passkeys"]
    stolen_id = replace(Authenticator(SECURE_SITE), credential_id=device.credential_id)
    assert bo.add_passkey(stolen_id).json()["code"] == "passkey_known"
    assert bo.call("PATCH", f"/auth/me/passkeys/{own['id']}", {"name": "x"}).status_code == 404
    assert bo.call("DELETE", f"/auth/me/passkeys/{own['id']}").status_code == 404
    bo.add_passkey(Authenticator(SECURE_SITE))
    other = browser(api, bo.email)
    ticket = other.password().json()["ticket"]
    credential = device.sign(other.options("/auth/passkey/challenge", {"ticket": ticket}))
    assert other.second_step(ticket, credential=credential).status_code == 401
    assert ana.call("GET", "/auth/me").json()["email"] == ana.email


def test_an_authenticator_must_name_the_account(api: ApiHarness, device: Authenticator) -> None:
    """A sign-in without a user handle, or with another account's, is refused."""
    ana, bo = signed_in(api), signed_in(api, "bo")
    ana.add_passkey(device)
    for handle in (None, to_text(account_of(bo).id.encode())):
        assert browser(api, ana.email).passkey(replace(device, user_handle=handle)).status_code == 401


def test_the_user_must_be_verified(api: ApiHarness, device: Authenticator) -> None:
    """An authenticator that has only been touched neither registers nor signs in."""
    ana = signed_in(api)
    touched = Authenticator(SECURE_SITE, verifies_user=False)
    assert ana.add_passkey(touched).status_code == 422
    ana.add_passkey(device)
    assert browser(api, ana.email).passkey(replace(device, verifies_user=False)).status_code == 401


def test_a_counter_that_goes_back_means_a_copy(api: ApiHarness) -> None:
    """The copy of a passkey is refused and leaves an audit entry; the newer counter goes on."""
    ana, device = signed_in(api), Authenticator(SECURE_SITE, counts=True)
    ana.add_passkey(device)
    copy = replace(device)
    assert browser(api, ana.email).passkey(device).status_code == 200
    assert browser(api, ana.email).passkey(copy).status_code == 401
    assert [each.action for each in audit.entries(api.services)][-1] == "passkey.copy_suspected"
    assert browser(api, ana.email).passkey(device).status_code == 200


def test_another_key_does_not_sign_for_a_passkey(api: ApiHarness, device: Authenticator) -> None:
    """Knowing credential id and account is not enough."""
    ana = signed_in(api)
    ana.add_passkey(device)
    forged = replace(device, key=Authenticator(SECURE_SITE).key)
    assert browser(api, ana.email).passkey(forged).status_code == 401


def test_a_suspended_account_signs_in_with_nothing(api: ApiHarness, device: Authenticator) -> None:
    """Neither its passkey nor a ticket from before the suspension; both work again afterwards, the ticket does not."""
    boss, ana = signed_in(api, "boss", role="admin"), signed_in(api)
    ana.add_passkey(device)
    other = browser(api, ana.email)
    ticket = other.password().json()["ticket"]
    path = f"/admin/accounts/{account_of(ana).id}"
    assert boss.call("PATCH", path, {"suspended": True}).status_code == 200
    assert other.passkey(device).status_code == 403
    assert other.second_step(ticket, recovery_code=ana.recovery_codes[0]).status_code in (403, 410)
    boss.call("PATCH", path, {"suspended": False})
    assert other.second_step(ticket, recovery_code=ana.recovery_codes[0]).status_code == 410
    assert other.passkey(device).status_code == 200


def test_a_password_reset_is_no_way_around(api: ApiHarness, device: Authenticator) -> None:
    """After a reset the new password still needs the passkey, and the ticket from before it is void."""
    from watchparty_api.accounts import one_time_tokens

    ana = signed_in(api)
    ana.add_passkey(device)
    other = browser(api, ana.email)
    before = other.password().json()["ticket"]
    secret, _ = one_time_tokens.mint(api.services, "reset", account_id=account_of(ana).id, email=ana.email)
    answer = other.call("POST", "/auth/password/reset", {"token": secret, "password": "battery staple"})
    assert answer.status_code == 204
    assert other.second_step(before, recovery_code=ana.recovery_codes[0]).status_code == 410
    assert other.password("battery staple").status_code == 202
    assert other.passkey(device).status_code == 200


def test_adding_a_passkey_needs_a_fresh_proof(api: ApiHarness, device: Authenticator) -> None:
    """A session that someone found open adds none."""
    ana = signed_in(api)
    api.clock.time += LONG_AGO
    answer = ana.call("POST", "/auth/me/passkeys/challenge")
    assert (answer.status_code, answer.json()["code"], answer.json()["methods"]) == (
        403,
        "step_up_needed",
        ["password"],
    )
    assert ana.call("POST", "/auth/step-up", {"password": PASSWORD}).status_code == 200
    assert ana.add_passkey(device).status_code == 201


def test_an_account_has_a_limited_number_of_passkeys(api: ApiHarness) -> None:
    """The one too many is refused."""
    ana = signed_in(api)
    ana.add_passkey(Authenticator(SECURE_SITE))
    me = account_of(ana).id
    for number in range(MAX_PASSKEYS - 1):
        api.services.store.create(
            Passkey(
                id=str(number), created_at=api.clock(), account_id=me, name="x", credential_id="AA", public_key="AA",
                sign_count=0,
            )
        )  # fmt: skip
    assert ana.add_passkey(Authenticator(SECURE_SITE)).json()["code"] == "too_many_passkeys"


def test_temporary_accounts_have_no_second_factor(api: ApiHarness) -> None:
    """They end after a day, and have no address at which to recover."""
    person = api.person(temporary=True)
    for path in ("passkeys/challenge", "authenticator"):
        answer = api.client.post(f"/api/v1/auth/me/{path}", headers={**person.headers, "Origin": SECURE_SITE})
        assert (answer.status_code, answer.json()["code"]) == (403, "temporary")


def test_a_session_from_before_the_factor_counts_as_less(api: ApiHarness, device: Authenticator) -> None:
    """A device that is signed in by password alone cannot remove the factor that was added elsewhere."""
    ana = signed_in(api)
    old = browser(api, ana.email)
    old.password()
    ana.add_passkey(device)
    (own,) = old.call("GET", "/auth/me/factors").json()["passkeys"]
    answer = old.call("DELETE", f"/auth/me/passkeys/{own['id']}")
    assert (answer.status_code, answer.json()["methods"]) == (403, ["passkey", "recovery_code"])
    assert old.call("POST", "/auth/step-up", {"password": PASSWORD}).status_code == 403


def _cut(text: str) -> str:
    content = to_bytes(text)
    return to_text(content[: len(content) // 2])


HOSTILE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "no JSON": lambda response: {**response, "clientDataJSON": to_text(b"{")},
    "deep JSON": lambda response: {**response, "clientDataJSON": to_text(b"[" * 9000)},
    "no challenge": lambda response: {**response, "clientDataJSON": to_text(b"{}")},
    "a number as challenge": lambda response: {**response, "clientDataJSON": to_text(b'{"challenge":7}')},
    "half a character": lambda response: {**response, "clientDataJSON": to_text(b'{"challenge":"\\ud800"}')},
    "not base64": lambda response: dict.fromkeys(response, "=+/"),
    "one byte": lambda response: {**response, **dict.fromkeys({"attestationObject", "authenticatorData"}, "AA")},
    "cut": lambda response: {
        key: _cut(value) if key in ("attestationObject", "authenticatorData") else value
        for key, value in response.items()
    },
    "deep CBOR": lambda response: {**response, "attestationObject": to_text(b"\x81" * 9000)},
    "endless CBOR": lambda response: {**response, "attestationObject": to_text(b"\xbf" + b"\x61a\x9f" * 50)},
    "a large CBOR length": lambda response: {**response, "attestationObject": to_text(b"\x5b" + b"\x7f" * 8)},
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_answers_are_refused(api: ApiHarness, device: Authenticator, name: str) -> None:
    """Whatever an authenticator sends, it is refused with a sentence, never with an internal error."""
    ana = signed_in(api)
    created = device.create(ana.options("/auth/me/passkeys/challenge"))
    created["response"] = HOSTILE[name](created["response"])
    answer = ana.call("POST", "/auth/me/passkeys", {"name": "x", "credential": created})
    assert answer.status_code in (410, 422), answer.text
    ana.add_passkey(device)
    other = browser(api, ana.email)
    signed = device.sign(other.options("/auth/passkey/challenge", {}))
    signed["response"] = HOSTILE[name]({**signed["response"], "attestationObject": "AA"})
    answer = other.client.post("/api/v1/auth/passkey", json={"credential": signed})
    if name in ("deep CBOR", "endless CBOR", "a large CBOR length"):  # the field that they change is not sent here
        assert answer.status_code == 200
    else:
        assert answer.status_code in (401, 410, 422), answer.text


def test_another_site_cannot_start_a_ceremony(api: ApiHarness) -> None:
    """The routes that use the browser's cookie require the site's origin."""
    ana = signed_in(api)
    for path in ("/auth/passkey/challenge", "/auth/passkey"):
        headers = {"Origin": ELSEWHERE, "Authorization": f"Bearer {ana.token}"}
        credential = {"id": "AA", "rawId": "AA", "type": "public-key"}
        parts = dict.fromkeys(("clientDataJSON", "authenticatorData", "signature"), "AA")
        body = {"credential": {**credential, "response": parts}} if path == "/auth/passkey" else {}
        answer = ana.client.post(f"/api/v1{path}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "bad_origin")


def test_sign_in_gives_a_new_session_each_time(api: ApiHarness, device: Authenticator) -> None:
    """A session that someone planted in the browser is not the one that the passkey signs in."""
    ana, mallory = signed_in(api), signed_in(api, "mallory")
    ana.add_passkey(device)
    victim = browser(api, ana.email)
    victim.client.cookies.update(mallory.client.cookies)
    assert victim.passkey(device).status_code == 200
    assert account_of(victim).email == ana.email
    refreshed = victim.client.post("/api/v1/auth/refresh", json={}).json()
    assert refreshed["account"]["email"] == ana.email
    assert mallory.client.post("/api/v1/auth/refresh", json={}).json()["account"]["email"] == mallory.email
    sessions = api.services.store.get(Session, victim.client.cookies["wp_refresh"].split(".")[0])
    assert sessions is not None
    assert sessions.second_factor
    assert api.services.store.count(PASSKEYS_OF_ACCOUNT, account_of(ana).id) == 1
