"""HTTP routes of a room's history, for host and moderators: action log, chat archive, sync report."""

from typing import Annotated

from fastapi import APIRouter, Query

from watchparty_api.rooms.history.chat_archive import messages
from watchparty_api.rooms.history.models import (
    ActionLog,
    ArchivedLine,
    ChatArchive,
    LoggedAction,
    SyncReportView,
)
from watchparty_api.rooms.history.sync_report import summarize
from watchparty_api.rooms.membership_guard import RoomAccessOf
from watchparty_api.rooms.permissions import Action
from watchparty_api.store.queries import ACTIONS_OF_ROOM, MEMBERS_OF_ROOM, REPORTS_OF_ROOM
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf

router = APIRouter(tags=["room logs"])


@router.get("/rooms/{room_id}/events")
def action_log(
    access: RoomAccessOf, services: ServicesOf, limit: PageLimit = 50, cursor: PageCursor = None
) -> ActionLog:
    """Lists actions in the room, newest first."""
    access.require(Action.READ_LOGS, services.now())
    page = services.store.query(ACTIONS_OF_ROOM, access.room.id, limit=limit, cursor=cursor)
    items = [LoggedAction(id=a.id, at=a.at, by=a.by, kind=a.kind, data=a.data) for a in page.items]
    return ActionLog(items=items, next_cursor=page.cursor)


@router.get("/rooms/{room_id}/chat")
def chat_archive(
    access: RoomAccessOf,
    services: ServicesOf,
    before: Annotated[str | None, Query(max_length=128)] = None,
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> ChatArchive:
    """Lists chat messages, newest first: those before the message `before`, or from `cursor` on."""
    access.require(Action.READ_LOGS, services.now())
    page = messages(services, access.room.id, limit=limit, before=before, cursor=cursor)
    items = [
        ArchivedLine(
            id=line.id.removeprefix(f"{line.room_id}."),
            seq=line.seq,
            participant_id=line.participant_id,
            name=line.name,
            text=line.text,
            pos_s=line.pos_s,
            reply_to=line.reply_to,
            at=line.at,
        )
        for line in page.items
    ]
    return ChatArchive(items=items, next_cursor=page.cursor)


@router.get("/rooms/{room_id}/report")
def sync_report(access: RoomAccessOf, services: ServicesOf) -> SyncReportView:
    """Reports how closely everyone followed the room's clock, over the room's whole life."""
    access.require(Action.READ_LOGS, services.now())
    store, room_id = services.store, access.room.id
    people = store.query_all(MEMBERS_OF_ROOM, room_id)
    names = {member.participant_id: member.display_name for member in people}
    return summarize(store.query_all(REPORTS_OF_ROOM, room_id), names)
