"""What the process provides to each of its sessions: key verification, rooms, time, and a place to deliver notices."""

from typing import Protocol

from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol.notices import Notice
from watchparty_relay.protocol.values import Limits
from watchparty_relay.room.live_room import LiveRoom
from watchparty_relay.session.join_token import TokenVerifier


class SessionHost(Protocol):
    """`Relay` implements it; sessions know only this part of the relay."""

    @property
    def verifier(self) -> TokenVerifier: ...

    @property
    def metrics(self) -> Metrics: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def rotates(self) -> bool:
        """Whether clients are asked to open a new connection within the hour."""
        ...

    @property
    def clock_name(self) -> str: ...

    def now_ms(self) -> float:
        """Room time."""
        ...

    def wall_s(self) -> float:
        """The time of day, by which tokens expire."""
        ...

    async def acquire_room(self, room_id: str) -> LiveRoom:
        """The room, held for the caller until `release_room`."""
        ...

    def release_room(self, room: LiveRoom) -> None: ...

    async def apply_notice(self, notice: Notice) -> None: ...
