"""The clock's arithmetic: examples of each operation, and what must hold for any sequence of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from watchparty_relay.protocol.messages import Command
from watchparty_relay.protocol.values import CauseKind, Media, Mode, NackCode, Operation
from watchparty_relay.rules import playback
from watchparty_relay.rules.playback import Clock, Hold, Seed

NOW = 1_000_000.0
LEAD = 200.0
FILM = Media(video_id="film", mrev=1, duration_s=100.0, playable_s=100.0)


def clock(**changes: object) -> Clock:
    return replace(playback.opening_clock(FILM, None, NOW), **changes)


def apply_command(before: Clock, op: Operation, *, now_ms: float = NOW, **arguments: float) -> Clock:
    after = playback.apply_command(before, Command("c", op, 1, **arguments), by="ana", now_ms=now_ms, lead_ms=LEAD)
    assert isinstance(after, Clock)
    return after


def refused(before: Clock, op: Operation, mrev: int = 1, **arguments: float) -> NackCode:
    code = playback.apply_command(before, Command("c", op, mrev, **arguments), by="ana", now_ms=NOW, lead_ms=LEAD)
    assert isinstance(code, NackCode)
    return code


def test_play_starts_a_lead_ahead_at_the_current_position() -> None:
    """K4: everyone starts at the same position, at the same later instant."""
    playing = apply_command(clock(pos_s=12.0), Operation.PLAY)
    assert (playing.mode, playing.pos_s, playing.t0_ms, playing.rev) == (Mode.PLAYING, 12.0, NOW + LEAD, 2)
    assert playback.position_at(playing, NOW) == 12.0
    assert playback.position_at(playing, NOW + LEAD + 3000) == 15.0


def test_pause_stops_where_the_film_will_be() -> None:
    """K4: a pause has the position of its own instant, so no player has to go back."""
    playing = apply_command(clock(), Operation.PLAY)
    paused = apply_command(playing, Operation.PAUSE, now_ms=NOW + 10_000)
    assert paused.t0_ms == NOW + 10_000 + LEAD
    assert paused.pos_s == pytest.approx(10.0)


@pytest.mark.parametrize("op", [Operation.PLAY, Operation.PAUSE])
def test_a_command_that_is_already_fulfilled_changes_nothing(op: Operation) -> None:
    """K5: commands set, they do not toggle."""
    once = apply_command(clock(mode=Mode.PLAYING), op)
    assert apply_command(once, op).rev == once.rev


def test_a_pause_keeps_a_seek_that_arrived_just_before() -> None:
    """K6: the later command applies after the earlier one, which is still ahead."""
    playing = apply_command(clock(), Operation.PLAY)
    sought = apply_command(playing, Operation.SEEK, now_ms=NOW + 5000, pos_s=50.0)
    paused = apply_command(sought, Operation.PAUSE, now_ms=NOW + 5000)
    assert (paused.mode, paused.pos_s) == (Mode.PAUSED, 50.0)


def test_a_skip_counts_from_its_own_instant() -> None:
    """K6: ten seconds from where the film is when the skip takes effect."""
    playing = apply_command(clock(), Operation.PLAY)
    skipped = apply_command(playing, Operation.SKIP, now_ms=NOW + 10_000, by_s=10.0)
    assert skipped.pos_s == pytest.approx(20.0)


@pytest.mark.parametrize(("by_s", "lands_s"), [(-1e6, 0.0), (1e6, 100.0)])
def test_a_skip_stops_at_either_end(by_s: float, lands_s: float) -> None:
    """K7: there is nothing before the start or after the end."""
    assert apply_command(clock(pos_s=30.0), Operation.SKIP, by_s=by_s).pos_s == lands_s


def test_a_seek_goes_no_further_than_what_is_playable() -> None:
    """K7: what has not been produced yet cannot be shown; the whole room stays before it."""
    growing = clock(media=replace(FILM, playable_s=40.0))
    assert apply_command(growing, Operation.SEEK, pos_s=90.0).pos_s == 40.0


@pytest.mark.parametrize(
    ("op", "arguments"),
    [
        (Operation.SEEK, {"pos_s": -0.1}),
        (Operation.SEEK, {"pos_s": 102.0}),
        (Operation.SEEK, {}),
        (Operation.SKIP, {}),
        (Operation.RATE, {"rate": 0.1}),
        (Operation.RATE, {"rate": 5.0}),
        (Operation.RATE, {}),
    ],
)
def test_what_is_out_of_range_is_refused(op: Operation, arguments: dict[str, Any]) -> None:
    """K7: a position or rate that does not exist, or none at all."""
    assert refused(clock(), op, **arguments) is NackCode.OUT_OF_RANGE


def test_a_command_names_its_film() -> None:
    """K9: a command sent while another film was on does not affect this one."""
    assert refused(clock(), Operation.PLAY, mrev=7) is NackCode.OTHER_VIDEO
    assert refused(playback.opening_clock(None, None, NOW), Operation.PLAY, mrev=0) is NackCode.NO_VIDEO


def test_another_rate_continues_from_the_same_position() -> None:
    """K1: the position changes its slope at t0 and does not jump."""
    playing = apply_command(clock(), Operation.PLAY)
    faster = apply_command(playing, Operation.RATE, now_ms=NOW + 10_000, rate=2.0)
    assert faster.pos_s == pytest.approx(10.0)
    assert playback.position_at(faster, faster.t0_ms + 1000) == pytest.approx(12.0)


def test_a_film_ends_at_its_end_and_play_starts_over() -> None:
    """K8: `ended` is a state of its own, at the instant when the end was reached."""
    playing = apply_command(clock(pos_s=99.0), Operation.PLAY)
    assert playback.reach_limit(playing, now_ms=NOW + 1000) is playing
    ended = playback.reach_limit(playing, now_ms=NOW + 1400)
    assert (ended.mode, ended.pos_s, ended.t0_ms) == (Mode.ENDED, 100.0, NOW + LEAD + 1000)
    again = apply_command(ended, Operation.PLAY, now_ms=NOW + 5000)
    assert (again.mode, again.pos_s) == (Mode.PLAYING, 0.0)


def test_a_film_in_production_waits_for_more_and_plays_on() -> None:
    """K8: the room waits where the playable part ends, and resumes once enough is new."""
    growing = replace(FILM, playable_s=10.0)
    playing = apply_command(clock(media=growing, pos_s=9.0), Operation.PLAY)
    waiting = playback.reach_limit(playing, now_ms=NOW + 2000)
    assert (waiting.mode, waiting.hold, waiting.pos_s) == (Mode.WAITING, Hold(), 10.0)
    little = playback.change_film(waiting, replace(FILM, playable_s=12.0), by=None, now_ms=NOW + 3000, lead_ms=LEAD)
    assert little.mode is Mode.WAITING
    more = playback.change_film(little, replace(FILM, playable_s=40.0), by=None, now_ms=NOW + 4000, lead_ms=LEAD)
    assert (more.mode, more.pos_s, more.t0_ms) == (Mode.PLAYING, 10.0, NOW + 4000 + LEAD)


def test_a_rounding_error_of_the_duration_is_not_waited_for() -> None:
    """K8: a container's duration differs a little from the end of its last segment."""
    almost = replace(FILM, playable_s=99.95)
    playing = apply_command(clock(media=almost, pos_s=99.0), Operation.PLAY)
    assert playback.reach_limit(playing, now_ms=NOW + 5000).mode is Mode.ENDED
    assert not playback.is_complete(replace(FILM, playable_s=99.0))


