"""A link that makes moderators, once somebody who came by it is one no more.

To the link, who clears their cookies is a stranger like those whom it was made for. So it goes on letting people in,
and makes nobody a moderator any more; the host makes another one for whom they still mean.
"""

from __future__ import annotations

from dataclasses import replace

from watchparty_api.records import Invitation, Member
from watchparty_api.services import Services


def lowered(services: Services, member: Member) -> Invitation | None:
    """The link that the moderator came by, to be written with their fall; None where it makes no moderators anyway."""
    if member.role != "moderator" or member.invitation_id is None:
        return None
    link = services.store.get(Invitation, member.invitation_id)
    if link is None or link.revoked or link.role != "moderator":
        return None
    used_up = link.max_uses is not None and link.uses >= link.max_uses
    return None if used_up else replace(link, role="viewer")
