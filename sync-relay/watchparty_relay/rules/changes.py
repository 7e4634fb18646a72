"""The changes that a room can undergo, and their results: the types that sessions, rules and bus share.

A change is a plain value, so any bus can carry it; the functions' notices are changes as they are. Changes that the
relay itself proposes name the `rev` they were made for, so that proposing one twice does no harm.
"""

from msgspec import Struct

from watchparty_relay.protocol.messages import (
    Ack,
    Chat,
    ChatEntry,
    Clear,
    Cleared,
    Command,
    Delete,
    Deleted,
    Nack,
    State,
)
from watchparty_relay.protocol.notices import Notice
from watchparty_relay.protocol.values import ErrorCode, Media, Role, Settings
from watchparty_relay.rules.playback import Seed
from watchparty_relay.rules.state import Room

# --- changes --------------------------------------------------------------------------------------------------------


class Request(Struct, frozen=True):
    """A member's message that changes the room. `lead_ms` is how far ahead a `Command` takes effect."""

    by: str
    message: Command | Chat | Delete | Clear
    lead_ms: float = 0.0


class Enter(Struct, frozen=True):
    """A participant presented a join token, which states their identity and the room's settings, film and position."""

    participant_id: str
    mver: int
    role: Role
    name: str
    acct: bool
    ctl: float | None
    muted: bool
    settings: Settings
    media: Media | None
    seed: Seed | None


class HoldFor(Struct, frozen=True):
    """Wait for these members until `until_ms`, if the clock is still at `rev`."""

    rev: int
    people: tuple[str, ...]
    until_ms: float
    lead_ms: float


class Release(Struct, frozen=True):
    """End the hold and play on."""

    rev: int
    lead_ms: float


class ReachLimit(Struct, frozen=True):
    """Playback has reached the end of the film, or of what can be played so far."""

    rev: int


class PauseEmptyRoom(Struct, frozen=True):
    """Pause where the film was when the last member left."""

    rev: int
    left_ms: float


class LendControl(Struct, frozen=True):
    """Lend control to a participant; None takes it back."""

    to: str | None


Change = Request | Enter | HoldFor | Release | ReachLimit | PauseEmptyRoom | LendControl | Notice


# --- events ---------------------------------------------------------------------------------------------------------


class MemberChanged(Struct, frozen=True, tag_field="t", tag="member_changed"):
    """A member's role or rights changed. `muted_changed` only selects the notice that the member receives."""

    participant_id: str
    muted_changed: bool = False


class MemberRemoved(Struct, frozen=True, tag_field="t", tag="member_removed"):
    participant_id: str


class RenewalRequired(Struct, frozen=True, tag_field="t", tag="renewal_required"):
    """Connections of the member whose token has a lower `mver` are closed until they present a newer one."""

    participant_id: str
    mver: int


class RequestDecided(Struct, frozen=True, tag_field="t", tag="request_decided"):
    participant_id: str
    req: str
    admitted: bool


class SettingsChanged(Struct, frozen=True, tag_field="t", tag="settings_changed"):
    pass


class ControlLent(Struct, frozen=True, tag_field="t", tag="control_lent"):
    to: str | None
    before: str | None


class HostOfferChanged(Struct, frozen=True, tag_field="t", tag="host_offer_changed"):
    """`people` are those whom the offer concerns, or concerned before."""

    people: tuple[str, ...]


class RoomClosed(Struct, frozen=True, tag_field="t", tag="room_closed"):
    pass


Event = (
    State
    | ChatEntry
    | Deleted
    | Cleared
    | MemberChanged
    | MemberRemoved
    | RenewalRequired
    | RequestDecided
    | SettingsChanged
    | ControlLent
    | HostOfferChanged
    | RoomClosed
)


# --- results --------------------------------------------------------------------------------------------------------


class Refusal(Struct, frozen=True):
    """Why a participant may not enter."""

    code: ErrorCode


Answer = Ack | Nack | Refusal


class Decision(Struct, frozen=True):
    """The room after a change, the events to broadcast, and the answer to the member who sent the request."""

    room: Room
    events: tuple[Event, ...] = ()
    answer: Answer | None = None
