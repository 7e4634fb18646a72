"""A bus whose rooms only the holder of the lease can open or change."""

from watchparty_relay.bus.port import Announcement, Bus, Listener
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.lease.keeper import LeaseKeeper
from watchparty_relay.presence.presence_snapshot import PresenceSnapshot
from watchparty_relay.protocol.notices import Notice
from watchparty_relay.rules.changes import Answer, Change, Enter
from watchparty_relay.rules.state import Room


class LeasedBus:
    """What opens a room, and a notice, waits a moment for the lease; every other change is refused without it."""

    superseded = False

    def __init__(self, rooms: Bus, lease: LeaseKeeper) -> None:
        self._rooms = rooms
        self._lease = lease

    @property
    def relay_name(self) -> str:
        return self._rooms.relay_name

    @property
    def clock_name(self) -> str:
        return self._rooms.clock_name

    def now_ms(self) -> float:
        return self._rooms.now_ms()

    async def start(self) -> None:
        await self._rooms.start()
        self._lease.start()

    async def stop(self) -> None:
        await self._rooms.stop()
        await self._lease.stop()

    async def listen(self, room_id: str, listener: Listener) -> Room:
        await self._lease.acquired()
        return await self._rooms.listen(room_id, listener)

    def leave(self, room_id: str, listener: Listener) -> None:
        self._rooms.leave(room_id, listener)

    async def apply(self, room_id: str, change: Change) -> Answer | None:
        if isinstance(change, Notice | Enter):
            await self._lease.acquired()
        elif not self._lease.held():
            raise BusUnavailable("this process does not command the rooms")
        return await self._rooms.apply(room_id, change)

    def announce(self, room_id: str, announcement: Announcement) -> None:
        self._rooms.announce(room_id, announcement)

    def publish_presence(self, room_id: str, snapshot: PresenceSnapshot) -> None:
        self._rooms.publish_presence(room_id, snapshot)

    def holds_lease(self, room_id: str) -> bool:
        return self._lease.held() and self._rooms.holds_lease(room_id)

    def archived_seq(self, room_id: str) -> int:
        return self._rooms.archived_seq(room_id)

    def record_archived(self, room_id: str, seq: int) -> None:
        self._rooms.record_archived(room_id, seq)
