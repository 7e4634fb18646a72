"""Guessing passwords in parallel."""

from concurrent.futures import ThreadPoolExecutor

from fakes.api_harness import ApiHarness
from fakes.party import Browser, party
from watchparty_api import audit
from watchparty_api.accounts.creation import create_account

PASSWORD = "correct horse"


def test_parallel_guesses_get_no_more_tries_than_guesses_in_turn(api: ApiHarness) -> None:
    """Each attempt counts before its password is checked: of 24 at once five are checked, the others refused."""
    create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")

    def guess(number: int) -> int:
        body = {"email": "ana@example.org", "password": f"wrong horse {number}"}
        return api.client.post("/api/v1/auth/login", json=body).status_code

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(24)))
    assert (answers.count(401), answers.count(429)) == (5, 19)


def test_parallel_guesses_of_a_rooms_password_are_counted_the_same_way(api: ApiHarness) -> None:
    """Five of twelve at once are checked."""
    room = party(api, password=PASSWORD)

    def guess(number: int) -> int:
        return Browser(api).join(room.id, password=f"wrong horse {number}").status_code

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(12)))
    assert (answers.count(403), answers.count(429)) == (5, 7)


def test_a_success_makes_room_for_new_attempts(api: ApiHarness) -> None:
    """Someone who signs in often is not refused."""
    create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")
    body = {"email": "ana@example.org", "password": PASSWORD}
    assert {api.client.post("/api/v1/auth/login", json=body).status_code for _ in range(7)} == {200}


def test_sign_ins_are_audited(api: ApiHarness) -> None:
    """So are changes of password and address; an entry names the account by its id."""
    account = create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")
    answer = api.client.post("/api/v1/auth/login", json={"email": "ana@example.org", "password": PASSWORD})
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    for change in ({"email": "anna@example.org"}, {"password": "battery staple"}):
        body = {**change, "current_password": PASSWORD}
        assert api.client.patch("/api/v1/auth/me", json=body, headers=headers).status_code == 200
    entries = [(each.actor, each.action) for each in audit.entries(api.services)]
    assert entries[-3:] == [
        (account.id, "account.signed_in"),
        (account.id, "account.email_changed"),
        (account.id, "account.password_changed"),
    ]
