"""Creates and revokes invitations: personal links that skip approval, password and membership, and grant a role."""

import secrets
from collections.abc import Callable
from dataclasses import replace

from watchparty_api.addresses import address_key
from watchparty_api.errors import NotFound
from watchparty_api.records import Account, Invitation, Member, Room
from watchparty_api.rooms.invitations.links import invitation_link, new_secret
from watchparty_api.rooms.invitations.models import InvitationStart
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store.port import Replace
from watchparty_api.web.caller import hash_secret


def create_invitation(
    services: Services, room: Room, by: Member, start: InvitationStart, *, room_url: str, credential: str | None
) -> tuple[Invitation, str]:
    """Creates an invitation and returns it with its link. `credential` is the account's; the link ends with it."""
    secret = new_secret()
    invitation = Invitation(
        id=secrets.token_urlsafe(9),
        created_at=services.now(),
        room_id=room.id,
        secret_hash=hash_secret(secret),
        role=start.role,
        email=start.email.lower() if start.email else None,
        expires_at=start.expires_at,
        max_uses=start.max_uses,
        created_by=by.participant_id,
        credential=credential,
    )
    services.store.create(invitation)
    return invitation, invitation_link(room_url, invitation.id, secret)


def invitation_mail(room: Room, by: Member, url: str) -> tuple[str, str]:
    """The subject and text of the mail with the link."""
    subject = f"{by.display_name} invited you to watch together"
    return subject, f"{by.display_name} invited you to “{room.name}”.\n\nYour personal link:\n{url}\n"


def may_send_mail(services: Services, by: Member, email: str, *, address: str) -> Callable[[str, str], None] | None:
    """The function that mails the link; None if it may not be mailed.

    Guests and temporary hosts cannot send mail in our name, and there are limits per sender and per recipient.
    """
    account = services.store.get(Account, by.account_id) if by.account_id else None
    if account is None or account.temporary:
        return None
    return services.mail.may_send("invited", to=email, sender=address_key(address))


def revoke_invitation(services: Services, room_id: str, invitation_id: str) -> None:
    """Revokes the link; people who joined with it stay. Raises NotFound."""

    def decide() -> Change[None]:
        invitation = services.store.get(Invitation, invitation_id)
        if invitation is None or invitation.room_id != room_id or invitation.revoked:
            raise NotFound("invitation_not_found", "Invitation not found.")
        return Change(None, writes=[Replace(replace(invitation, revoked=True))])

    commit_and_notify(services, decide)
