"""Notices within one process: applied when the call returns, from any thread, or an error."""

import asyncio

import pytest

from fakes.relay.harness import RelayHarness
from fakes.relay.tokens import FILM, settings
from watchparty_relay.errors import BadNotice, NoticeUndelivered
from watchparty_relay.protocol.notices import MediaNotice, RoleNotice
from watchparty_relay.protocol.values import Role
from watchparty_relay.room.notice_delivery import parse

pytestmark = pytest.mark.anyio


async def test_a_delivered_notice_is_applied(harness: RelayHarness) -> None:
    """M5: when the call returns, a removed member is already disconnected."""
    ana = await harness.join("ana")
    await harness.notice("remove", participant_id="ana", mver=2)
    assert ana.channel.code == 4403


async def test_a_notice_before_start_or_after_stop_is_not_delivered() -> None:
    """M5: the functions' outbox tries again."""
    harness = RelayHarness()
    with pytest.raises(NoticeUndelivered):
        await harness.notice("close")
    await harness.open()
    await harness.notice("close")
    await harness.close()
    with pytest.raises(NoticeUndelivered):
        await harness.notice("close")


async def test_many_threads_can_deliver_notices_at_once(harness: RelayHarness) -> None:
    """M5: functions run in a thread pool; none of their notices is lost."""
    await harness.host()
    await asyncio.gather(
        *(harness.notice("mute", participant_id=f"p{n}", mver=2, muted=True) for n in range(20)),
        *(harness.notice("settings", set=settings(rev=n)) for n in range(2, 12)),
    )
    ana = await harness.join("p7", mver=2, muted=True, set=settings(rev=1))
    assert ana.last("welcome")["set"]["rev"] == 11


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"t": "notice", "id": "n", "room": "r", "kind": "explode"},
        {"t": "notice", "id": "n", "kind": "close"},
        {"t": "notice", "id": "n", "room": "r", "kind": "mute", "participant_id": "p", "mver": "2", "muted": True},
        {"t": "hello", "id": "n", "room": "r", "kind": "close"},
    ],
)
def test_a_malformed_notice_is_refused(body: dict[str, object]) -> None:
    """M5: the error says what is wrong with it."""
    with pytest.raises(BadNotice):
        parse(body)


def test_a_notice_is_parsed_as_sent() -> None:
    """M5: unknown fields are ignored, so that newer functions can send more."""
    role = parse(
        {"t": "notice", "id": "n", "room": "r", "kind": "role", "participant_id": "p", "mver": 2, "role": "moderator"}
        | {"ctl": 253_402_300_799_000, "more": 1}
    )
    assert isinstance(role, RoleNotice)
    assert (role.role, role.ctl) == (Role.MODERATOR, 253_402_300_799_000.0)
    media = parse({"t": "notice", "id": "n", "room": "r", "kind": "media", "media": {**FILM, "start_pos_s": 3.0}})
    assert isinstance(media, MediaNotice)
    assert media.media.start_pos_s == 3.0
