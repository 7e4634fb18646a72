"""Participant ids: an account or guest is always the same participant in a room.

The id is derived from the room and the person, so that of two simultaneous requests only one creates the member, and a
returning guest keeps role, mute and ban. The id proves nothing and may be shown to everyone.
"""

import base64
import hashlib

from watchparty_api.errors import NotFound
from watchparty_api.records import Member
from watchparty_api.services import Services


def participant_of_account(room_id: str, account_id: str) -> str:
    """The account's participant id in this room."""
    return _derive(room_id, "account", account_id)


def participant_of_guest(room_id: str, guest_hash: str) -> str:
    """The participant id of a guest key's holder in this room."""
    return _derive(room_id, "guest", guest_hash)


def member_id(room_id: str, participant_id: str) -> str:
    """The id of a participant's Member record."""
    return f"{room_id}.{participant_id}"


def find_member(services: Services, room_id: str, participant_id: str) -> Member | None:
    """The participant's record, whatever its state."""
    return services.store.get(Member, member_id(room_id, participant_id))


def require_member(services: Services, room_id: str, participant_id: str) -> Member:
    """The participant's record. Raises NotFound."""
    member = find_member(services, room_id, participant_id)
    if member is None:
        raise NotFound("member_not_found", "Person not found in this room.")
    return member


def _derive(*parts: str) -> str:
    digest = hashlib.sha256("\0".join(parts).encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
