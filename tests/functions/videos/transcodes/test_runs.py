"""Events applied, runs begun again, rooms told."""

import logging
from typing import Any, get_args

import pytest

from fakes.house import House
from fakes.party import film, party
from fakes.transcode_events import GENERATION, said, waiting_video
from watchparty_api.errors import Unavailable
from watchparty_api.records import Video
from watchparty_api.videos.transcodes.models import FailureCode
from watchparty_api.videos.transcodes.runs import (
    apply_event,
    requeue_stuck,
    resume_interrupted,
    retry,
    run_ended,
)
from watchparty_api.videos.transcodes.transitions import SILENCE


def stored(house: House, **fields: Any) -> Video:
    return house.services.store.create(waiting_video(heard_at=house.clock(), **fields))


def read(house: House) -> Video:
    video = house.services.store.get(Video, "v1")
    assert video is not None
    return video


def test_events_are_kept(house: House) -> None:
    """From started to finished, the store follows; MEDIA: the size that was uploaded is not overwritten."""
    stored(house)
    for event in (said("started"), said("progress", seq=2), said("playable", seq=3), said("finished", seq=4)):
        apply_event(house.services, event)
    video = read(house)
    assert (video.status, video.playable_s, video.renditions[0]["height"]) == ("ready", 60.0, 360)
    assert video.size_bytes == 1000


@pytest.mark.parametrize(
    "event",
    [{}, said("exploded"), said("started", v=2), said("progress", total=0), said("failed", code="bored"), {"kind": 1}],
)
def test_what_is_no_event_is_logged_and_dropped(
    house: House, event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """A stranger's line changes nothing and breaks nothing."""
    before = stored(house)
    with caplog.at_level(logging.WARNING):
        apply_event(house.services, event)
    assert read(house) == before
    assert "invalid transcode event" in caplog.text


def test_events_of_a_deleted_video_are_dropped(house: House) -> None:
    """They come at least once, also after the video has gone."""
    apply_event(house.services, said("finished"))
    assert house.services.store.get(Video, "v1") is None


def test_rooms_hear_when_more_can_be_watched(house: House) -> None:
    """`playable` tells every room that shows the film, mere progress tells none."""
    room = party(house)
    video = film(house, room.owner, status="processing", playable=False, playable_s=0.0, duration_s=None, attempt=1)
    room.host.ask("PATCH", room.path(), {"video_id": video.id})
    shown = film(house, room.owner, status="processing", playable_s=4.0, attempt=1, generation=GENERATION)
    assert room.host.ask("PATCH", room.path(), {"video_id": shown.id}).status_code == 200
    house.relay.delivered.clear()
    apply_event(house.services, said("progress", video_id=shown.id))
    assert house.relay.delivered == []
    apply_event(house.services, said("playable", video_id=shown.id, playable_s=12.0))
    [(told, notice)] = house.relay.delivered
    assert told == room.id
    assert (notice["media"]["video_id"], notice["media"]["playable_s"]) == (shown.id, 12.0)


def test_a_run_that_ends_without_a_word_is_begun_again(house: House) -> None:
    """Killed or crashed: a new run at once, and after the third a sentence, never "processing" for ever."""
    stored(house, status="processing")
    for attempt in (1, 2, 3):
        run_ended(house.services, video_id="v1", attempt=attempt)
    video = read(house)
    assert house.jobs.launched == [("v1", GENERATION, 2), ("v1", GENERATION, 3)]
    assert video.status == "failed"
    assert video.failure is not None
    assert video.failure["message"].endswith(".")


def test_a_run_that_had_the_last_word_is_left_in_peace(house: House) -> None:
    """Its end is no accident."""
    stored(house)
    apply_event(house.services, said("finished"))
    run_ended(house.services, video_id="v1", attempt=1)
    assert (read(house).status, house.jobs.launched) == ("ready", [])


def test_the_end_of_a_run_that_was_replaced_is_nobodys_loss(house: House) -> None:
    """A run that was given up for silent may end long after the next one has begun."""
    stored(house, status="processing", attempt=2)
    run_ended(house.services, video_id="v1", attempt=1)
    video = read(house)
    assert (video.status, video.attempt, video.lost_runs, house.jobs.launched) == ("processing", 2, 0, [])


def test_a_silent_run_is_begun_again(house: House) -> None:
    """Five minutes without a word; a run that speaks is left alone."""
    stored(house, status="processing")
    house.clock.advance(seconds=SILENCE.total_seconds() - 1)
    requeue_stuck(house.services)
    assert house.jobs.launched == []
    house.clock.advance(seconds=1)
    requeue_stuck(house.services)
    assert house.jobs.launched == [("v1", GENERATION, 2)]
    requeue_stuck(house.services)
    assert len(house.jobs.launched) == 1


def test_a_run_that_speaks_at_the_last_moment_goes_on(house: House) -> None:
    """While the sweeper begins one run again, the next one on its list may be heard of: it is not doubled."""
    films = [stored(house, id=video_id, status="processing") for video_id in ("v1", "v2")]
    house.clock.advance(seconds=SILENCE.total_seconds())

    def both_speak() -> None:
        for video in films:
            apply_event(house.services, said("progress", video_id=video.id))

    house.jobs.meanwhile = both_speak
    requeue_stuck(house.services)
    assert len(house.jobs.launched) == 1


def test_a_run_that_never_began_is_launched_again_without_blame(house: House) -> None:
    """It may be waiting for its turn all night: the same attempt, however often."""
    stored(house)
    for _ in range(5):
        house.clock.advance(seconds=SILENCE.total_seconds())
        requeue_stuck(house.services)
    assert house.jobs.launched == [("v1", GENERATION, 1)] * 5
    assert read(house).lost_runs == 0


def test_a_restart_takes_up_what_was_under_way(house: House) -> None:
    """MEDIA: stuck after a restart. What waited or ran goes on when the server is back, not blamed for its end."""
    stored(house, status="processing", progress=0.5)
    resume_interrupted(house.services)
    video = read(house)
    assert house.jobs.launched == [("v1", GENERATION, 2)]
    assert (video.status, video.progress, video.lost_runs) == ("queued", 0.5, 0)


def test_a_failed_film_can_be_prepared_again(house: House) -> None:
    """Retry forgets the failure; what is not failed, or never arrived, has nothing to retry."""
    stored(house, status="failed", failure={"code": "internal", "message": "-"}, lost_runs=3)
    video = retry(house.services, "v1")
    assert video is not None
    assert (video.status, video.failure, video.attempt, video.lost_runs) == ("queued", None, 2, 0)
    assert retry(house.services, "v1") is None
    house.services.store.delete(Video, "v1")
    stored(house, status="failed", generation=None)
    assert retry(house.services, "v1") is None


def test_a_launch_that_fails_is_made_good_by_the_sweeper(house: House) -> None:
    """Nobody can start a job right now: the film waits and says so, and is launched later."""
    stored(house, status="failed", failure={"code": "internal", "message": "-"})
    house.jobs.refuses = Unavailable("no_job", "No job can be started.")
    retry(house.services, "v1")
    assert read(house).status == "queued"
    house.jobs.refuses = None
    house.clock.advance(seconds=SILENCE.total_seconds())
    requeue_stuck(house.services)
    assert house.jobs.launched == [("v1", GENERATION, 2)]


def test_failure_codes_are_closed() -> None:
    """The list of the contract."""
    closed = "unsupported, no_media, corrupt, incomplete, too_long, too_large, timeout, internal"
    assert ", ".join(get_args(FailureCode)) == closed
