"""Every notice conforms to the socket's schema, so the relay can read it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from watchparty_api.records import Member, Notice, Room, Video
from watchparty_api.rooms import notices
from watchparty_relay.protocol import notices as relay_notices
from watchparty_relay.protocol.values import Media

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)
BASE: dict[str, Any] = {"workspace_id": "w", "created_at": NOW}
ROOM = Room(**BASE, id="r", name="C", owner_id="a", link_id="r", last_active_at=NOW, video_id="v")
VIDEO = Video(**BASE, id="v", owner_id="a", title="T", updated_at=NOW, playable=True, duration_s=9.5, playable_s=4.0)
MEMBER = Member(
    **BASE, id="r.p", room_id="r", participant_id="p", display_name="P", last_seen_at=NOW, mver=5, controls=True
)


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        (notices.admit(MEMBER, "q", NOW), relay_notices.AdmitNotice),
        (notices.deny(MEMBER, "q", NOW), relay_notices.DenyNotice),
        (notices.remove(MEMBER, NOW), relay_notices.RemoveNotice),
        (notices.role(MEMBER, NOW), relay_notices.RoleNotice),
        (notices.mute(MEMBER, NOW), relay_notices.MuteNotice),
        (notices.settings(ROOM, NOW), relay_notices.SettingsNotice),
        (notices.media(ROOM, VIDEO, NOW, by="p"), relay_notices.MediaNotice),
        (notices.media(ROOM, None, NOW), relay_notices.MediaNotice),
        (notices.close(ROOM, NOW), relay_notices.CloseNotice),
    ],
)
def test_the_relay_reads_the_functions_notices(notice: Notice, kind: type[Any]) -> None:
    """With its own types; id and room are where the outbox has them."""
    read: Any = msgspec.convert(notice.body, relay_notices.Notice, strict=True)
    assert isinstance(read, kind)
    assert (read.id, read.room) == (notice.id, notice.room_id)


def test_the_relay_reads_the_media_value() -> None:
    """The whole value arrives: film, counter, durations and start position."""
    read: Any = msgspec.convert(notices.media(ROOM, VIDEO, NOW, by="p").body, relay_notices.MediaNotice)
    assert read.media == Media(video_id="v", mrev=1, duration_s=9.5, playable_s=4.0, start_pos_s=0.0)
    assert read.by == "p"
