"""The arithmetic of a room's clock: what each operation does to it, as pure functions of clock and room time.

A clock says at which position the film is at `t0_ms`. Every transition is computed at its own `t0_ms`, a lead ahead of
now, so that all players start or stop on the same frame. `t0_ms` never goes back, so a transition that arrives while an
earlier one is still ahead simply applies after it. Who may operate is decided in `permissions.py`.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from watchparty_relay.protocol.messages import Command, State
from watchparty_relay.protocol.values import Cause, CauseKind, Count, Media, Mode, NackCode, Offset, Operation, Rate

MIN_RATE, MAX_RATE = 0.25, 3.0
COMPLETE_TOLERANCE_S = 0.1
"""A film in production counts as complete when this little is missing, because container durations are rounded."""
GROWTH_TO_RESUME_S = 8.0
"""A room that has caught up with a film in production resumes once this much is new, not segment by segment."""

# A lead covers the path to the farthest player, the time its picture takes to start, and a late packet.
START_LATENCY_MS = 80.0
DELIVERY_SLACK_MS = 50.0
MIN_LEAD_MS = 150.0
MAX_LEAD_MS = 600.0
SEEK_LEAD_MS = 400.0
"""A jump during playback takes players longer than a start: they load, hold the frame and start."""
FILM_LEAD_MS = 400.0

_CAUSES = {operation: CauseKind(operation.value) for operation in Operation}


class Seed(Struct, frozen=True):
    """The last known position in the film, from the store."""

    epoch: Count
    rev: Count
    pos_s: Offset
    rate: Rate


class Hold(Struct, frozen=True):
    """Why the clock waits: for members until `until_ms`, or, if none is named, for more of the film."""

    people: tuple[str, ...] = ()
    until_ms: float | None = None


class Clock(Struct, frozen=True):
    """A room's playback state; `rev` 0 means that the room has not been opened yet."""

    rev: int
    mode: Mode
    pos_s: float
    t0_ms: float
    rate: float
    media: Media
    cause: Cause
    hold: Hold | None = None
    born: Literal["seed"] | None = None


NO_FILM = Media(video_id=None, mrev=0)


def initial_clock(now_ms: float) -> Clock:
    return Clock(
        rev=0, mode=Mode.EMPTY, pos_s=0.0, t0_ms=now_ms, rate=1.0, media=NO_FILM, cause=Cause(cmd=CauseKind.OPENED)
    )


def opening_clock(media: Media | None, seed: Seed | None, now_ms: float) -> Clock:
    """The first clock of a room: paused, at the seed's position if the store has one."""
    film = media or NO_FILM
    clock = replace(initial_clock(now_ms), rev=1, media=film, mode=Mode.EMPTY if film.video_id is None else Mode.PAUSED)
    if seed is None or film.video_id is None:
        return replace(clock, pos_s=_clamped(clock, film.start_pos_s or 0.0))
    return replace(
        clock,
        rev=seed.rev + 1,
        pos_s=_clamped(clock, seed.pos_s),
        rate=min(max(seed.rate, MIN_RATE), MAX_RATE),
        cause=Cause(cmd=CauseKind.SEED),
        born="seed",
    )


def state_message(clock: Clock, *, epoch: int, now_ms: float) -> State:
    return State(
        epoch=epoch,
        rev=clock.rev,
        video_id=clock.media.video_id,
        mrev=clock.media.mrev,
        mode=clock.mode,
        pos_s=clock.pos_s,
        t0_ms=clock.t0_ms,
        rate=clock.rate,
        duration_s=clock.media.duration_s,
        playable_s=clock.media.playable_s,
        cause=clock.cause,
        srv_ms=now_ms,
        born=clock.born,
    )


def position_at(clock: Clock, t_ms: float) -> float:
    """The target position at room time `t_ms`, never past what can be played."""
    if clock.mode is not Mode.PLAYING:
        return clock.pos_s
    return _clamped(clock, clock.pos_s + clock.rate * max(0.0, t_ms - clock.t0_ms) / 1000)


def limit_s(media: Media) -> float | None:
    """How far the film can be played: to its end, or as far as it has been produced; None if unknown."""
    known = [value for value in (media.duration_s, media.playable_s) if value is not None]
    return min(known) if known else None


def is_complete(media: Media) -> bool:
    if media.playable_s is None:
        return True
    return media.duration_s is not None and media.playable_s >= media.duration_s - COMPLETE_TOLERANCE_S


