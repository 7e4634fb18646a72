"""Events that cannot be stored: each is set aside where an operator finds it, so that those behind it are not held up.

`ingest` of room events and `apply_event` of transcode events call `set_aside`; `admin/dead_letters.py` lists them and
tries them again.
"""

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Literal

from pydantic import ValidationError

from watchparty_api.errors import AlreadyExists, Conflict, StoreError, Unavailable
from watchparty_api.records import DeadLetter
from watchparty_api.services import Services

log = logging.getLogger(__name__)

TEMPORARY = (Unavailable, Conflict, StoreError)
"""Errors after which the same event may be accepted. After any other it would be refused again."""
RETENTION = timedelta(days=30)
_MAX_PAYLOAD = 200_000
_MAX_REASON = 2_000


def set_aside(
    services: Services, source: Literal["room_event", "transcode_event"], event: Mapping[str, Any], error: Exception
) -> None:
    """Stores the event as a dead letter and logs it. An event that is set aside again is stored once.

    Raises Unavailable if the store does not answer; then the sender must repeat the event.
    """
    payload = json.dumps(event, default=str, sort_keys=True)
    now, id_ = services.now(), sha256(f"{source} {payload}".encode()).hexdigest()[:32]
    letter = DeadLetter(
        id=id_,
        created_at=now,
        source=source,
        reason=reason_of(error),
        payload=payload[:_MAX_PAYLOAD],
        expires_at=now + RETENTION,
    )
    try:
        services.store.create(letter)
    except AlreadyExists:
        return
    log.error("set aside a %s that cannot be stored (dead letter %s): %s", source, id_, letter.reason)


def reason_of(error: Exception) -> str:
    """What is wrong with the event, without its content."""
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_input=False, include_context=False)
        reason = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found)
    else:
        reason = f"{type(error).__name__}: {error}"
    return reason.encode("ascii", "replace").decode().replace("\0", "?")[:_MAX_REASON]
