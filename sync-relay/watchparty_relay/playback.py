"""The arithmetic of a room's clock: what each operation makes of it, as pure functions of clock and room time.

A clock says at which position the film is at `t0_ms`; every transition is computed at its own `t0_ms`, a lead ahead of
now, so that all players start or stop on the same frame. `t0_ms` never goes back, hence a transition that arrives
while an earlier one is still ahead simply applies after it. Who may operate is decided in `rules.py`, not here.
"""

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from watchparty_relay.protocol import Command, State
from watchparty_relay.vocabulary import Cause, CauseKind, Media, Mode, NackCode, Operation

MIN_RATE, MAX_RATE = 0.25, 3.0
# A film that is still being made may count as whole when so little is missing: durations of containers are rounded.
WHOLE_TOLERANCE_S = 0.1
# After the room caught up with a film in the making it goes on once this much is new, not segment by segment.
GROWTH_TO_RESUME_S = 8.0

_CAUSE_OF = {operation: CauseKind(operation.value) for operation in Operation}


class Seed(Struct, frozen=True):
    """The last known place in the film, as the store remembers it."""

    epoch: int
    rev: int
    pos_s: float
    rate: float


class Hold(Struct, frozen=True):
    """Why the clock waits: for people until `until_ms`, or, with nobody named, for more of the film."""

    people: tuple[str, ...] = ()
    until_ms: float | None = None


class Clock(Struct, frozen=True):
    """A room's playback state; `rev` 0 means that nobody has opened the room yet."""

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


def unborn(now_ms: float) -> Clock:
    return Clock(
        rev=0, mode=Mode.EMPTY, pos_s=0.0, t0_ms=now_ms, rate=1.0, media=NO_FILM, cause=Cause(cmd=CauseKind.OPENED)
    )


def opened(media: Media | None, seed: Seed | None, now_ms: float) -> Clock:
    """The first clock of a room: paused, at the seed's place if the store knew one."""
    film = media or NO_FILM
    clock = replace(unborn(now_ms), rev=1, media=film, mode=Mode.EMPTY if film.video_id is None else Mode.PAUSED)
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
    """How far one can play: the end, or what is made so far; None where nobody knows."""
    known = [value for value in (media.duration_s, media.playable_s) if value is not None]
    return min(known) if known else None


def is_whole(media: Media) -> bool:
    if media.playable_s is None:
        return True
    return media.duration_s is not None and media.playable_s >= media.duration_s - WHOLE_TOLERANCE_S


def limit_reached_at(clock: Clock) -> float | None:
    """When a playing clock runs out of film."""
    limit = limit_s(clock.media)
    if clock.mode is not Mode.PLAYING or limit is None:
        return None
    return clock.t0_ms + max(0.0, limit - clock.pos_s) / clock.rate * 1000


def operate(clock: Clock, command: Command, *, by: str, now_ms: float, lead_ms: float) -> Clock | NackCode:
    """What a person's command makes of the clock; the same clock where it is already so."""
    if clock.media.video_id is None:
        return NackCode.NO_VIDEO
    if command.mrev != clock.media.mrev:
        return NackCode.OTHER_VIDEO
    clock = clock if clock.born is None else replace(clock, born=None)
    t0_ms = max(now_ms + lead_ms, clock.t0_ms)
    cause = Cause(cmd=_CAUSE_OF[command.op], by=by)
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
    return _moved(clock, Mode.PLAYING, from_s, t0_ms, cause)


def _pause(clock: Clock, t0_ms: float, cause: Cause) -> Clock:
    if clock.mode in (Mode.PAUSED, Mode.ENDED):
        return clock
    return _moved(clock, Mode.PAUSED, position_at(clock, t0_ms), t0_ms, cause)


def _seek(clock: Clock, pos_s: float | None, t0_ms: float, cause: Cause) -> Clock | NackCode:
    end_s = clock.media.duration_s
    if pos_s is None or pos_s < 0 or (end_s is not None and pos_s > end_s + 1):
        return NackCode.OUT_OF_RANGE
    return _go_to(clock, pos_s, t0_ms, cause)


def _skip(clock: Clock, by_s: float | None, t0_ms: float, cause: Cause) -> Clock | NackCode:
    if by_s is None:
        return NackCode.OUT_OF_RANGE
    return _go_to(clock, position_at(clock, t0_ms) + by_s, t0_ms, cause)


def _go_to(clock: Clock, pos_s: float, t0_ms: float, cause: Cause) -> Clock:
    """Moves the place and keeps the rest: who played plays on, who waited for more film plays where there is some."""
    if clock.mode is Mode.WAITING and clock.hold == Hold():
        mode = Mode.PLAYING
    else:
        mode = Mode.PAUSED if clock.mode is Mode.ENDED else clock.mode
    moved = _moved(clock, mode, _clamped(clock, pos_s), t0_ms, cause)
    return replace(moved, hold=clock.hold) if mode is Mode.WAITING else moved