def limit_reached_at(clock: Clock) -> float | None:
    """When a playing clock reaches the limit, in room time."""
    limit = limit_s(clock.media)
    if clock.mode is not Mode.PLAYING or limit is None:
        return None
    return clock.t0_ms + max(0.0, limit - clock.pos_s) / clock.rate * 1000


def lead_ms(round_trip_ms: float | None) -> float:
    """How far ahead a transition is scheduled, so that it has reached every player and each has had time to start.

    `round_trip_ms` is the slowest that a member reported.
    """
    one_way_ms = (round_trip_ms or 0.0) / 2
    return min(max(one_way_ms + START_LATENCY_MS + DELIVERY_SLACK_MS, MIN_LEAD_MS), MAX_LEAD_MS)


def command_lead_ms(clock: Clock, operation: Operation, round_trip_ms: float | None) -> float:
    """The lead of a member's command: longer for a jump during playback."""
    lead = lead_ms(round_trip_ms)
    jumps = clock.mode is Mode.PLAYING and operation in (Operation.SEEK, Operation.SKIP)
    return max(lead, SEEK_LEAD_MS) if jumps else lead


def apply_command(clock: Clock, command: Command, *, by: str, now_ms: float, lead_ms: float) -> Clock | NackCode:
    """The clock after a member's command; the same clock if the command changes nothing."""
    if clock.media.video_id is None:
        return NackCode.NO_VIDEO
    if command.mrev != clock.media.mrev:
        return NackCode.OTHER_VIDEO
    clock = clock if clock.born is None else replace(clock, born=None)
    t0_ms = max(now_ms + lead_ms, clock.t0_ms)
    cause = Cause(cmd=_CAUSES[command.op], by=by)
    match command.op:
        case Operation.PLAY:
            return _play(clock, t0_ms, cause)
        case Operation.PAUSE:
            return _pause(clock, t0_ms, cause)
        case Operation.SEEK:
            return _seek(clock, command.pos_s, t0_ms, cause)
        case Operation.SKIP:
            return _skip(clock, command.by_s, t0_ms, cause)
        case Operation.RATE:
            return _set_rate(clock, command.rate, t0_ms, cause)


def _play(clock: Clock, t0_ms: float, cause: Cause) -> Clock:
    if clock.mode is Mode.PLAYING or (clock.mode is Mode.WAITING and clock.hold == Hold()):
        return clock
    from_s = 0.0 if clock.mode is Mode.ENDED else clock.pos_s
    return _transition(clock, Mode.PLAYING, from_s, t0_ms, cause)


def _pause(clock: Clock, t0_ms: float, cause: Cause) -> Clock:
    if clock.mode in (Mode.PAUSED, Mode.ENDED):
        return clock
    return _transition(clock, Mode.PAUSED, position_at(clock, t0_ms), t0_ms, cause)


def _seek(clock: Clock, pos_s: float | None, t0_ms: float, cause: Cause) -> Clock | NackCode:
    end_s = clock.media.duration_s
    if pos_s is None or pos_s < 0 or (end_s is not None and pos_s > end_s + 1):
        return NackCode.OUT_OF_RANGE
    return _move_to(clock, pos_s, t0_ms, cause)


def _skip(clock: Clock, by_s: float | None, t0_ms: float, cause: Cause) -> Clock | NackCode:
    if by_s is None:
        return NackCode.OUT_OF_RANGE
    return _move_to(clock, position_at(clock, t0_ms) + by_s, t0_ms, cause)


def _move_to(clock: Clock, pos_s: float, t0_ms: float, cause: Cause) -> Clock:
    """Changes the position and keeps the mode; a clock that waited for more of the film plays."""
    if clock.mode is Mode.WAITING and clock.hold == Hold():
        mode = Mode.PLAYING
    else:
        mode = Mode.PAUSED if clock.mode is Mode.ENDED else clock.mode
    moved = _transition(clock, mode, _clamped(clock, pos_s), t0_ms, cause)
    return replace(moved, hold=clock.hold) if mode is Mode.WAITING else moved


def _set_rate(clock: Clock, rate: float | None, t0_ms: float, cause: Cause) -> Clock | NackCode:
    if rate is None or not MIN_RATE <= rate <= MAX_RATE:
        return NackCode.OUT_OF_RANGE
    if rate == clock.rate:
        return clock
    anchored = _transition(clock, clock.mode, position_at(clock, t0_ms), t0_ms, cause)
    return replace(anchored, rate=rate, hold=clock.hold)