def test_growth_moves_no_player() -> None:
    """K10: more of the film is a new rev with the same position and instant."""
    playing = apply_command(clock(media=replace(FILM, playable_s=40.0)), Operation.PLAY)
    grown = playback.change_film(playing, FILM, by=None, now_ms=NOW + 9000, lead_ms=LEAD)
    assert (grown.rev, grown.pos_s, grown.t0_ms, grown.mode) == (playing.rev + 1, 0.0, playing.t0_ms, Mode.PLAYING)
    assert grown.media.playable_s == 100.0
    shrunk = playback.change_film(grown, replace(FILM, playable_s=5.0), by=None, now_ms=NOW, lead_ms=LEAD)
    assert shrunk is grown


def test_another_film_begins_paused_and_an_old_one_is_ignored() -> None:
    """K10: the version counter decides, not the order of arrival."""
    playing = apply_command(clock(), Operation.PLAY)
    other = Media(video_id="other", mrev=3, duration_s=50.0, playable_s=50.0, start_pos_s=5.0)
    changed = playback.change_film(playing, other, by="ana", now_ms=NOW + 9000, lead_ms=LEAD)
    assert (changed.mode, changed.pos_s, changed.media.video_id) == (Mode.PAUSED, 5.0, "other")
    assert playback.change_film(changed, replace(FILM, mrev=2), by=None, now_ms=NOW, lead_ms=LEAD) is changed
    none = playback.change_film(changed, Media(video_id=None, mrev=4), by=None, now_ms=NOW, lead_ms=LEAD)
    assert none.mode is Mode.EMPTY


