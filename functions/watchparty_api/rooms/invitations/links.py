"""The personal link of an invitation: its secret, its validity, and how a demotion changes it.

The link contains `{id}.{secret}`: the id finds the invitation and the secret proves it.
"""

import hmac
import secrets
from dataclasses import replace
from datetime import datetime

from watchparty_api.records import Invitation, Member, Room
from watchparty_api.services import Services
from watchparty_api.web.caller import hash_secret


def new_secret() -> str:
    """A secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def invitation_link(room_url: str, invitation_id: str, secret: str) -> str:
    """The personal link. Its fragment is never sent to a server and appears in no log."""
    return f"{room_url}#invite={invitation_id}.{secret}"


def find_invitation(services: Services, shown: str | None) -> Invitation | None:
    """The invitation with this id and secret; None if it is missing, unknown or wrong."""
    id_, _, secret = (shown or "").partition(".")
    invitation = services.store.get(Invitation, id_) if id_ else None
    if invitation is None or not hmac.compare_digest(invitation.secret_hash, hash_secret(secret)):
        return None
    return invitation


def usable_invitation(
    invitation: Invitation | None, room: Room, member: Member | None, *, inviter: Member | None, now: datetime
) -> Invitation | None:
    """The invitation if it still admits this person to this room; someone who has used it before is not counted
    again.
    """
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
    """Whether the inviter may still invite, and has been allowed to ever since.

    Otherwise people who were demoted or removed could get back their role, or a place under another name, with a link
    of their own. Leaving the room does not invalidate invitations.
    """
    if inviter is None or inviter.state not in ("admitted", "left") or inviter.role == "viewer":
        return False
    return not predates_demotion(invitation, inviter)


def predates_demotion(invitation: Invitation, member: Member) -> bool:
    """Whether the invitation was created before the member was demoted or removed, or their account was excluded."""
    return member.demoted_at is not None and invitation.created_at <= member.demoted_at


def revoke_moderator_link(services: Services, member: Member) -> Invitation | None:
    """The link that the moderator joined with, changed to admit only viewers; None if it admits no moderators.

    To be written in the commit that demotes or removes them: otherwise they could rejoin as a moderator under another
    name.
    """
    if member.role != "moderator" or member.invitation_id is None:
        return None
    link = services.store.get(Invitation, member.invitation_id)
    if link is None or link.revoked or link.role != "moderator":
        return None
    used_up = link.max_uses is not None and link.uses >= link.max_uses
    return None if used_up else replace(link, role="viewer")
