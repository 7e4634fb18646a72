"""What the process gives to each of its sessions: keys, rooms, time, and somewhere to hand notices in."""

from typing import Protocol

from watchparty_relay.join_token import TokenVerifier
from watchparty_relay.live_room import LiveRoom
from watchparty_relay.metrics import Metrics
from watchparty_relay.protocol import Notice
from watchparty_relay.vocabulary import Limits


class Reception(Protocol):
    """`Relay` is the one in service; sessions know only this much of it."""

    @property
    def verifier(self) -> TokenVerifier: ...

    @property
    def metrics(self) -> Metrics: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def rotates(self) -> bool:
        """Whether connections are asked to begin anew within the hour."""
        ...

    @property
    def clock_name(self) -> str: ...

    def now_ms(self) -> float:
        """Room time."""
        ...

    def wall_s(self) -> float:
        """The time of day, in which tokens expire."""
        ...

    async def enter_room(self, room_id: str) -> LiveRoom:
        """The room, held for the caller until `leave_room`."""
        ...

    def leave_room(self, live: LiveRoom) -> None: ...

    async def take_notice(self, notice: Notice) -> None: ...