def test_a_lost_clock_opens_at_the_seed() -> None:
    """K12: paused at the last known position, and marked as such."""
    seeded = playback.opening_clock(FILM, Seed(epoch=5, rev=41, pos_s=33.0, rate=1.25), NOW)
    assert (seeded.mode, seeded.pos_s, seeded.rate, seeded.rev, seeded.born) == (Mode.PAUSED, 33.0, 1.25, 42, "seed")
    assert seeded.cause.cmd is CauseKind.SEED
    assert apply_command(seeded, Operation.PLAY).born is None


def test_an_empty_room_is_paused_where_the_last_member_left() -> None:
    """K13: it does not play on without an audience."""
    playing = apply_command(clock(), Operation.PLAY)
    left = playback.pause_empty_room(playing, left_ms=NOW + LEAD + 20_000, now_ms=NOW + 90_000)
    assert left.mode is Mode.PAUSED
    assert left.pos_s == pytest.approx(20.0)


def test_a_hold_keeps_the_position_and_a_release_continues_from_it() -> None:
    """W1, W2: no one misses a second of the film by waiting."""
    playing = apply_command(clock(), Operation.PLAY)
    held = playback.hold_for(playing, ("ana",), until_ms=NOW + 18_000, now_ms=NOW + 10_000, lead_ms=LEAD)
    assert held.mode is Mode.WAITING
    assert held.pos_s == pytest.approx(10.0)
    released = playback.release(held, now_ms=NOW + 12_000, lead_ms=LEAD)
    assert (released.mode, released.pos_s, released.t0_ms) == (Mode.PLAYING, held.pos_s, NOW + 12_000 + LEAD)
    assert playback.release(released, now_ms=NOW + 13_000, lead_ms=LEAD) is released
    at_once = playback.release(held, now_ms=NOW + 10_010, lead_ms=LEAD / 2)
    assert at_once.t0_ms == held.t0_ms


def test_during_a_hold_a_seek_keeps_waiting_and_play_does_not() -> None:
    """W3: play resumes at once; a seek only changes the position."""
    held = playback.hold_for(
        apply_command(clock(), Operation.PLAY), ("ana",), until_ms=NOW + 9000, now_ms=NOW + 1000, lead_ms=LEAD
    )
    sought = apply_command(held, Operation.SEEK, now_ms=NOW + 2000, pos_s=60.0)
    assert (sought.mode, sought.pos_s, sought.hold) == (Mode.WAITING, 60.0, held.hold)
    assert apply_command(sought, Operation.PLAY, now_ms=NOW + 3000).mode is Mode.PLAYING
    assert apply_command(sought, Operation.PAUSE, now_ms=NOW + 3000).mode is Mode.PAUSED


