"""The owner of an account is notified by mail when a second factor changes."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from fakes.api_harness import ApiHarness, build_harness
from fakes.authenticator import Authenticator
from fakes.factors import SECURE_SITE, Visitor, account_of, browser, signed_in
from watchparty_api.accounts.factors.change_mail import mail_change
from watchparty_api.config import Config
from watchparty_api.errors import Missing, Unavailable
from watchparty_api.identity.identity_provider import IdentityProvider
from watchparty_api.rate_limits.mail import LimitedMailer
from watchparty_api.records import Account


def _add_passkey(ana: Visitor) -> None:
    assert ana.add_passkey(Authenticator(SECURE_SITE)).status_code == 201


def _remove_passkey(ana: Visitor) -> None:
    (passkey,) = ana.call("GET", "/auth/me/factors").json()["passkeys"]
    assert ana.call("DELETE", f"/auth/me/passkeys/{passkey['id']}").status_code == 204


def _add_app(ana: Visitor) -> None:
    ana.add_app()


def _remove_app(ana: Visitor) -> None:
    assert ana.call("DELETE", "/auth/me/authenticator").status_code == 204


def _replace_codes(ana: Visitor) -> None:
    assert ana.call("POST", "/auth/me/recovery-codes").status_code == 201


def _sign_in_with_code(ana: Visitor) -> None:
    ticket = ana.password().json()["ticket"]
    assert ana.second_step(ticket, recovery_code=ana.recovery_codes[0]).status_code == 200


def _confirm_with_code(ana: Visitor) -> None:
    assert ana.call("POST", "/auth/step-up", {"recovery_code": ana.recovery_codes[0]}).status_code == 200


def _reset_by_admin(ana: Visitor) -> None:
    boss = signed_in(ana.api, "boss", role="admin")
    path = f"/admin/accounts/{account_of(ana).id}/factors"
    assert boss.call("DELETE", path).status_code == 204


def _nothing(_: Visitor) -> None:
    pass


CHANGES: dict[str, tuple[Callable[[Visitor], None], Callable[[Visitor], None], str]] = {
    "passkey added": (_nothing, _add_passkey, "A passkey was added to your account"),
    "passkey removed": (_add_passkey, _remove_passkey, "A passkey was removed from your account"),
    "app added": (_nothing, _add_app, "An authenticator app was added to your account"),
    "app removed": (_add_app, _remove_app, "An authenticator app was removed from your account"),
    "codes replaced": (_add_app, _replace_codes, "The recovery codes of your account were replaced"),
    "code signs in": (_add_app, _sign_in_with_code, "A recovery code of your account was used"),
    "code confirms": (_add_app, _confirm_with_code, "A recovery code of your account was used"),
    "admin resets": (_add_app, _reset_by_admin, "An admin removed every passkey and authenticator app"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_mailed_to_the_account(api: ApiHarness, name: str) -> None:
    """One mail says what has changed, where and when, and what to do, without a secret and with no other link."""
    before, change, sentence = CHANGES[name]
    ana = signed_in(api)
    before(ana)
    api.mail.sent.clear()
    at = api.clock()
    change(ana)
    ((to, subject, text),) = api.mail.sent
    assert to == "ana@example.org"
    assert subject.startswith(sentence)
    assert text.startswith(f"{subject} at WatchParty on {at.day} {at:%B %Y} at {at:%H:%M} UTC.\n")
    assert "If you didn’t" in text or "If it wasn’t" in text
    assert text.count("://") == 1
    assert text.endswith(f"\n{SECURE_SITE}/account\n")
    assert not any(code in text for code in ana.recovery_codes)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_succeeds_where_mail_fails(api: ApiHarness, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """A mail server that does not answer is logged, without the address."""
    before, change, sentence = CHANGES[name]
    ana = signed_in(api)
    before(ana)
    api.mail.refuses = Unavailable("mail_unavailable", "We couldn’t send the email. Try again later.")
    change(ana)
    assert sentence in caplog.text
    assert "ana@example.org" not in caplog.text


def test_a_site_without_mail_sends_nothing(config: Config) -> None:
    """Changes work where no mail server is set up."""
    ana = signed_in(build_harness(config, mail_delivers=False))
    ana.add_app()
    assert ana.api.mail.sent == []


def test_what_changes_nothing_is_not_mailed(api: ApiHarness) -> None:
    """A refused change, an app that never counted, a code of the app, and a reset of nothing send no mail."""
    ana = signed_in(api)
    ana.call("POST", "/auth/me/authenticator")
    assert ana.call("DELETE", "/auth/me/authenticator").status_code == 204
    assert ana.call("POST", "/auth/me/recovery-codes").status_code == 409
    _reset_by_admin(ana)
    assert api.mail.sent == []
    app = ana.add_app()
    api.mail.sent.clear()
    ticket = ana.password().json()["ticket"]
    assert ana.second_step(ticket, recovery_code="aaaaa-aaaaa").status_code == 401
    assert ana.second_step(ticket, code=app.at(api.clock())).status_code == 200
    assert api.mail.sent == []


def test_requested_links_do_not_hold_back_a_warning(api: ApiHarness) -> None:
    """Anyone can use up the mails with links to an address; the warning about a change still arrives."""
    ana = signed_in(api)
    for _ in range(5):
        browser(api, ana.email).call("POST", "/auth/password/forgot", {"email": ana.email})
    api.mail.sent.clear()
    ana.add_app()
    assert len(api.mail.sent) == 1


def test_warnings_are_limited(api: ApiHarness) -> None:
    """Three per hour reach the address, whatever is done with the account."""
    ana = signed_in(api)
    ana.add_app()
    for _ in range(4):
        _replace_codes(ana)
    assert len(api.mail.sent) == 3


def test_the_mail_never_raises(api: ApiHarness, caplog: pytest.LogCaptureFixture) -> None:
    """A store that cannot count the mail is logged; an account without an address is left alone."""
    account = account_of(signed_in(api))

    class Broken:
        delivers = True

        def may_send(self, *_: object, **__: object) -> None:
            raise Missing(Account.__name__, account.id)

    mail_change(replace(api.services, mail=cast("LimitedMailer", Broken())), account, "passkey_added")
    assert "was not sent" in caplog.text
    mail_change(api.services, replace(account, email=None), "passkey_added")
    assert api.mail.sent == []


def test_a_site_with_an_identity_provider_names_no_password_of_its_own(api: ApiHarness) -> None:
    """There people change their password with the provider."""
    account = account_of(signed_in(api))
    elsewhere = replace(api.services, identity_provider=cast("IdentityProvider", object()))
    mail_change(elsewhere, account, "passkey_added")
    assert "change your password where you have it" in api.mail.sent[-1][2]
