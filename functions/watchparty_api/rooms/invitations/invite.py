"""Inviting: a personal link that lets somebody in past knocking, password and members-only, in a role."""

import secrets
from dataclasses import replace

from watchparty_api.errors import NotFound, TooMany
from watchparty_api.rate_limits.limits import address_key
from watchparty_api.records import Account, Invitation, Member, Room
from watchparty_api.rooms.invitations.links import invitation_link, new_secret
from watchparty_api.rooms.invitations.models import InvitationStart
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.services import Services
from watchparty_api.store.port import Replace
from watchparty_api.web.caller import hash_secret


def invite(
    services: Services, room: Room, by: Member, start: InvitationStart, *, room_url: str
) -> tuple[Invitation, str]:
    """The invitation and its link."""
    secret = new_secret()
    invitation = Invitation(
        id=secrets.token_urlsafe(9),
        created_at=services.now(),
        room_id=room.id,
        secret_hash=hash_secret(secret),
        role=start.role,
        email=start.email,
        expires_at=start.expires_at,
        max_uses=start.max_uses,
        created_by=by.participant_id,
    )
    services.store.create(invitation)
    return invitation, invitation_link(room_url, invitation.id, secret)


def invitation_mail(room: Room, by: Member, url: str) -> tuple[str, str]:
    """Subject and text of the mail that carries the link."""
    subject = f"{by.display_name} invited you to watch together"
    return subject, f"{by.display_name} invited you to “{room.name}”.\n\nYour personal link:\n{url}\n"


def may_mail(services: Services, by: Member, email: str, *, address: str) -> bool:
    """Whether the link is mailed. Nobody fills inboxes in our name: guests and temporary hosts pass links on
    themselves, and so does everybody whose mails, or whose recipient's, are used up.
    """
    account = services.store.get(Account, by.account_id) if by.account_id else None
    if account is None or account.temporary or not services.mail.delivers:
        return False
    try:
        services.limiter.hit("mail_from_address", address_key(address))
        # Apart from the mails to an account's owner, whose number would tell that there is such an account.
        services.limiter.hit("mail_to", services.keyed_hash.of("invited", email.lower()))
    except TooMany:
        return False
    return True


def withdraw(services: Services, room_id: str, invitation_id: str) -> None:
    """The link lets nobody in any more; who came by it stays. Raises NotFound."""

    def decide() -> Change[None]:
        invitation = services.store.get(Invitation, invitation_id)
        if invitation is None or invitation.room_id != room_id or invitation.revoked:
            raise NotFound("invitation_not_found", "Invitation not found.")
        return Change(None, writes=[Replace(replace(invitation, revoked=True))])

    commit_and_notify(services, decide)
