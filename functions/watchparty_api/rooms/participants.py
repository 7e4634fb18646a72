"""Participants: how an account or a guest is one and the same person in a room, every time.

The id is derived from the room and from who it is, so that creating the member is a claim which only one of two hurried
clicks wins, and a guest who comes back finds role, mute and ban again. It proves nothing and can be shown to everybody.
"""

import base64
import hashlib

from watchparty_api.errors import NotFound
from watchparty_api.records import Member
from watchparty_api.services import Services


def participant_of_account(room_id: str, account_id: str) -> str:
    """The participant that an account is in this room."""
    return _derive(room_id, "account", account_id)


def participant_of_guest(room_id: str, guest_hash: str) -> str:
    """The participant that the holder of a guest key is in this room."""
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
