"""What can be asked of a room, and what came of it: the vocabulary between sessions, rules and bus.

A change is a value that any bus can carry; notices of the functions are changes as they are. Conditions such as `rev`
make changes that the relay itself proposes safe to propose twice.
"""

from msgspec import Struct

from watchparty_relay.playback import Seed
from watchparty_relay.protocol import (
    Ack,
    Chat,
    ChatEntry,
    Clear,
    Cleared,
    Command,
    Delete,
    Deleted,
    Nack,
    Notice,
    State,
)
from watchparty_relay.room import Room
from watchparty_relay.vocabulary import ErrorCode, Media, Role, Settings

# --- asked ----------------------------------------------------------------------------------------------------------


class Enter(Struct, frozen=True):
    """A join token was shown: the participant's standing, and what the token knows of settings, film and place."""

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


class Operate(Struct, frozen=True):
    by: str
    message: Command
    lead_ms: float


class Say(Struct, frozen=True):
    by: str
    message: Chat


class Retract(Struct, frozen=True):
    by: str
    message: Delete


class Wipe(Struct, frozen=True):
    by: str
    message: Clear


class HoldFor(Struct, frozen=True):
    """Wait for these people, if the clock is still the one that was judged."""

    rev: int
    people: tuple[str, ...]
    until_ms: float
    lead_ms: float


class Release(Struct, frozen=True):
    rev: int
    lead_ms: float


class ReachLimit(Struct, frozen=True):
    rev: int


class Vacate(Struct, frozen=True):
    rev: int
    left_ms: float


class Lend(Struct, frozen=True):
    """Lend control to a participant, or end it."""

    to: str | None


Asked = Operate | Say | Retract | Wipe
Change = Enter | Asked | HoldFor | Release | ReachLimit | Vacate | Lend | Notice


# --- happened -------------------------------------------------------------------------------------------------------


class MemberChanged(Struct, frozen=True, tag_field="t", tag="member_changed"):
    """Standing changed: `muted_changed` and the rest only choose the words that the person is told with."""

    participant_id: str
    muted_changed: bool = False


class MemberRemoved(Struct, frozen=True, tag_field="t", tag="member_removed"):
    participant_id: str


class RequestDecided(Struct, frozen=True, tag_field="t", tag="request_decided"):
    participant_id: str
    req: str
    admitted: bool


class SettingsChanged(Struct, frozen=True, tag_field="t", tag="settings_changed"):
    pass


class ControlLent(Struct, frozen=True, tag_field="t", tag="control_lent"):
    to: str | None
    before: str | None


class RoomClosed(Struct, frozen=True, tag_field="t", tag="room_closed"):
    pass


Event = (
    State
    | ChatEntry
    | Deleted
    | Cleared
    | MemberChanged
    | MemberRemoved
    | RequestDecided
    | SettingsChanged
    | ControlLent
    | RoomClosed
)


class Refusal(Struct, frozen=True):
    """Why somebody may not enter."""

    code: ErrorCode


Answer = Ack | Nack | Refusal


class Decision(Struct, frozen=True):
    """The room afterwards, what is to be told, and the asker's answer."""

    room: Room
    events: tuple[Event, ...] = ()
    answer: Answer | None = None
