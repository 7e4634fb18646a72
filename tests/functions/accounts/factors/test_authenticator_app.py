"""Authenticator apps and recovery codes: each code works once, and guessing is limited like guessing a password."""

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest

from fakes.api_harness import ApiHarness
from fakes.factors import LONG_AGO, account_of, browser, signed_in
from watchparty_api import audit
from watchparty_api.accounts.factors import authenticator_app
from watchparty_api.accounts.factors.recovery_codes import code_hash, new_codes
from watchparty_api.errors import Unavailable
from watchparty_api.identity.keys import KeyedHash
from watchparty_api.records import SecondFactor

HASH = KeyedHash(b"x" * 32)


def test_codes_are_those_of_the_standard(api: ApiHarness) -> None:
    """RFC 6238's test value for SHA-1 at 59 s is 94287082, of which an app shows the last six digits."""
    from datetime import UTC, datetime

    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # base32 of 12345678901234567890
    assert authenticator_app.matching_step(secret, "287082", datetime.fromtimestamp(59, UTC), after=0) == 1


@pytest.mark.parametrize(("offset_s", "accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phones_clock_may_differ_by_one_step(api: ApiHarness, offset_s: int, accepted: bool) -> None:
    """Codes of the step before and after are accepted, older and newer ones are not."""
    ana = signed_in(api)
    app = ana.add_app()
    api.clock.advance(seconds=60)
    ticket = browser(api, ana.email).password().json()["ticket"]
    code = app.at(int(api.clock().timestamp()) + offset_s)
    answer = browser(api, ana.email).second_step(ticket, code=code)
    assert answer.status_code == (200 if accepted else 401)


def test_an_app_counts_when_it_has_shown_a_code(api: ApiHarness) -> None:
    """Until then the password signs in; afterwards it asks for a code, which people may type with a space."""
    ana = signed_in(api)
    app = pyotp.TOTP(ana.call("POST", "/auth/me/authenticator").json()["secret"])
    assert browser(api, ana.email).password().status_code == 200
    wrong = ana.call("POST", "/auth/me/authenticator/confirm", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_code")
    code = app.at(api.clock())
    confirmed = ana.call("POST", "/auth/me/authenticator/confirm", {"code": code})
    assert len(confirmed.json()["recovery_codes"]) == 10
    assert ana.call("GET", "/auth/me").json()["second_factor"] is True
    again = ana.call("POST", "/auth/me/authenticator/confirm", {"code": code})
    assert (again.status_code, again.json()["code"]) == (410, "authenticator_not_started")
    assert ana.call("POST", "/auth/me/authenticator").json()["code"] == "authenticator_exists"
    api.clock.advance(seconds=30)
    other = browser(api, ana.email)
    asked = other.password()
    assert (asked.status_code, asked.json()["methods"]) == (202, ["code", "recovery_code"])
    typed = app.at(api.clock())
    assert other.second_step(asked.json()["ticket"], code=f"{typed[:3]} {typed[3:]}").status_code == 200


def test_the_code_that_confirmed_the_app_signs_no_one_in(api: ApiHarness) -> None:
    """It has been used: neither it nor an older one is accepted again."""
    ana = signed_in(api)
    app = pyotp.TOTP(ana.call("POST", "/auth/me/authenticator").json()["secret"])
    code = app.at(api.clock())
    ana.call("POST", "/auth/me/authenticator/confirm", {"code": code})
    ticket = browser(api, ana.email).password().json()["ticket"]
    for used in (code, app.at(int(api.clock().timestamp()) - 30)):
        assert browser(api, ana.email).second_step(ticket, code=used).status_code == 401


def test_of_24_requests_with_the_same_code_one_signs_in(api: ApiHarness) -> None:
    """A code that someone reads over the shoulder is worth nothing once it is used, however fast they type."""
    ana = signed_in(api)
    app = ana.add_app()
    browsers = [browser(api, ana.email, address=f"192.0.2.{number}") for number in range(2, 10)]
    tickets = [each.password().json()["ticket"] for each in browsers]
    code = app.at(api.clock())

    def send(number: int) -> int:
        return browsers[number % 8].second_step(tickets[number % 8], code=code).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))
    assert answers.count(200) == 1
    assert set(answers) <= {200, 401, 410, 429}


def test_of_24_parallel_guesses_few_are_checked(api: ApiHarness) -> None:
    """Codes count with the passwords of the same account and address: five a minute, counted before the check."""
    ana = signed_in(api)
    ana.add_app()
    other = browser(api, ana.email, address="192.0.2.9")
    ticket = other.password().json()["ticket"]

    def guess(number: int) -> int:
        return other.second_step(ticket, code=f"{number:06d}").status_code

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(24)))
    assert (answers.count(401), answers.count(429)) == (4, 20), "the password was the fifth"


def test_the_password_makes_no_room_for_more_codes(api: ApiHarness) -> None:
    """Someone who has the password cannot try codes without limit by sending it again and again."""
    ana = signed_in(api)
    ana.add_app()
    other, checked = browser(api, ana.email, address="192.0.2.9"), 0
    for number in range(12):
        asked = other.password()
        if asked.status_code == 202:
            checked += other.second_step(asked.json()["ticket"], code=f"{number:06d}").status_code == 401
    assert checked == 2


def test_many_addresses_do_not_help_to_guess(api: ApiHarness) -> None:
    """Ten codes a minute per account, from wherever; a recovery code still lets the owner in."""
    ana = signed_in(api)
    ana.add_app()
    answers = []
    for number in range(20):
        other = browser(api, ana.email, address=f"198.51.100.{number}")
        ticket = other.password().json()["ticket"]
        answers.append(other.second_step(ticket, code=f"{number:06d}").status_code)
    assert (answers.count(401), answers.count(429)) == (10, 10)
    own = browser(api, ana.email)
    ticket = own.password().json()["ticket"]
    assert own.second_step(ticket, recovery_code=ana.recovery_codes[3]).status_code == 200


