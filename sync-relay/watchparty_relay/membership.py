"""Who belongs to the room: what tokens and notices make of its marks, its settings and its film. Pure.

Counters of the store decide, never the order of arrival: `mver` for a person, `set.rev` for settings, `mrev` for the
film; the highest seen wins. So the relay needs to ask nobody.
"""

from msgspec.structs import replace

from watchparty_relay import playback
from watchparty_relay.changes import (
    ControlLent,
    Decision,
    Enter,
    Event,
    Lend,
    MemberChanged,
    MemberRemoved,
    Refusal,
    RequestDecided,
    RoomClosed,
    SettingsChanged,
)
from watchparty_relay.protocol import AdmitNotice, DenyNotice, MediaNotice, MuteNotice, RemoveNotice, RoleNotice
from watchparty_relay.room import Member, Room
from watchparty_relay.vocabulary import ErrorCode, Media, Role, Settings

# A mark is needed for as long as a token of that person may still be shown: ten minutes and the grace, with slack.
MARK_NEEDED_MS = 3600 * 1000.0
MARKS_BETWEEN_PRUNINGS = 512
FILM_LEAD_MS = 400.0


def enter(room: Room, asked: Enter, *, now_ms: float) -> Decision:
    """Lets a token's holder in, or says why not; takes over what the token knows and the room does not."""
    if room.closed:
        return Decision(room, answer=Refusal(ErrorCode.CLOSED))
    known = room.members.get(asked.participant_id)
    if known is not None and asked.mver <= known.mver:
        if known.removed:
            return Decision(room, answer=Refusal(ErrorCode.REMOVED))
        if asked.mver < known.mver:
            return Decision(room, answer=Refusal(ErrorCode.STALE_TOKEN))
    member = Member(
        mver=asked.mver,
        role=asked.role,
        name=asked.name,
        seen_ms=now_ms,
        acct=asked.acct,
        muted=asked.muted,
        ctl=asked.ctl,
        said_ms=known.said_ms if known else None,
    )
    entered = room
    events: list[Event] = []
    same = known is not None and replace(known, seen_ms=0) == replace(member, seen_ms=0)
    # Who comes back with the same standing changes nothing: a thousand who do so cost no step.
    if known is None or not same or now_ms > known.seen_ms + MARK_NEEDED_MS / 4:
        entered = _with_member(room, asked.participant_id, member, now_ms)
    if not same:
        events.append(MemberChanged(asked.participant_id, muted_changed=bool(known and known.muted != member.muted)))
    entered, more = _with_settings(entered, asked.settings)
    events += more
    if asked.role is not Role.WAITING:
        entered, more = _with_token_film(entered, asked, now_ms)
        events += more
    return Decision(entered, tuple(events))


def _with_token_film(room: Room, asked: Enter, now_ms: float) -> tuple[Room, list[Event]]:
    if room.clock.rev > 0:
        return (room, []) if asked.media is None else _with_film(room, asked.media, None, now_ms)
    clock = playback.opened(_newer(asked, room), asked.seed, now_ms)
    epoch = max(room.epoch, int(now_ms), asked.seed.epoch + 1 if asked.seed else 0)
    born = replace(room, clock=clock, epoch=epoch)
    return born, [playback.state_message(clock, epoch=epoch, now_ms=now_ms)]


def _newer(asked: Enter, room: Room) -> Media | None:
    """A notice may have told an empty room about a newer film than this token knows."""
    known = room.clock.media
    return asked.media if asked.media is not None and asked.media.mrev >= known.mrev else known


def role_changed(room: Room, notice: RoleNotice, *, now_ms: float) -> Decision:
    member = _newer_mark(room, notice.participant_id, notice.mver, now_ms)
    if member is None:
        return Decision(room)
    return _changed(room, notice.participant_id, replace(member, role=notice.role, ctl=notice.ctl), now_ms)


def mute_changed(room: Room, notice: MuteNotice, *, now_ms: float) -> Decision:
    member = _newer_mark(room, notice.participant_id, notice.mver, now_ms)
    if member is None:
        return Decision(room)
    return _changed(room, notice.participant_id, replace(member, muted=notice.muted), now_ms, muted_changed=True)


def removed(room: Room, notice: RemoveNotice, *, now_ms: float) -> Decision:
    member = _newer_mark(room, notice.participant_id, notice.mver, now_ms)
    if member is None:
        return Decision(room)
    gone = _with_member(room, notice.participant_id, replace(member, removed=True, ctl=None), now_ms)
    events: list[Event] = [MemberRemoved(notice.participant_id)]
    if room.acting == notice.participant_id:
        gone, more = _with_acting(gone, None)
        events += more
    return Decision(gone, tuple(events))


def request_decided(room: Room, notice: AdmitNotice | DenyNotice, *, now_ms: float) -> Decision:
    """The decision itself lies in the store; the mark keeps a denied person's old token out."""
    admitted = isinstance(notice, AdmitNotice)
    known = room.members.get(notice.participant_id)
    if known is not None and known.role is Role.WAITING and not known.removed and notice.mver == known.mver:
        member: Member | None = known
    else:
        member = _newer_mark(room, notice.participant_id, notice.mver, now_ms)
    if member is None:
        return Decision(room)
    marked = _with_member(room, notice.participant_id, replace(member, removed=not admitted), now_ms)
    return Decision(marked, (RequestDecided(notice.participant_id, notice.req, admitted),))


def settings_changed(room: Room, settings: Settings) -> Decision:
    changed, events = _with_settings(room, settings)
    return Decision(changed, tuple(events))


def film_changed(room: Room, notice: MediaNotice, *, now_ms: float) -> Decision:
    if room.clock.rev == 0:  # nobody has been here: the first token opens the clock, with this film or a newer one
        newer = notice.media.mrev > room.clock.media.mrev
        return Decision(replace(room, clock=replace(room.clock, media=notice.media)) if newer else room)
    changed, events = _with_film(room, notice.media, notice.by, now_ms)
    return Decision(changed, tuple(events))


def closed(room: Room) -> Decision:
    return Decision(replace(room, closed=True), () if room.closed else (RoomClosed(),))


def lend(room: Room, asked: Lend) -> Decision:
    changed, events = _with_acting(room, asked.to)
    return Decision(changed, tuple(events))


def _newer_mark(room: Room, participant_id: str, mver: int, now_ms: float) -> Member | None:
    """The member to change, at the notice's version; None where a token or notice of that version was here before."""
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
    if participant_id not in members and members and len(members) % MARKS_BETWEEN_PRUNINGS == 0:
        members = {key: mark for key, mark in members.items() if mark.seen_ms > now_ms - MARK_NEEDED_MS}
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