def _set_rate(clock: Clock, rate: float | None, t0_ms: float, cause: Cause) -> Clock | NackCode:
    if rate is None or not MIN_RATE <= rate <= MAX_RATE:
        return NackCode.OUT_OF_RANGE
    if rate == clock.rate:
        return clock
    anchored = _moved(clock, clock.mode, position_at(clock, t0_ms), t0_ms, cause)
    return replace(anchored, rate=rate, hold=clock.hold)


def reach_limit(clock: Clock, *, now_ms: float) -> Clock:
    """The film is over, or the room has caught up with a film in the making and waits for more of it."""
    reached_ms = limit_reached_at(clock)
    if reached_ms is None or reached_ms > now_ms:
        return clock
    pos_s = position_at(clock, now_ms)
    if is_whole(clock.media):
        return _moved(clock, Mode.ENDED, pos_s, reached_ms, Cause(cmd=CauseKind.ENDED))
    return replace(_moved(clock, Mode.WAITING, pos_s, reached_ms, Cause(cmd=CauseKind.WAIT)), hold=Hold())


def hold_for(clock: Clock, people: tuple[str, ...], *, until_ms: float, now_ms: float, lead_ms: float) -> Clock:
    """Waits for people who buffer; held already, only who and how long may change."""
    hold = Hold(people=people, until_ms=until_ms)
    if clock.mode is Mode.WAITING and clock.hold != Hold():
        return replace(clock, rev=clock.rev + 1, hold=hold)
    if clock.mode is not Mode.PLAYING:
        return clock
    t0_ms = max(now_ms + lead_ms, clock.t0_ms)
    held = _moved(clock, Mode.WAITING, position_at(clock, t0_ms), t0_ms, Cause(cmd=CauseKind.WAIT))
    return replace(held, hold=hold)


def release(clock: Clock, *, now_ms: float, lead_ms: float) -> Clock:
    if clock.mode is not Mode.WAITING:
        return clock
    return _moved(clock, Mode.PLAYING, clock.pos_s, max(now_ms + lead_ms, clock.t0_ms), Cause(cmd=CauseKind.RESUME))


def vacate(clock: Clock, *, left_ms: float, now_ms: float) -> Clock:
    """Nobody is here any more: the film stops where the last person left it."""
    if clock.mode not in (Mode.PLAYING, Mode.WAITING):
        return clock
    t0_ms = max(now_ms, clock.t0_ms)
    return _moved(clock, Mode.PAUSED, position_at(clock, left_ms), t0_ms, Cause(cmd=CauseKind.PAUSE))


def change_film(clock: Clock, media: Media, *, by: str | None, now_ms: float, lead_ms: float) -> Clock:
    """A higher `mrev` is another film, paused at its start; the same one may only have grown; a lower one is old."""
    if media.mrev < clock.media.mrev:
        return clock
    if media.mrev == clock.media.mrev:
        return _grow(clock, media, now_ms, lead_ms)
    mode = Mode.EMPTY if media.video_id is None else Mode.PAUSED
    t0_ms = max(now_ms, clock.t0_ms)
    changed = replace(clock, media=media, rate=1.0, born=None)
    pos_s = _clamped(changed, media.start_pos_s or 0.0)
    return _moved(changed, mode, pos_s, t0_ms, Cause(cmd=CauseKind.MEDIA, by=by))


def _grow(clock: Clock, media: Media, now_ms: float, lead_ms: float) -> Clock:
    if media.video_id != clock.media.video_id or clock.media.playable_s is None:
        return clock
    grown_s = media.duration_s if media.playable_s is None else media.playable_s
    if grown_s is None or grown_s <= clock.media.playable_s:
        return clock
    grown = replace(clock.media, playable_s=grown_s, duration_s=media.duration_s or clock.media.duration_s)
    cause = Cause(cmd=CauseKind.MEDIA)
    if clock.hold == Hold() and (is_whole(grown) or grown_s >= clock.pos_s + GROWTH_TO_RESUME_S):
        resumed = _moved(clock, Mode.PLAYING, clock.pos_s, max(now_ms + lead_ms, clock.t0_ms), cause)
        return replace(resumed, media=grown)
    # Same anchor: nobody moves, everybody learns that more can be played.
    return replace(clock, rev=clock.rev + 1, media=grown, cause=cause)


def _moved(clock: Clock, mode: Mode, pos_s: float, t0_ms: float, cause: Cause) -> Clock:
    return replace(clock, rev=clock.rev + 1, mode=mode, pos_s=pos_s, t0_ms=t0_ms, cause=cause, hold=None)


def _clamped(clock: Clock, pos_s: float) -> float:
    limit = limit_s(clock.media)
    return max(0.0, pos_s if limit is None else min(pos_s, limit))
