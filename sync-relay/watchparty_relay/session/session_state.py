"""The five states of a session, each with what is known in it."""

from msgspec import Struct

from watchparty_relay.room.live_room import LiveRoom
from watchparty_relay.session.join_token import NoticeClaims
from watchparty_relay.session.token_lease import TokenLease


class Pending(Struct, frozen=True):
    """Connected, but not let in yet; `hello_received` from the moment its hello is being handled."""

    until_ms: float
    hello_received: bool = False


class Waiting(Struct, frozen=True):
    """Waiting for admission."""

    room: LiveRoom
    lease: TokenLease


class Joined(Struct, frozen=True):
    """In the room."""

    room: LiveRoom
    lease: TokenLease


class DeliveringNotice(Struct, frozen=True):
    """A function with a notice token, until it has delivered its notice."""

    claims: NoticeClaims
    until_ms: float


class Closed(Struct, frozen=True):
    pass


State = Pending | Waiting | Joined | DeliveringNotice | Closed
