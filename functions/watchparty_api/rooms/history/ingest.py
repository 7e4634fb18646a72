"""Takes in the relay's events: validates them, has them stored together, and isolates those that cannot be stored.

At home the relay's publisher calls `ingest`; in the cloud the function `on_room_event` does. One bad event must not
hold up the others: a batch that is refused is halved until the event is alone, and then set aside as a dead letter.
Events of unknown rooms are skipped, because their room has been deleted.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from watchparty_api.dead_letters import TEMPORARY, reason_of, set_aside
from watchparty_api.errors import Unavailable
from watchparty_api.rooms.history.batch import store_batch
from watchparty_api.rooms.history.models import ROOM_EVENT, RoomEvent
from watchparty_api.services import Services

log = logging.getLogger(__name__)

_Received = tuple[Mapping[str, Any], RoomEvent]


def ingest(services: Services, events: Sequence[Mapping[str, Any]]) -> None:
    """Stores the events, each once however often it arrives.

    Raises only errors that may be temporary (`TEMPORARY`), after it has stored the other events, so that the caller
    sends the events again.
    """
    valid: list[_Received] = []
    for raw in events:
        try:
            valid.append((raw, ROOM_EVENT.validate_python(raw)))
        except ValidationError as error:
            log.warning("invalid room event: %s", reason_of(error))
            set_aside(services, "room_event", raw, error)
    _store(services, valid)


def store_again(services: Services, raw: Mapping[str, Any]) -> None:
    """Stores an event that was set aside. Raises whatever prevents it."""
    store_batch(services, [ROOM_EVENT.validate_python(raw)])


def _store(services: Services, events: Sequence[_Received]) -> None:
    try:
        store_batch(services, [event for _, event in events])
    except Unavailable:
        raise
    except Exception as error:  # whatever is wrong with one event, the others are stored
        if len(events) > 1:
            _store_in_halves(services, events)
        elif isinstance(error, TEMPORARY):
            raise
        else:
            set_aside(services, "room_event", events[0][0], error)


def _store_in_halves(services: Services, events: Sequence[_Received]) -> None:
    middle, failed = len(events) // 2, []
    for half in (events[:middle], events[middle:]):
        try:
            _store(services, half)
        except Unavailable:
            raise
        except TEMPORARY as error:
            failed.append(error)
    if failed:
        raise failed[0]
