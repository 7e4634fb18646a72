"""The secret of an invitation: `{id}.{secret}`, so that it is found by its id and proven by its secret."""

from __future__ import annotations

import hmac
import secrets

from watchparty_api.records import Invitation
from watchparty_api.services import Services
from watchparty_api.web.caller import hash_secret


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def invitation_link(room_url: str, invitation_id: str, secret: str) -> str:
    """The personal link. What stands in a fragment never reaches a server, a log or another site."""
    return f"{room_url}#invite={invitation_id}.{secret}"


def find_invitation(services: Services, shown: str | None) -> Invitation | None:
    """The invitation that was shown; None for none, an unknown one, or a wrong secret."""
    id_, _, secret = (shown or "").partition(".")
    invitation = services.store.get(Invitation, id_) if id_ else None
    if invitation is None or not hmac.compare_digest(invitation.secret_hash, hash_secret(secret)):
        return None
    return invitation
