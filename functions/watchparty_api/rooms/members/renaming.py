"""A new name for oneself. The relay hears of it by the next join token, which the page asks for at once."""

from __future__ import annotations

from dataclasses import replace

from watchparty_api.records import Member
from watchparty_api.rooms.outbox import Change, commit_and_tell
from watchparty_api.rooms.participants import require_member
from watchparty_api.services import Services
from watchparty_api.store.port import Replace


def rename(services: Services, room_id: str, participant_id: str, display_name: str) -> Member:
    """The participant under another name; who was removed meanwhile keeps the old one."""

    def decide() -> Change[Member]:
        member = require_member(services, room_id, participant_id)
        if member.state not in ("admitted", "waiting") or member.display_name == display_name:
            return Change(member)
        renamed = replace(member, display_name=display_name, mver=member.mver + 1)
        return Change(renamed, writes=[Replace(renamed)])

    return commit_and_tell(services, decide)
