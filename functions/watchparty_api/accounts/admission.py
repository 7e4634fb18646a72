"""Who may have an account: everybody where registration is open, else who holds an invitation."""

from __future__ import annotations

from watchparty_api.accounts import one_time_tokens
from watchparty_api.errors import Forbidden
from watchparty_api.records import OneTimeToken
from watchparty_api.services import Services
from watchparty_api.settings import read_settings


def admitted_by(services: Services, invite: str | None, email: str | None) -> OneTimeToken | None:
    """The invitation that lets the address in; None where none is needed. Raises Forbidden, Gone."""
    if invite is None:
        if read_settings(services).registration != "open":
            raise Forbidden("invitation_needed", "This site is invite-only. Ask the admin for an invitation link.")
        return None
    found = one_time_tokens.find(services, "account_invite", invite)
    if found.email is not None and found.email != email:
        raise Forbidden("other_address", "This invitation was sent to another address.")
    return found