def test_a_recovery_code_works_once(api: ApiHarness) -> None:
    """As typed, with or without hyphen and capitals; ten requests at once use it once."""
    ana = signed_in(api)
    ana.add_app()
    code = ana.recovery_codes[0].replace("-", " ").upper()
    browsers = [browser(api, ana.email, address=f"192.0.2.{number}") for number in range(2, 12)]
    tickets = [each.password().json()["ticket"] for each in browsers]

    def send(number: int) -> int:
        return browsers[number].second_step(tickets[number], recovery_code=code).status_code

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(10)))
    assert sorted(answers) == [200, *[401] * 9]
    assert ana.call("GET", "/auth/me/factors").json()["recovery_codes_left"] == 9
    used = [each for each in audit.entries(api.services) if each.action == "recovery_code.used"]
    assert [each.data for each in used] == [{"left": 9}]


def test_new_recovery_codes_replace_the_old_ones(api: ApiHarness) -> None:
    """They need a fresh proof, as a sheet of codes is a key to the account."""
    ana = signed_in(api)
    app, old = ana.add_app(), None
    old = ana.recovery_codes[0]
    new = ana.call("POST", "/auth/me/recovery-codes").json()["recovery_codes"]
    ticket = browser(api, ana.email).password().json()["ticket"]
    assert browser(api, ana.email).second_step(ticket, recovery_code=old).status_code == 401
    assert browser(api, ana.email).second_step(ticket, recovery_code=new[0]).status_code == 200
    api.clock.time += LONG_AGO
    assert ana.call("POST", "/auth/me/recovery-codes").status_code == 403
    assert ana.call("POST", "/auth/step-up", {"code": app.at(api.clock())}).status_code == 200
    assert ana.call("POST", "/auth/me/recovery-codes").status_code == 201


def test_codes_of_one_account_do_not_open_another(api: ApiHarness) -> None:
    """Neither the app's nor the recovery codes."""
    ana, bo = signed_in(api), signed_in(api, "bo")
    bo.add_app()
    app = ana.add_app()
    ticket = browser(api, bo.email).password().json()["ticket"]
    other = browser(api, bo.email)
    assert other.second_step(ticket, code=app.at(api.clock())).status_code == 401
    assert other.second_step(ticket, recovery_code=ana.recovery_codes[0]).status_code == 401


def test_nothing_in_the_store_shows_the_secret(api: ApiHarness) -> None:
    """The secret is encrypted for its account, and recovery codes are hashed."""
    ana = signed_in(api)
    app = ana.add_app()
    stored = api.services.store.get(SecondFactor, account_of(ana).id)
    assert stored is not None
    for secret in (app.secret, *ana.recovery_codes, ana.recovery_codes[0].replace("-", "")):
        assert secret not in repr(stored)
    export = ana.call("GET", "/auth/me/export").text
    assert stored.sealed_secret
    assert stored.sealed_secret not in export
    assert app.secret not in export


def test_a_secret_can_be_read_only_with_its_key_and_for_its_account() -> None:
    """Moved to another account, or after the site's hash secret has changed, it cannot."""
    sealed = authenticator_app.seal(HASH, "ana", "SECRET")
    assert authenticator_app.unseal(HASH, "ana", sealed) == "SECRET"
    for keyed_hash, account in ((HASH, "bo"), (KeyedHash(b"y" * 32), "ana")):
        with pytest.raises(Unavailable):
            authenticator_app.unseal(keyed_hash, account, sealed)


def test_recovery_codes_differ() -> None:
    """No two alike, and each has its own hash per account."""
    codes = [code for _ in range(100) for code in new_codes()]
    assert len(set(codes)) == 1000
    assert code_hash(HASH, "ana", codes[0]) != code_hash(HASH, "bo", codes[0])


def test_a_ticket_is_for_one_sign_in(api: ApiHarness) -> None:
    """It expires after five minutes, works once, and is nothing but a ticket."""
    ana = signed_in(api)
    app = ana.add_app()
    other = browser(api, ana.email)
    ticket = other.password().json()["ticket"]
    api.clock.advance(minutes=5)
    assert other.second_step(ticket, code=app.at(api.clock())).status_code == 410
    assert other.second_step("made up", code="123456").status_code == 410
    ticket = other.password().json()["ticket"]
    assert other.second_step(ticket, code=app.at(api.clock())).status_code == 200
    assert other.second_step(ticket, recovery_code=ana.recovery_codes[0]).status_code == 410


def test_exactly_one_proof_is_expected(api: ApiHarness) -> None:
    """None and two are both refused, so that no one gets two tries for one."""
    ana = signed_in(api)
    ana.add_app()
    ticket = browser(api, ana.email).password().json()["ticket"]
    for proof in ({}, {"code": "123456", "recovery_code": "x"}):
        assert browser(api, ana.email).second_step(ticket, **proof).status_code == 422


def test_removing_the_app_takes_its_recovery_codes_along(api: ApiHarness) -> None:
    """With the last factor they go, and the password signs in again."""
    ana = signed_in(api)
    ana.add_app()
    assert ana.call("DELETE", "/auth/me/authenticator").status_code == 204
    assert ana.call("DELETE", "/auth/me/authenticator").status_code == 404
    shown = ana.call("GET", "/auth/me/factors").json()
    assert (shown["authenticator_at"], shown["recovery_codes_left"]) == (None, 0)
    assert browser(api, ana.email).password().status_code == 200
    actions = [each.action for each in audit.entries(api.services)]
    assert "authenticator.added" in actions
    assert "authenticator.removed" in actions
