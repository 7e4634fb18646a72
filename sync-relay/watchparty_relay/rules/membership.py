"""How join tokens and notices change a room's member records, settings and film. Pure.

The store's version counters decide, never the order of arrival: `mver` for a member, `set.rev` for settings, `mrev` for
the film; the highest one seen wins. So the relay never has to ask the store.
"""

from msgspec.structs import replace

from watchparty_relay.protocol.notices import (
    AdmitNotice,
    DenyNotice,
    EraseNotice,
    HostOfferNotice,
    MediaNotice,
    MuteNotice,
    RemoveNotice,
    RenewNotice,
    RoleNotice,
)
from watchparty_relay.protocol.values import ErrorCode, Media, Role, Settings
from watchparty_relay.rules import playback
from watchparty_relay.rules.changes import (
    ControlLent,
    Decision,
    Enter,
    Event,
    HostOfferChanged,
    LendControl,
    MemberChanged,
    MemberRemoved,
    Refusal,
    RenewalRequired,
    RequestDecided,
    RoomClosed,
    SettingsChanged,
)
from watchparty_relay.rules.playback import FILM_LEAD_MS
from watchparty_relay.rules.state import HostOffer, Member, Room

MEMBER_TTL_MS = 3600 * 1000.0
"""A record is needed as long as an old token of the member may be presented: ten minutes, the grace, and some slack."""
MEMBERS_BETWEEN_PRUNINGS = 512


def enter(room: Room, change: Enter, *, now_ms: float) -> Decision:
    """Lets a token's holder in, or returns why not; adopts what the token knows and the room does not."""
    if room.closed:
        return Decision(room, answer=Refusal(ErrorCode.CLOSED))
    known = room.members.get(change.participant_id)
    if known is not None and change.mver <= known.mver:
        if known.removed:
            return Decision(room, answer=Refusal(ErrorCode.REMOVED))
        if change.mver < known.mver:
            return Decision(room, answer=Refusal(ErrorCode.STALE_TOKEN))
    member = Member(
        mver=change.mver,
        role=change.role,
        name=change.name,
        seen_ms=now_ms,
        acct=change.acct,
        muted=change.muted,
        ctl=change.ctl,
        said_ms=known.said_ms if known else None,
    )
    entered = room
    events: list[Event] = []
    same = known is not None and replace(known, seen_ms=0) == replace(member, seen_ms=0)
    # Members who return with unchanged rights change nothing, so a thousand who reconnect cost no commit.
    if known is None or not same or now_ms > known.seen_ms + MEMBER_TTL_MS / 4:
        entered = _with_member(room, change.participant_id, member, now_ms)
    if not same:
        events.append(MemberChanged(change.participant_id, muted_changed=bool(known and known.muted != member.muted)))
    entered, more = _with_settings(entered, change.settings)
    events += more
    if change.role is not Role.WAITING:
        entered, more = _with_token_film(entered, change, now_ms)
        events += more
    return Decision(entered, tuple(events))


def _with_token_film(room: Room, change: Enter, now_ms: float) -> tuple[Room, list[Event]]:
    if room.clock.rev > 0:
        return (room, []) if change.media is None else _with_film(room, change.media, None, now_ms)
    clock = playback.opening_clock(_newest_film(change, room), change.seed, now_ms)
    epoch = max(room.epoch, int(now_ms), change.seed.epoch + 1 if change.seed else 0)
    opened = replace(room, clock=clock, epoch=epoch)
    return opened, [playback.state_message(clock, epoch=epoch, now_ms=now_ms)]


def _newest_film(change: Enter, room: Room) -> Media | None:
    """The token's film, unless the empty room has received a newer one in a notice."""
    known = room.clock.media
    return change.media if change.media is not None and change.media.mrev >= known.mrev else known


def role_changed(room: Room, notice: RoleNotice, *, now_ms: float) -> Decision:
    member = _newer_record(room, notice.participant_id, notice.mver, now_ms)
    if member is None:
        return Decision(room)
    return _changed(room, notice.participant_id, replace(member, role=notice.role, ctl=notice.ctl), now_ms)


def mute_changed(room: Room, notice: MuteNotice, *, now_ms: float) -> Decision:
    member = _newer_record(room, notice.participant_id, notice.mver, now_ms)
    if member is None:
        return Decision(room)
    return _changed(room, notice.participant_id, replace(member, muted=notice.muted), now_ms, muted_changed=True)


def removed(room: Room, notice: RemoveNotice, *, now_ms: float) -> Decision:
    member = _newer_record(room, notice.participant_id, notice.mver, now_ms)
    if member is None:
        return Decision(room)
    after = _with_member(room, notice.participant_id, replace(member, removed=True, ctl=None), now_ms)
    events: list[Event] = [MemberRemoved(notice.participant_id)]
    if room.acting == notice.participant_id:
        after, more = _with_acting(after, None)
        events += more
    return Decision(after, tuple(events))


