"""The register of personal data: every kind of record and file that the site stores, and what becomes of it.

Deleting an account runs over `RECORDS` in its order (`deletion.py`). `PLACES` lists what is stored outside the store.
`tests/functions/accounts/test_personal_data.py` finds all kinds, tables, keys, folders and topics, and fails for one
that is missing here; `docs/reference.py` turns the register into a page for operators.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from watchparty_api.records import (
    Account,
    ApiToken,
    AuditEntry,
    AuthChallenge,
    Ban,
    BannedAddress,
    ChatCleared,
    ChatEntry,
    DeadLetter,
    Delivery,
    EmailClaim,
    IdempotencyKey,
    Invitation,
    JoinAddress,
    JoinRequest,
    Member,
    Notice,
    OneTimeToken,
    Passkey,
    RateWindow,
    Record,
    RelayLease,
    Room,
    RoomAction,
    RoomLink,
    SecondFactor,
    Session,
    SiteClock,
    Snapshot,
    Spending,
    SyncReport,
    Video,
    Webhook,
    WorkspaceSettings,
)
from watchparty_api.rooms import erasure
from watchparty_api.rooms.erasure import Traces, delete_all
from watchparty_api.rooms.history.models import DELETED_NAME
from watchparty_api.rooms.outbox import Change, commit_and_notify
from watchparty_api.store.port import Replace
from watchparty_api.store.queries import (
    CHALLENGES_OF_ACCOUNT,
    DEAD_LETTERS,
    DELIVERIES_ABOUT,
    DELIVERIES_OF_WEBHOOK,
    ONE_TIME_TOKENS_BY_PURPOSE,
    PASSKEYS_OF_ACCOUNT,
    SESSIONS_OF_ACCOUNT,
    VIDEOS_OF_OWNER,
    WEBHOOKS_OF_ACCOUNT,
)
from watchparty_api.videos.library import delete_video

OnDeletion = Literal["deleted", "anonymised", "kept", "nothing"]
"""What the deletion of an account does; "nothing" where no personal data is stored."""

_WITH_ROOM = "with its room, when the account of the room’s host is deleted"
_PURPOSES = ("setup", "reset", "verify", "account_invite")


@dataclass(frozen=True, kw_only=True)
class RecordEntry:
    """One kind of record: the personal data in it, what the deletion of an account does, and when it expires.

    `note` is the reason if something is kept. `erase` performs what `on_deletion` says; None if `deletion.py` does it
    before (credentials) or at the end (the account).
    """

    kind: type[Record]
    holds: str
    on_deletion: OnDeletion
    note: str = ""
    expires: str
    erase: Callable[[Traces], None] | None = None


@dataclass(frozen=True, kw_only=True)
class PlaceEntry:
    """What is stored outside the store: `names` are tables, keys, folders or topics, as they are called there."""

    place: str
    names: tuple[str, ...]
    holds: str
    on_deletion: OnDeletion
    note: str = ""
    expires: str


# ---- what is erased here; the records of rooms are in `rooms/erasure.py`


def _videos(traces: Traces) -> None:
    for video in traces.services.store.query_all(VIDEOS_OF_OWNER, traces.account_id):
        delete_video(traces.services, video.id)


def _webhooks(traces: Traces) -> None:
    delete_all(traces, WEBHOOKS_OF_ACCOUNT, traces.account_id)


def _deliveries(traces: Traces) -> None:
    """Deletes those of the account's webhooks; in those of others the participant has no name."""
    store = traces.services.store
    for webhook in store.query_all(WEBHOOKS_OF_ACCOUNT, traces.account_id):
        delete_all(traces, DELIVERIES_OF_WEBHOOK, webhook.id)
    for member in traces.memberships:
        for delivery in store.query_all(DELIVERIES_ABOUT, member.participant_id):
            commit_and_notify(traces.services, partial(_nameless, traces, delivery.id))


def _nameless(traces: Traces, delivery_id: str) -> Change[None]:
    delivery = traces.services.store.get(Delivery, delivery_id)
    if delivery is None:
        return Change(None)
    data = dict(delivery.body["data"])
    data["participant"] = {**data["participant"], "name": DELETED_NAME}
    return Change(None, writes=[Replace(replace(delivery, body={**delivery.body, "data": data}))])


def _dead_letters(traces: Traces) -> None:
    """Deletes every letter that mentions the account, one of its participants, its address or one of its films."""
    store = traces.services.store
    mentions = {traces.account_id, *(member.participant_id for member in traces.memberships)}
    mentions |= {video.id for video in store.query_all(VIDEOS_OF_OWNER, traces.account_id)}
    mentions |= {room.id for room in traces.own_rooms}
    if traces.email is not None:
        mentions.add(json.dumps(traces.email)[1:-1])
    for letter in store.query_all(DEAD_LETTERS):
        if any(mention in letter.payload or mention in letter.reason for mention in mentions):
            store.delete(DeadLetter, letter.id)


