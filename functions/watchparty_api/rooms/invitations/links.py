"""The personal link of an invitation: its secret, whom it still lets in, and what a demotion changes about it.

The link holds `{id}.{secret}`, so that the invitation is found by its id and proven by its secret.
"""

import hmac
import secrets
from dataclasses import replace
from datetime import datetime

from watchparty_api.records import Invitation, Member, Room
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


def usable_invitation(
    invitation: Invitation | None, room: Room, member: Member | None, *, inviter: Member | None, now: datetime
) -> Invitation | None:
    """The invitation, if it still lets this person into this room; who came in by it once is not counted again."""
    if (
        invitation is None
        or invitation.room_id != room.id
        or invitation.revoked
        or not inviter_may_invite(invitation, inviter)
    ):
        return None
    if invitation.expires_at is not None and invitation.expires_at <= now:
        return None
    used_before = member is not None and member.invitation_id == invitation.id
    used_up = invitation.max_uses is not None and invitation.uses >= invitation.max_uses
    return None if used_up and not used_before else invitation


def inviter_may_invite(invitation: Invitation, inviter: Member | None) -> bool:
    """Whether who made it may still invite, and could all the time: nobody gets back what was taken from them, or a
    seat under another name, by a link of their own. Who merely left stands by it.
    """
    if inviter is None or inviter.state not in ("admitted", "left") or inviter.role == "viewer":
        return False
    return not predates_demotion(invitation, inviter)


def predates_demotion(invitation: Invitation, member: Member) -> bool:
    """Whether the invitation was made before the member was demoted, removed or shut out."""
    return member.demoted_at is not None and invitation.created_at <= member.demoted_at


def revoke_moderator_link(services: Services, member: Member) -> Invitation | None:
    """The link that the moderator came by, to be written with their fall; None where it makes no moderators anyway."""
    if member.role != "moderator" or member.invitation_id is None:
        return None
    link = services.store.get(Invitation, member.invitation_id)
    if link is None or link.revoked or link.role != "moderator":
        return None
    used_up = link.max_uses is not None and link.uses >= link.max_uses
    return None if used_up else replace(link, role="viewer")