def renewal_required(room: Room, notice: RenewNotice, *, now_ms: float) -> Decision:
    """The record refuses older tokens from now on. The event is repeated even if a newer token was faster than the
    notice, because other connections may still hold an older one.
    """
    member = _newer_record(room, notice.participant_id, notice.mver, now_ms)
    after = room if member is None else _with_member(room, notice.participant_id, member, now_ms)
    return Decision(after, (RenewalRequired(notice.participant_id, notice.mver),))


def erased(room: Room, notice: EraseNotice, *, now_ms: float) -> Decision:
    """Removes the member; the record remains without a name, to keep the holders of older tokens out."""
    member = _newer_record(room, notice.participant_id, notice.mver, now_ms)
    if member is None:
        return Decision(room)
    nameless = replace(member, role=Role.WAITING, name="", removed=True, ctl=None, acct=False)
    after = _with_member(room, notice.participant_id, nameless, now_ms)
    events: list[Event] = [MemberRemoved(notice.participant_id)]
    if room.acting == notice.participant_id:
        after, more = _with_acting(after, None)
        events += more
    return Decision(after, tuple(events))


def request_decided(room: Room, notice: AdmitNotice | DenyNotice, *, now_ms: float) -> Decision:
    """The decision itself is in the store; the record keeps the holder of a denied token out."""
    admitted = isinstance(notice, AdmitNotice)
    known = room.members.get(notice.participant_id)
    if known is not None and known.role is Role.WAITING and not known.removed and notice.mver == known.mver:
        member: Member | None = known
    else:
        member = _newer_record(room, notice.participant_id, notice.mver, now_ms)
    if member is None:
        return Decision(room)
    after = _with_member(room, notice.participant_id, replace(member, removed=not admitted), now_ms)
    return Decision(after, (RequestDecided(notice.participant_id, notice.req, admitted),))


def host_offered(room: Room, notice: HostOfferNotice) -> Decision:
    """Remembers the offer, for the two people whom it concerns; a known or older one changes nothing."""
    if notice.rev <= room.offer.rev:
        return Decision(room)
    offer = HostOffer(rev=notice.rev, by=notice.by, to=notice.to, until_ms=notice.until_ms or 0.0)
    people = dict.fromkeys(each for each in (offer.by, offer.to, room.offer.by, room.offer.to) if each)
    return Decision(replace(room, offer=offer), (HostOfferChanged(tuple(people)),))


def settings_changed(room: Room, settings: Settings) -> Decision:
    changed, events = _with_settings(room, settings)
    return Decision(changed, tuple(events))


def film_changed(room: Room, notice: MediaNotice, *, now_ms: float) -> Decision:
    if room.clock.rev == 0:  # not opened yet: the first token opens the clock, with this film or a newer one
        newer = notice.media.mrev > room.clock.media.mrev
        return Decision(replace(room, clock=replace(room.clock, media=notice.media)) if newer else room)
    changed, events = _with_film(room, notice.media, notice.by, now_ms)
    return Decision(changed, tuple(events))


def closed(room: Room) -> Decision:
    return Decision(replace(room, closed=True), () if room.closed else (RoomClosed(),))


def lend_control(room: Room, change: LendControl) -> Decision:
    changed, events = _with_acting(room, change.to)
    return Decision(changed, tuple(events))


def _newer_record(room: Room, participant_id: str, mver: int, now_ms: float) -> Member | None:
    """The member's record at the notice's version; None if the room already has that version or a later one."""
    known = room.members.get(participant_id)
    if known is None:
        return Member(mver=mver, role=Role.WAITING, name="", seen_ms=now_ms)
    return replace(known, mver=mver, seen_ms=now_ms) if mver > known.mver else None


def _changed(
    room: Room, participant_id: str, member: Member, now_ms: float, *, muted_changed: bool = False
) -> Decision:
    changed = _with_member(room, participant_id, member, now_ms)
    return Decision(changed, (MemberChanged(participant_id, muted_changed=muted_changed),))


def _with_member(room: Room, participant_id: str, member: Member, now_ms: float) -> Room:
    members = room.members
    if participant_id not in members and members and len(members) % MEMBERS_BETWEEN_PRUNINGS == 0:
        members = {key: record for key, record in members.items() if record.seen_ms > now_ms - MEMBER_TTL_MS}
    return replace(room, members={**members, participant_id: member})


def _with_settings(room: Room, settings: Settings) -> tuple[Room, list[Event]]:
    if settings.rev <= room.settings.rev:
        return room, []
    return replace(room, settings=settings), [SettingsChanged()]


def _with_film(room: Room, media: Media, by: str | None, now_ms: float) -> tuple[Room, list[Event]]:
    clock = playback.change_film(room.clock, media, by=by, now_ms=now_ms, lead_ms=FILM_LEAD_MS)
    if clock is room.clock:
        return room, []
    state = playback.state_message(clock, epoch=room.epoch, now_ms=now_ms)
    return replace(room, clock=clock), [state]


def _with_acting(room: Room, to: str | None) -> tuple[Room, list[Event]]:
    if room.acting == to:
        return room, []
    return replace(room, acting=to), [ControlLent(to=to, before=room.acting)]