def reach_limit(clock: Clock, *, now_ms: float) -> Clock:
    """The film ends; or the room has caught up with a film in production, and waits for more of it."""
    reached_ms = limit_reached_at(clock)
    if reached_ms is None or reached_ms > now_ms:
        return clock
    pos_s = position_at(clock, now_ms)
    if is_complete(clock.media):
        return _transition(clock, Mode.ENDED, pos_s, reached_ms, Cause(cmd=CauseKind.ENDED))
    return replace(_transition(clock, Mode.WAITING, pos_s, reached_ms, Cause(cmd=CauseKind.WAIT)), hold=Hold())


def hold_for(clock: Clock, people: tuple[str, ...], *, until_ms: float, now_ms: float, lead_ms: float) -> Clock:
    """Waits for members who buffer. If the clock is held already, only the members and the time limit change."""
    hold = Hold(people=people, until_ms=until_ms)
    if clock.mode is Mode.WAITING and clock.hold != Hold():
        return replace(clock, rev=clock.rev + 1, hold=hold)
    if clock.mode is not Mode.PLAYING:
        return clock
    t0_ms = max(now_ms + lead_ms, clock.t0_ms)
    held = _transition(clock, Mode.WAITING, position_at(clock, t0_ms), t0_ms, Cause(cmd=CauseKind.WAIT))
    return replace(held, hold=hold)


def release(clock: Clock, *, now_ms: float, lead_ms: float) -> Clock:
    if clock.mode is not Mode.WAITING:
        return clock
    return _transition(
        clock, Mode.PLAYING, clock.pos_s, max(now_ms + lead_ms, clock.t0_ms), Cause(cmd=CauseKind.RESUME)
    )


def pause_empty_room(clock: Clock, *, left_ms: float, now_ms: float) -> Clock:
    """The room is empty: pauses the film where it was when the last member left."""
    if clock.mode not in (Mode.PLAYING, Mode.WAITING):
        return clock
    t0_ms = max(now_ms, clock.t0_ms)
    return _transition(clock, Mode.PAUSED, position_at(clock, left_ms), t0_ms, Cause(cmd=CauseKind.PAUSE))


def set_back(clock: Clock, *, left_ms: float, now_ms: float) -> Clock:
    """The clock in a room time that has been set back to `now_ms`: paused where it was when the earlier time ended."""
    if clock.mode in (Mode.PLAYING, Mode.WAITING):
        return _transition(clock, Mode.PAUSED, position_at(clock, left_ms), now_ms, Cause(cmd=CauseKind.PAUSE))
    return replace(clock, t0_ms=now_ms)


def change_film(clock: Clock, media: Media, *, by: str | None, now_ms: float, lead_ms: float) -> Clock:
    """A higher `mrev` is another film, paused at its start; the same one can only have grown; a lower one is old."""
    if media.mrev < clock.media.mrev:
        return clock
    if media.mrev == clock.media.mrev:
        return _grow(clock, media, now_ms, lead_ms)
    mode = Mode.EMPTY if media.video_id is None else Mode.PAUSED
    t0_ms = max(now_ms, clock.t0_ms)
    changed = replace(clock, media=media, rate=1.0, born=None)
    pos_s = _clamped(changed, media.start_pos_s or 0.0)
    return _transition(changed, mode, pos_s, t0_ms, Cause(cmd=CauseKind.MEDIA, by=by))


def _grow(clock: Clock, media: Media, now_ms: float, lead_ms: float) -> Clock:
    if media.video_id != clock.media.video_id or clock.media.playable_s is None:
        return clock
    grown_s = media.duration_s if media.playable_s is None else media.playable_s
    if grown_s is None or grown_s <= clock.media.playable_s:
        return clock
    grown = replace(clock.media, playable_s=grown_s, duration_s=media.duration_s or clock.media.duration_s)
    cause = Cause(cmd=CauseKind.MEDIA)
    if clock.hold == Hold() and (is_complete(grown) or grown_s >= clock.pos_s + GROWTH_TO_RESUME_S):
        resumed = _transition(clock, Mode.PLAYING, clock.pos_s, max(now_ms + lead_ms, clock.t0_ms), cause)
        return replace(resumed, media=grown)
    # Same position and instant: players do not move, they only learn that more can be played.
    return replace(clock, rev=clock.rev + 1, media=grown, cause=cause)


def _transition(clock: Clock, mode: Mode, pos_s: float, t0_ms: float, cause: Cause) -> Clock:
    return replace(clock, rev=clock.rev + 1, mode=mode, pos_s=pos_s, t0_ms=t0_ms, cause=cause, hold=None)


def _clamped(clock: Clock, pos_s: float) -> float:
    limit = limit_s(clock.media)
    return max(0.0, pos_s if limit is None else min(pos_s, limit))
