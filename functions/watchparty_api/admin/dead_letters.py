"""HTTP routes of dead letters: list the events that could not be stored, try one again, discard one."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter

from watchparty_api import audit
from watchparty_api.admin.models import DeadLetterList, DeadLetterView
from watchparty_api.dead_letters import reason_of
from watchparty_api.errors import Conflict, NotFound, Unavailable
from watchparty_api.records import DeadLetter
from watchparty_api.rooms.history.ingest import store_again
from watchparty_api.services import Services
from watchparty_api.store.port import Delete
from watchparty_api.store.queries import DEAD_LETTERS
from watchparty_api.videos.transcodes.runs import apply_again
from watchparty_api.web.caller import AdminOf, ProvenAdminOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf

router = APIRouter(prefix="/admin/dead-letters", tags=["admin"])

_AGAIN: Mapping[str, Callable[[Services, Mapping[str, Any]], object]] = {
    "room_event": store_again,
    "transcode_event": apply_again,
}


@router.get("")
def list_dead_letters(
    services: ServicesOf, _: AdminOf, limit: PageLimit = 50, cursor: PageCursor = None
) -> DeadLetterList:
    """Lists events that could not be stored, newest first, with the reason. They are deleted after 30 days."""
    page = services.store.query(DEAD_LETTERS, limit=limit, cursor=cursor)
    return DeadLetterList(items=[DeadLetterView.of(letter) for letter in page.items], next_cursor=page.cursor)


@router.post("/{letter_id}/retry", status_code=204)
def retry(letter_id: str, services: ServicesOf, admin: AdminOf) -> None:
    """Tries to store the event again, and deletes the dead letter if that succeeds."""
    letter = _existing(services, letter_id)
    try:
        _AGAIN[letter.source](services, json.loads(letter.payload))
    except Unavailable:
        raise
    except Exception as error:
        raise Conflict("still_refused", f"The event still can’t be stored: {reason_of(error)}") from error
    _delete(services, letter_id, actor=admin.account.id, action="dead_letter.retried")


@router.delete("/{letter_id}", status_code=204)
def discard(letter_id: str, services: ServicesOf, admin: ProvenAdminOf) -> None:
    """Deletes a dead letter; its event is lost."""
    _existing(services, letter_id)
    _delete(services, letter_id, actor=admin.account.id, action="dead_letter.discarded")


def _existing(services: Services, letter_id: str) -> DeadLetter:
    letter = services.store.get(DeadLetter, letter_id)
    if letter is None:
        raise NotFound("dead_letter_not_found", "Dead letter not found.")
    return letter


def _delete(services: Services, letter_id: str, *, actor: str, action: str) -> None:
    audit.commit(services, [Delete(DeadLetter, letter_id)], actor=actor, action=action, target=letter_id)