def test_another_rate_during_a_hold_keeps_the_hold() -> None:
    """W3: whether the room waits for members or for more of the film."""
    playing = apply_command(clock(media=replace(FILM, playable_s=10.0), pos_s=9.0), Operation.PLAY)
    held = playback.hold_for(playing, ("ana",), until_ms=NOW + 9000, now_ms=NOW + 500, lead_ms=LEAD)
    for waiting in (held, playback.reach_limit(playing, now_ms=NOW + 2000)):
        faster = apply_command(waiting, Operation.RATE, now_ms=NOW + 3000, rate=1.5)
        assert (faster.mode, faster.rate, faster.hold) == (Mode.WAITING, 1.5, waiting.hold)


STEP = st.tuples(
    st.sampled_from([*Operation, "hold", "release", "limit", "vacate", "grow", "film"]),
    st.floats(0, 5000),
    st.floats(-50, 150),
    st.floats(0, 600),
)


def _apply(before: Clock, step: tuple[object, float, float, float], now_ms: float) -> Clock:
    what, _, number, lead_ms = step
    match what:
        case "hold":
            return playback.hold_for(before, ("ana",), until_ms=now_ms + 8000, now_ms=now_ms, lead_ms=lead_ms)
        case "release":
            return playback.release(before, now_ms=now_ms, lead_ms=lead_ms)
        case "limit":
            return playback.reach_limit(before, now_ms=now_ms)
        case "vacate":
            return playback.pause_empty_room(before, left_ms=now_ms - abs(number), now_ms=now_ms)
        case "grow":
            media = replace(before.media, playable_s=abs(number))
            return playback.change_film(before, media, by=None, now_ms=now_ms, lead_ms=lead_ms)
        case "film":
            media = replace(FILM, mrev=before.media.mrev + 1, playable_s=abs(number))
            return playback.change_film(before, media, by=None, now_ms=now_ms, lead_ms=lead_ms)
        case Operation():
            command = Command("c", what, before.media.mrev, pos_s=number, by_s=number, rate=abs(number) / 50)
            after = playback.apply_command(before, command, by="ana", now_ms=now_ms, lead_ms=lead_ms)
            return before if isinstance(after, NackCode) else after
    raise AssertionError(what)


@given(st.lists(STEP, max_size=30))
def test_whatever_happens_rev_grows_and_t0_never_goes_back(steps: list[tuple[object, float, float, float]]) -> None:
    """K2, K3, K7: rev grows by at most one per change, t0 never goes back, the position stays playable."""
    now_ms, before = NOW, playback.opening_clock(replace(FILM, playable_s=60.0), None, NOW)
    for step in steps:
        now_ms += step[1]
        after = _apply(before, step, now_ms)
        assert after.rev - before.rev in (0, 1)
        assert after.t0_ms >= before.t0_ms
        assert (after == replace(before, born=None)) == (after.rev == before.rev)
        limit_s = playback.limit_s(after.media) or 0.0
        assert 0 <= playback.position_at(after, now_ms) <= limit_s
        before = after


@given(
    st.sampled_from([Operation.PLAY, Operation.PAUSE]),
    st.sampled_from([Mode.PLAYING, Mode.PAUSED]),
    st.floats(0, 90),
    st.floats(0, LEAD),
)
def test_play_and_pause_commute_with_a_seek(op: Operation, mode: Mode, pos_s: float, apart_ms: float) -> None:
    """K6: in either order, mode and position are the same, except for the time between the two commands."""
    before = clock(mode=mode, t0_ms=NOW - 5000.0)
    seek_last = apply_command(apply_command(before, op), Operation.SEEK, now_ms=NOW + apart_ms, pos_s=pos_s)
    seek_first = apply_command(apply_command(before, Operation.SEEK, pos_s=pos_s), op, now_ms=NOW + apart_ms)
    assert seek_last.mode is seek_first.mode
    at_ms = max(seek_first.t0_ms, seek_last.t0_ms)
    difference_s = playback.position_at(seek_first, at_ms) - playback.position_at(seek_last, at_ms)
    assert abs(difference_s) <= apart_ms / 1000 + 1e-6
