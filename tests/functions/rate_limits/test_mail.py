"""Mail within limits."""

from fakes.api_harness import ApiHarness
from watchparty_api.accounts.creation import create_account

PASSWORD = "correct horse"


def change_address(api: ApiHarness, headers: dict[str, str], email: str) -> int:
    body = {"email": email, "current_password": PASSWORD}
    return api.client.patch("/api/v1/auth/me", json=body, headers=headers).status_code


def test_changing_the_address_to_and_fro_floods_no_inbox(api: ApiHarness) -> None:
    """Every change succeeds, and each of the two addresses gets three mails in an hour."""
    ana = create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")
    headers = api.sign_in(ana).headers
    for number in range(12):
        assert change_address(api, headers, ("victim@example.org", "ana@example.org")[number % 2]) == 200
    recipients = [to for to, _, _ in api.mail.sent]
    assert (recipients.count("victim@example.org"), recipients.count("ana@example.org")) == (3, 3)


def test_one_account_mails_few_strangers(api: ApiHarness) -> None:
    """Changing the address to many different ones sends 20 mails in an hour, not more."""
    ana = create_account(api.services, email="ana@example.org", password=PASSWORD, display_name="Ana")
    headers = api.sign_in(ana).headers
    for number in range(23):
        assert change_address(api, headers, f"victim{number}@example.org") == 200
    assert len(api.mail.sent) == 20


def test_invitations_to_register_are_limited_per_recipient(api: ApiHarness) -> None:
    """An admin, too, sends three mails to one address in an hour."""
    admin = api.person("Ada", role="admin")
    body = {"email": "Ben@example.org"}
    for _ in range(5):
        assert api.client.post("/api/v1/admin/account-invites", json=body, headers=admin.headers).status_code == 201
    assert len(api.mail.sent) == 3