def _sessions(traces: Traces) -> None:
    for revoked in (False, True):
        delete_all(traces, SESSIONS_OF_ACCOUNT, traces.account_id, revoked)


def _passkeys(traces: Traces) -> None:
    delete_all(traces, PASSKEYS_OF_ACCOUNT, traces.account_id)


def _second_factor(traces: Traces) -> None:
    traces.services.store.delete(SecondFactor, traces.account_id)


def _challenges(traces: Traces) -> None:
    delete_all(traces, CHALLENGES_OF_ACCOUNT, traces.account_id)


def _one_time_tokens(traces: Traces) -> None:
    """Deletes the account's links, the invitations to register that it created, and the one that it used."""
    for purpose in _PURPOSES:
        for link in traces.services.store.query_all(ONE_TIME_TOKENS_BY_PURPOSE, purpose):
            mine = traces.account_id in (link.account_id, link.created_by)
            if mine or (traces.email is not None and (link.email or "").lower() == traces.email):
                traces.services.store.delete(OneTimeToken, link.id)


# ---- the register

RECORDS: Sequence[RecordEntry] = (
    RecordEntry(
        kind=DeadLetter,
        holds="events that could not be stored, with names and messages",
        on_deletion="deleted",
        note="those that mention the account, its participants, rooms or films",
        expires="after 30 days",
        erase=_dead_letters,
    ),
    RecordEntry(
        kind=Delivery,
        holds="the names of participants and films, in calls to webhooks",
        on_deletion="anonymised",
        note="those of the account’s own webhooks are deleted",
        expires="after 30 days",
        erase=_deliveries,
    ),
    RecordEntry(
        kind=Webhook,
        holds="the address of the account’s own program",
        on_deletion="deleted",
        expires="with the account",
        erase=_webhooks,
    ),
    RecordEntry(
        kind=Video,
        holds="titles, file names and the labels of subtitles",
        on_deletion="deleted",
        note="with all its files; rooms that show it show nothing",
        expires="with the account",
        erase=_videos,
    ),
    RecordEntry(
        kind=ChatEntry,
        holds="names and messages",
        on_deletion="deleted",
        note="in rooms of others a message keeps its position, without text and name",
        expires=_WITH_ROOM,
        erase=erasure.chat,
    ),
    RecordEntry(kind=ChatCleared, holds="", on_deletion="nothing", expires=_WITH_ROOM, erase=erasure.chat_positions),
    RecordEntry(
        kind=RoomAction,
        holds="the names of people who joined, left, or were admitted, removed or changed",
        on_deletion="anonymised",
        note="those of the account’s own rooms are deleted",
        expires=_WITH_ROOM,
        erase=erasure.actions,
    ),
    RecordEntry(
        kind=SyncReport,
        holds="how well the players of participants followed the clock, by participant id",
        on_deletion="kept",
        note="a participant id names no one once the account is gone; those of own rooms are deleted",
        expires=_WITH_ROOM,
        erase=erasure.reports,
    ),
    RecordEntry(
        kind=Snapshot,
        holds="the names of the people in the room",
        on_deletion="anonymised",
        note="the person leaves the list",
        expires=_WITH_ROOM,
        erase=erasure.snapshots,
    ),
    RecordEntry(
        kind=JoinRequest,
        holds="who asked to be let in, and who decided, by participant id",
        on_deletion="kept",
        note="a participant id names no one once the account is gone; those of own rooms are deleted",
        expires=_WITH_ROOM,
        erase=erasure.requests,
    ),
    RecordEntry(
        kind=Invitation,
        holds="the email address of the person who was invited",
        on_deletion="deleted",
        note="one that was sent to the account loses the address",
        expires=_WITH_ROOM,
        erase=erasure.invitations,
    ),
    RecordEntry(
        kind=Ban,
        holds="the name of the banned person, their account, and the hash of their browser’s guest key",
        on_deletion="anonymised",
        note="the guest key’s hash remains, so that deleting an account does not lift a ban",
        expires=_WITH_ROOM,
        erase=erasure.bans,
    ),
    RecordEntry(
        kind=BannedAddress,
        holds="the keyed hash of a banned person’s network address",
        on_deletion="kept",
        note="for the rest of the day, so that deleting an account does not lift a ban; those of own rooms are deleted",
        expires="24 hours after the ban",
        erase=erasure.banned_addresses,
    ),
    RecordEntry(
        kind=JoinAddress,
        holds="the keyed hash of the network address from which a member joined",
        on_deletion="deleted",
        expires="24 hours after joining",
        erase=erasure.join_addresses,
    ),
    RecordEntry(
        kind=Member,
        holds="the name in the room, the account, the hash of a guest key, and the ids of sessions",
        on_deletion="anonymised",
        note="role and state remain under the participant id, which keep old tokens from working",
        expires=_WITH_ROOM,
        erase=erasure.members,
    ),
    RecordEntry(
        kind=RoomLink, holds="", on_deletion="nothing", note="links say that the room is closed", expires="never"
    ),
    RecordEntry(
        kind=Room,
        holds="its name, its host’s account, and the accounts that queued films",
        on_deletion="deleted",
        note="rooms of others keep the participant id, and lose the account’s films in the queue",
        expires="with the account of its host",
        erase=erasure.rooms,
    ),
    RecordEntry(
        kind=Session,
        holds="the browser’s name and the time of its last use",
        on_deletion="deleted",
        expires="30 days after its last use",
        erase=_sessions,
    ),
    RecordEntry(
        kind=Passkey,
        holds="the name that the owner gave it, its public key, and the time of its last use",
        on_deletion="deleted",
        expires="with the account",
        erase=_passkeys,
    ),
    RecordEntry(
        kind=SecondFactor,
        holds="the encrypted secret of an authenticator app, and hashes of recovery codes",
        on_deletion="deleted",
        expires="with the account",
        erase=_second_factor,
    ),
    RecordEntry(
        kind=AuthChallenge,
        holds="which account is signing in",
        on_deletion="deleted",
        expires="5 minutes after the sign-in began",
        erase=_challenges,
    ),
    RecordEntry(
        kind=ApiToken,
        holds="the name that the owner gave it",
        on_deletion="deleted",
        expires="with the account",
    ),
    RecordEntry(
        kind=OneTimeToken,
        holds="the email address of an invited person",
        on_deletion="deleted",
        expires="at the latest after 14 days",
        erase=_one_time_tokens,
    ),
    RecordEntry(
        kind=EmailClaim, holds="a keyed hash of the email address", on_deletion="deleted", expires="with the account"
    ),
    RecordEntry(
        kind=Account,
        holds="email address, name, password hash and preferences",
        on_deletion="deleted",
        expires="a temporary one after 24 hours",
    ),
    RecordEntry(
        kind=AuditEntry,
        holds="account ids",
        on_deletion="kept",
        note="the log must show who did what; without the account its id names no one",
        expires="never",
    ),
    RecordEntry(
        kind=Notice,
        holds="participant ids and roles, until the relay has confirmed them",
        on_deletion="kept",
        note="the relay is informed of the deletion by notices",
        expires="after an hour at the latest",
    ),
    RecordEntry(
        kind=IdempotencyKey,
        holds="a hash of caller and request, and the id of what was created",
        on_deletion="kept",
        note="it cannot be found by its account",
        expires="after 24 hours",
    ),
    RecordEntry(
        kind=RateWindow,
        holds="when something was tried, under a keyed hash of an account, room, email or network address",
        on_deletion="kept",
        note="otherwise deleting an account would lift its limits",
        expires="after an hour at the latest",
    ),
    RecordEntry(kind=SiteClock, holds="", on_deletion="nothing", expires="never"),
    RecordEntry(kind=Spending, holds="", on_deletion="nothing", expires="never"),
    RecordEntry(kind=RelayLease, holds="", on_deletion="nothing", expires="never"),
    RecordEntry(kind=WorkspaceSettings, holds="", on_deletion="nothing", expires="never"),
)
"""In the order of the deletion: what is found by way of memberships comes before them, and rooms before the account."""

