"""Where one connection stands: the five states of a session, each with what is known by then."""

from msgspec import Struct

from watchparty_relay.join_token import NoticeClaims
from watchparty_relay.live_room import LiveRoom
from watchparty_relay.ticket import Ticket


class Pending(Struct, frozen=True):
    """Connected; `greeted` once a hello is being looked at."""

    until_ms: float
    greeted: bool = False


class Waiting(Struct, frozen=True):
    live: LiveRoom
    ticket: Ticket


class Joined(Struct, frozen=True):
    live: LiveRoom
    ticket: Ticket


class Noticing(Struct, frozen=True):
    claims: NoticeClaims
    until_ms: float


class Closed(Struct, frozen=True):
    pass


State = Pending | Waiting | Joined | Noticing | Closed
