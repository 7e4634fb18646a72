"""HTTP routes of invitations, for host and moderators."""

from collections.abc import Iterable, Sequence
from typing import Literal, cast

from fastapi import APIRouter, BackgroundTasks, Request, Response

from watchparty_api.records import Invitation, Member
from watchparty_api.rooms.invitations.invite import create_invitation, invitation_mail, may_send_mail, revoke_invitation
from watchparty_api.rooms.invitations.links import inviter_may_invite
from watchparty_api.rooms.invitations.models import (
    InvitationList,
    InvitationMade,
    InvitationStart,
    InvitationView,
    InvitedMember,
)
from watchparty_api.rooms.membership_guard import RoomAccessOf, credential_of
from watchparty_api.rooms.participants import find_member
from watchparty_api.rooms.permissions import Action
from watchparty_api.rooms.views import room_url
from watchparty_api.services import Services
from watchparty_api.store.queries import INVITATIONS_OF_ROOM, MEMBERS_OF_INVITATION
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf
from watchparty_api.web.site import client_address, share_url

router = APIRouter(tags=["invitations"])

NAMED_USERS = 20
"""How many of the people who joined with an invitation its view names."""


@router.post("/rooms/{room_id}/invitations", status_code=201)
def make(
    body: InvitationStart,
    request: Request,
    response: Response,
    later: BackgroundTasks,
    access: RoomAccessOf,
    services: ServicesOf,
) -> InvitationMade:
    """Creates a personal link; its secret is returned only in this response.

    The link is mailed for registered accounts within their and the recipient's limits; `mailed` says whether it was.
    """
    room, by = access.room, access.require(Action.INVITE, services.now())
    services.limiter.hit("invitation", by.account_id or by.id)  # per account, so that a new room does not reset it
    invitation, url = create_invitation(
        services, room, by, body, room_url=room_url(share_url(request), room), credential=credential_of(access.caller)
    )
    send = may_send_mail(services, by, body.email, address=client_address(request)) if body.email else None
    mailed = send is not None
    if send is not None:
        later.add_task(send, *invitation_mail(room, by, url))
    response.headers["Cache-Control"] = "no-store"
    return InvitationMade(invitation=_view(invitation, ()), url=url, mailed=mailed)


@router.get("/rooms/{room_id}/invitations")
def list_all(
    access: RoomAccessOf,
    services: ServicesOf,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> InvitationList:
    """Lists the invitations that are not revoked and whose creators may still invite, newest first."""
    access.require(Action.INVITE, services.now())
    page = services.store.query(INVITATIONS_OF_ROOM, access.room.id, False, limit=limit, cursor=cursor)
    inviters = {id_: find_member(services, access.room.id, id_) for id_ in {each.created_by for each in page.items}}
    valid = [each for each in page.items if inviter_may_invite(each, inviters[each.created_by])]
    return InvitationList(items=[_view(each, _used_by(services, each)) for each in valid], next_cursor=page.cursor)


@router.delete("/rooms/{room_id}/invitations/{invitation_id}", status_code=204)
def delete(invitation_id: str, access: RoomAccessOf, services: ServicesOf) -> None:
    """Revokes the invitation."""
    access.require(Action.INVITE, services.now())
    revoke_invitation(services, access.room.id, invitation_id)


def _used_by(services: Services, invitation: Invitation) -> Sequence[Member]:
    if invitation.uses == 0:
        return ()
    return services.store.query(MEMBERS_OF_INVITATION, invitation.id, limit=NAMED_USERS).items


def _view(invitation: Invitation, used_by: Iterable[Member]) -> InvitationView:
    return InvitationView(
        id=invitation.id,
        email=invitation.email,
        role=cast("Literal['viewer', 'moderator']", invitation.role),
        expires_at=invitation.expires_at,
        max_uses=invitation.max_uses,
        uses=invitation.uses,
        used_by=[InvitedMember(participant_id=each.participant_id, name=each.display_name) for each in used_by],
        created_at=invitation.created_at,
    )
