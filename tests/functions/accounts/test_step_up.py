"""Destructive acts need a proof from the last ten minutes, and admins a second factor where the site requires it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from httpx2 import Response

from fakes.api_harness import ApiHarness
from fakes.authenticator import Authenticator
from fakes.factors import LONG_AGO, PASSWORD, SECURE_SITE, Visitor, account_of, browser, signed_in
from watchparty_api import audit
from watchparty_api.config import Config
from watchparty_api.records import ApiToken, Session
from watchparty_api.store.queries import SESSIONS_OF_ACCOUNT
from watchparty_api.web.caller import hash_secret


@pytest.fixture
def config(tmp_path: Path, empty_database: Path, keys_dir: Path) -> Config:
    shutil.copy(empty_database, tmp_path / "watchparty.db")
    return Config(public_url=SECURE_SITE, store_url=f"sqlite:///{tmp_path}/watchparty.db", keys_dir=str(keys_dir))


@dataclass
class Stage:
    """An admin who signed in a while ago, and what an admin can destroy."""

    boss: Visitor
    ana: Visitor
    ana_id: str
    room_id: str


@pytest.fixture
def stage(api: ApiHarness) -> Stage:
    boss, ana = signed_in(api, "boss", role="admin"), signed_in(api)
    room = ana.call("POST", "/rooms", {}).json()["id"]
    built = Stage(boss, ana, account_of(ana).id, room)
    api.clock.time += LONG_AGO
    return built


DESTRUCTIVE: dict[str, Callable[[Stage], Response]] = {
    "delete an account": lambda on: on.boss.call("DELETE", f"/admin/accounts/{on.ana_id}"),
    "change a role": lambda on: on.boss.call("PATCH", f"/admin/accounts/{on.ana_id}", {"role": "admin"}),
    "suspend": lambda on: on.boss.call("PATCH", f"/admin/accounts/{on.ana_id}", {"suspended": True}),
    "reset factors": lambda on: on.boss.call("DELETE", f"/admin/accounts/{on.ana_id}/factors"),
    "close a room": lambda on: on.boss.call("POST", f"/admin/rooms/{on.room_id}/close"),
    "invite an admin": lambda on: on.boss.call("POST", "/admin/account-invites", {"role": "admin"}),
    "discard an event": lambda on: on.boss.call("DELETE", "/admin/dead-letters/none"),
    "require factors": lambda on: on.boss.call("PATCH", "/admin/settings", {"admin_second_factor": True}),
    "an admin's token": lambda on: on.boss.call("POST", "/auth/me/tokens", {"name": "x", "scopes": ["admin:write"]}),
    "a passkey": lambda on: on.boss.call("POST", "/auth/me/passkeys/challenge"),
    "an app": lambda on: on.boss.call("POST", "/auth/me/authenticator"),
    "confirm an app": lambda on: on.boss.call("POST", "/auth/me/authenticator/confirm", {"code": "123456"}),
    "recovery codes": lambda on: on.boss.call("POST", "/auth/me/recovery-codes"),
}


@pytest.mark.parametrize("act", sorted(DESTRUCTIVE))
def test_a_destructive_act_needs_a_fresh_proof(api: ApiHarness, stage: Stage, act: str) -> None:
    """After ten minutes it is refused and changes nothing; after a proof it is not."""
    entries = len(list(audit.entries(api.services)))
    refused = DESTRUCTIVE[act](stage)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed")
    assert refused.json()["methods"] == ["password"]
    assert len(list(audit.entries(api.services))) == entries
    assert stage.boss.call("POST", "/auth/step-up", {"password": "wrong horse"}).status_code == 403
    assert DESTRUCTIVE[act](stage).status_code == 403
    proven = stage.boss.call("POST", "/auth/step-up", {"password": PASSWORD})
    assert proven.status_code == 200, proven.text
    assert proven.json()["proved_until"] == (api.clock() + LONG_AGO).isoformat().replace("+00:00", "Z")
    assert DESTRUCTIVE[act](stage).status_code not in (401, 403)


def test_other_admin_work_needs_none(stage: Stage) -> None:
    """Reading, and what can be undone, goes on without a question."""
    assert stage.boss.call("GET", "/admin/accounts").status_code == 200
    assert stage.boss.call("POST", "/admin/account-invites", {}).status_code == 201
    assert stage.boss.call("PATCH", "/admin/settings", {"registration": "open"}).status_code == 200


def test_a_proof_is_of_one_session(api: ApiHarness, stage: Stage) -> None:
    """Another browser of the same admin has to prove it itself; a refreshed token keeps the proof."""
    other = browser(api, stage.boss.email)
    other.password()
    api.clock.time += LONG_AGO
    stage.boss.refresh()
    assert stage.boss.call("POST", "/auth/step-up", {"password": PASSWORD}).status_code == 200
    assert other.call("DELETE", f"/admin/accounts/{stage.ana_id}").status_code == 403
    stage.boss.refresh()
    assert stage.boss.call("DELETE", f"/admin/accounts/{stage.ana_id}").status_code == 204


def test_guesses_at_the_step_up_count_as_guesses(stage: Stage) -> None:
    """An open session is no place to guess the password."""
    answers = [stage.boss.call("POST", "/auth/step-up", {"password": f"wrong {n}"}).status_code for n in range(7)]
    assert answers == [403] * 5 + [429] * 2


def test_with_a_second_factor_the_password_is_no_proof(api: ApiHarness, stage: Stage) -> None:
    """Then only the factor is one."""
    boss, device = stage.boss, Authenticator(SECURE_SITE)
    boss.password()
    boss.add_passkey(device)
    api.clock.time += LONG_AGO
    assert DESTRUCTIVE["delete an account"](stage).json()["methods"] == ["passkey", "recovery_code"]
    assert boss.call("POST", "/auth/step-up", {"password": PASSWORD}).status_code == 403
    signed = device.sign(boss.options("/auth/step-up/challenge"))
    assert boss.call("POST", "/auth/step-up", {"credential": signed}).status_code == 200
    assert boss.call("POST", "/auth/step-up", {"credential": signed}).status_code == 410
    assert DESTRUCTIVE["delete an account"](stage).status_code == 204


def test_someone_elses_passkey_is_no_proof(api: ApiHarness, stage: Stage) -> None:
    """Nor is one whose challenge was created for another session."""
    own, others = Authenticator(SECURE_SITE), Authenticator(SECURE_SITE)
    for visitor, device in ((stage.boss, own), (stage.ana, others)):
        visitor.password()
        visitor.add_passkey(device)
    api.clock.time += LONG_AGO
    signed = others.sign(stage.boss.options("/auth/step-up/challenge"))
    assert stage.boss.call("POST", "/auth/step-up", {"credential": signed}).status_code == 403
    stage.ana.passkey(others)
    signed = own.sign(stage.ana.options("/auth/step-up/challenge"))
    assert stage.boss.call("POST", "/auth/step-up", {"credential": signed}).status_code == 410


def test_own_account_with_a_second_factor(api: ApiHarness) -> None:
    """Deleting it, its password and its address need the factor; a password alone does not."""
    ana = signed_in(api)
    app = ana.add_app()
    api.clock.time += LONG_AGO
    body = {"current_password": PASSWORD}
    for answer in (
        ana.call("DELETE", "/auth/me", {"password": PASSWORD}),
        ana.call("PATCH", "/auth/me", {"password": "battery staple", **body}),
        ana.call("PATCH", "/auth/me", {"email": "new@example.org", **body}),
        ana.call("DELETE", "/auth/me/authenticator"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")
    assert ana.call("PATCH", "/auth/me", {"display_name": "Anna"}).status_code == 200
    assert ana.call("POST", "/auth/step-up", {"code": app.at(api.clock())}).status_code == 200
    assert ana.call("DELETE", "/auth/me").status_code == 204


def test_an_api_token_changes_no_factor(api: ApiHarness, stage: Stage) -> None:
    """No scope allows it, so a token that leaks does not become an account."""
    token = ApiToken(
        id="leak", created_at=api.clock(), account_id=stage.ana_id, name="x", secret_hash=hash_secret("s"),
        scopes=("account:read", "admin:write", "rooms:write"),
    )  # fmt: skip
    api.services.store.create(token)
    stage.ana.token = "wp_leak_s"
    for path in ("me/passkeys/challenge", "me/authenticator", "me/recovery-codes", "step-up"):
        assert stage.ana.call("POST", f"/auth/{path}", {"password": PASSWORD}).json()["code"] == "missing_scope"


def test_a_site_can_require_a_second_factor_of_admins(api: ApiHarness, stage: Stage) -> None:
    """An admin without one is told where to add it and can do nothing else as an admin; others are not affected."""
    boss, other = stage.boss, signed_in(api, "other", role="admin")
    boss.password()
    assert boss.call("PATCH", "/admin/settings", {"admin_second_factor": True}).json()["code"] == "no_second_factor"
    app = boss.add_app()
    assert boss.call("PATCH", "/admin/settings", {"admin_second_factor": True}).status_code == 200
    assert boss.call("GET", "/admin/accounts").status_code == 200
    refused = other.call("GET", "/admin/accounts")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
    token = other.call("POST", "/auth/me/tokens", {"name": "x", "scopes": ["admin:read"]})
    assert token.json()["code"] == "second_factor_required"
    assert other.call("GET", "/auth/me/factors").json()["required"] is True
    assert stage.ana.call("GET", "/rooms").status_code == 200
    other.add_app()
    assert other.call("GET", "/admin/accounts").status_code == 200
    assert boss.call("DELETE", "/auth/me/authenticator").json()["code"] == "second_factor_required"
    assert boss.add_passkey(Authenticator(SECURE_SITE)).status_code == 201
    assert boss.call("DELETE", "/auth/me/authenticator").status_code == 204
    assert app.secret


def test_an_admin_session_without_the_factor_is_asked_for_it(api: ApiHarness, stage: Stage) -> None:
    """A session from before the factor was added proves it once, and goes on."""
    boss, old = stage.boss, browser(api, stage.boss.email)
    boss.password()
    old.password()
    app = boss.add_app()
    boss.call("PATCH", "/admin/settings", {"admin_second_factor": True})
    assert old.call("GET", "/admin/accounts").json()["code"] == "step_up_needed"
    assert old.call("POST", "/auth/step-up", {"code": app.at(api.clock())}).status_code == 200
    assert old.call("GET", "/admin/accounts").status_code == 200


def test_an_admin_lets_someone_in_who_has_lost_their_factors(api: ApiHarness, stage: Stage) -> None:
    """The reset is audited, and the password signs in again; old recovery codes do not return."""
    stage.ana.password()
    stage.ana.add_passkey(Authenticator(SECURE_SITE))
    stage.ana.add_app()
    stage.boss.password()
    assert stage.boss.call("DELETE", f"/admin/accounts/{stage.ana_id}/factors").status_code == 204
    assert [each.action for each in audit.entries(api.services)][-1] == "account.factors_reset"
    again = browser(api, stage.ana.email)
    assert again.password().status_code == 200
    shown = again.call("GET", "/auth/me/factors").json()
    assert (shown["passkeys"], shown["authenticator_at"], shown["recovery_codes_left"]) == ([], None, 0)


def test_sessions_from_before_the_update_prove_themselves(api: ApiHarness, stage: Stage) -> None:
    """A session without a recorded proof has none."""
    stage.boss.password()
    sessions = api.services.store.query_all(SESSIONS_OF_ACCOUNT, account_of(stage.boss).id, False)
    for session in list(sessions):
        current = api.services.store.get(Session, session.id)
        assert current is not None
        api.services.store.replace(replace(current, proved_at=None))
    assert DESTRUCTIVE["close a room"](stage).json()["code"] == "step_up_needed"