_RELAY_NOTE = "the functions send the relay a notice: the name and the messages go"

PLACES: Sequence[PlaceEntry] = (
    PlaceEntry(
        place="relay’s journal, `relay.sqlite`",
        names=("members", "log"),
        holds="names and messages",
        on_deletion="deleted",
        note=_RELAY_NOTE,
        expires="messages after a day, a room 30 days after its last change",
    ),
    PlaceEntry(
        place="relay’s journal, `relay.sqlite`",
        names=("outbox",),
        holds="events for the functions, with names and messages",
        on_deletion="deleted",
        note="when the functions have stored it, which is within seconds; they leave out the name",
        expires="when the functions have stored it",
    ),
    PlaceEntry(
        place="relay’s journal, `relay.sqlite`",
        names=("rooms", "answers", "alive"),
        holds="participant ids",
        on_deletion="kept",
        note="a participant id names no one once the account is gone",
        expires="30 days after the room’s last change; answers after ten minutes",
    ),
    PlaceEntry(
        place="Redis",
        names=("log", "members", "rolls"),
        holds="names and messages, and who is in the room",
        on_deletion="deleted",
        note=_RELAY_NOTE,
        expires="24 hours after the room’s last change",
    ),
    PlaceEntry(
        place="Redis",
        names=("steps",),
        holds="the last 256 changes of the room, with names and messages",
        on_deletion="kept",
        note="other relays read there what they have missed",
        expires="24 hours after the room’s last change",
    ),
    PlaceEntry(
        place="Redis",
        names=("state", "lease", "seen", "answer", "told", "revision", "relay"),
        holds="participant ids",
        on_deletion="kept",
        note="a participant id names no one once the account is gone",
        expires="24 hours after the room’s last change; answers after ten minutes",
    ),
    PlaceEntry(
        place="films",
        names=("uploads", "media"),
        holds="originals, renditions, posters and subtitles",
        on_deletion="deleted",
        note="in the cloud Google can restore them for seven more days",
        expires="with the film; an original 7 days after the film is ready",
    ),
    PlaceEntry(
        place="other buckets", names=("site", "source"), holds="", on_deletion="nothing", expires="with a deployment"
    ),
    PlaceEntry(
        place="data folder",
        names=("watchparty.sqlite", "relay.sqlite"),
        holds="the records and the relay’s journal",
        on_deletion="deleted",
        note="freed pages are overwritten, and write-ahead logs emptied; the relay’s within ten minutes",
        expires="see each kind",
    ),
    PlaceEntry(
        place="data folder",
        names=("*.damaged-*",),
        holds="a database that was found damaged, or rows of it",
        on_deletion="kept",
        note="it cannot be read in order to delete from it, and is the only copy of what was lost",
        expires="after 30 days",
    ),
    PlaceEntry(
        place="data folder",
        names=("logs",),
        holds="the transcoder’s messages: film ids and what ffmpeg says of a file",
        on_deletion="kept",
        note="no account is named",
        expires="when newer messages of the same size replace them",
    ),
    PlaceEntry(
        place="data folder",
        names=("keys", "lock", "layout", "restoring", "backup-status.json"),
        holds="",
        on_deletion="nothing",
        expires="never",
    ),
    PlaceEntry(
        place="Pub/Sub",
        names=("event", "dead_letter"),
        holds="room events with names and messages, and the names of uploaded objects",
        on_deletion="kept",
        note="a queue cannot be searched; an event that arrives later loses name and message",
        expires="after a day, undelivered ones after a week, in the dead letters after a month",
    ),
    PlaceEntry(place="Pub/Sub", names=("key_rotation",), holds="", on_deletion="nothing", expires="after a month"),
    PlaceEntry(
        place="Cloud Logging",
        names=("default",),
        holds="network addresses; no names, addresses of people or tokens",
        on_deletion="kept",
        note="log lines cannot be deleted one by one",
        expires="after `log_days`",
    ),
    PlaceEntry(
        place="Cloud Logging",
        names=("security",),
        holds="network addresses of rejected requests, and administrators’ access to data",
        on_deletion="kept",
        note="evidence of attacks",
        expires="after 400 days",
    ),
    PlaceEntry(
        place="Firestore’s backups",
        names=("daily", "weekly"),
        holds="all records",
        on_deletion="kept",
        note="a backup cannot be changed; after a restore delete the account again",
        expires="after 7 days and 14 weeks",
    ),
    PlaceEntry(
        place="copies by `watchparty backup`",
        names=("backups", "files"),
        holds="all records, films and keys",
        on_deletion="kept",
        note="a backup cannot be changed; after a restore delete the account again",
        expires="with the last of the backups that are kept (14 by default)",
    ),
    PlaceEntry(
        place="Identity Platform",
        names=("users",),
        holds="the email address and the sign-in of hosts who sign in with it",
        on_deletion="deleted",
        note="if it does not answer, the account stays locked, and the deletion is completed later",
        expires="with the account",
    ),
    PlaceEntry(
        place="mail server",
        names=("smtp",),
        holds="the mails that the site sent; the site keeps none",
        on_deletion="kept",
        note="it is not ours",
        expires="as its operator says",
    ),
)


def as_rows() -> list[dict[str, str]]:
    """The register as rows for people: where, what it holds, what happens at a deletion, when it expires."""
    records = sorted(RECORDS, key=lambda entry: entry.kind.__name__)
    return [
        *(_row(f"`{entry.kind.__name__}`", entry) for entry in records),
        *(_row(f"{entry.place}: {', '.join(f'`{name}`' for name in entry.names)}", entry) for entry in PLACES),
    ]


def _row(where: str, entry: RecordEntry | PlaceEntry) -> dict[str, str]:
    return {
        "where": where,
        "holds": entry.holds,
        "on_deletion": entry.on_deletion,
        "note": entry.note,
        "expires": entry.expires,
    }
