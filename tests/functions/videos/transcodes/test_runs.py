"""Events are applied, runs restarted and rooms notified."""

import json
import logging
from dataclasses import replace
from typing import Any, get_args

import pytest

from fakes.api_harness import ApiHarness
from fakes.party import film, party
from fakes.transcode_events import GENERATION, said, waiting_video
from watchparty_api.errors import Unavailable
from watchparty_api.records import Video
from watchparty_api.store.queries import DEAD_LETTERS
from watchparty_api.videos.transcodes.models import FailureCode
from watchparty_api.videos.transcodes.runs import (
    apply_event,
    requeue_stuck,
    resume_interrupted,
    retry,
    run_ended,
)
from watchparty_api.videos.transcodes.transitions import SILENCE


def stored(api: ApiHarness, **fields: Any) -> Video:
    return api.services.store.create(waiting_video(heard_at=api.clock(), **fields))


def read(api: ApiHarness) -> Video:
    video = api.services.store.get(Video, "v1")
    assert video is not None
    return video


def test_events_are_stored(api: ApiHarness) -> None:
    """The store follows from started to finished; MEDIA: the size of the upload is not overwritten."""
    stored(api)
    for event in (said("started"), said("progress", seq=2), said("playable", seq=3), said("finished", seq=4)):
        apply_event(api.services, event)
    video = read(api)
    assert (video.status, video.playable_s, video.renditions[0]["height"]) == ("ready", 60.0, 360)
    assert video.size_bytes == 1000


def test_a_film_waits_for_space_on_the_disk(api: ApiHarness) -> None:
    """A full disk is no lost run: maintenance tries again each minute, and the owner reads why nothing happens."""
    stored(api)
    full = said("failed", code="internal", message="The disk is full.", waits_for="disk_space")
    for attempt in range(1, 6):
        apply_event(api.services, said("started", seq=1, attempt=attempt))
        apply_event(api.services, full | {"seq": 2, "attempt": attempt})
        run_ended(api.services, video_id="v1", attempt=attempt)
        video = read(api)
        assert (video.status, video.attempt, video.lost_runs) == ("queued", attempt, 0)
        assert video.failure == {"code": "internal", "message": "The disk is full."}
        requeue_stuck(api.services)
        assert read(api).attempt == attempt + 1
    apply_event(api.services, said("started", seq=1, attempt=6))
    assert (read(api).status, read(api).failure) == ("processing", None)
    apply_event(api.services, said("finished", seq=2, attempt=6, media_bytes=4321))
    assert (read(api).status, read(api).media_bytes) == ("ready", 4321)


@pytest.mark.parametrize(
    "event",
    [{}, said("exploded"), said("started", v=2), said("progress", total=0), said("failed", code="bored"), {"kind": 1}],
)
def test_an_invalid_event_is_logged_and_set_aside(
    api: ApiHarness, event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """It changes no film and raises nothing; an administrator finds it among the dead letters."""
    before = stored(api)
    with caplog.at_level(logging.WARNING):
        apply_event(api.services, event)
    assert read(api) == before
    assert "invalid transcode event" in caplog.text
    (letter,) = api.services.store.query_all(DEAD_LETTERS)
    assert (letter.source, json.loads(letter.payload)) == ("transcode_event", event)


def test_text_of_the_file_does_not_keep_a_film_from_being_ready(api: ApiHarness) -> None:
    """Titles of chapters and tracks come from the uploaded file: what cannot be stored is removed or shortened."""
    stored(api)
    chapters = [{"start_s": 0.0, "end_s": 1.0, "title": "a\0b\ud800c" * 1000}] * 3000
    apply_event(api.services, said("finished", chapters=chapters, warnings=["\0"]))
    video = read(api)
    assert (video.status, len(video.chapters), video.chapters[0]["title"][:3]) == ("ready", 1000, "abc")


def test_events_of_a_deleted_video_are_dropped(api: ApiHarness) -> None:
    """Events arrive at least once, even after the video was deleted."""
    apply_event(api.services, said("finished"))
    assert api.services.store.get(Video, "v1") is None


def test_rooms_are_notified_when_more_is_playable(api: ApiHarness) -> None:
    """`playable` notifies every room that shows the film, mere progress none."""
    room = party(api)
    video = film(api, room.owner, status="processing", playable=False, playable_s=0.0, duration_s=None, attempt=1)
    room.host.ask("PATCH", room.path(), {"video_id": video.id})
    shown = film(api, room.owner, status="processing", playable_s=4.0, attempt=1, generation=GENERATION)
    assert room.host.ask("PATCH", room.path(), {"video_id": shown.id}).status_code == 200
    api.relay.delivered.clear()
    apply_event(api.services, said("progress", video_id=shown.id))
    assert api.relay.delivered == []
    apply_event(api.services, said("playable", video_id=shown.id, playable_s=12.0))
    [(told, notice)] = api.relay.delivered
    assert told == room.id
    assert (notice["media"]["video_id"], notice["media"]["playable_s"]) == (shown.id, 12.0)


def test_a_run_that_ends_without_a_result_is_restarted(api: ApiHarness) -> None:
    """After a crash a new run starts at once, and after the third the film fails with a message."""
    stored(api, status="processing")
    for attempt in (1, 2, 3):
        run_ended(api.services, video_id="v1", attempt=attempt)
    video = read(api)
    assert api.jobs.launched == [("v1", GENERATION, 2), ("v1", GENERATION, 3)]
    assert video.status == "failed"
    assert video.failure is not None
    assert video.failure["message"].endswith(".")


def test_a_run_that_reported_its_result_is_not_restarted(api: ApiHarness) -> None:
    """Its end is expected."""
    stored(api)
    apply_event(api.services, said("finished"))
    run_ended(api.services, video_id="v1", attempt=1)
    assert (read(api).status, api.jobs.launched) == ("ready", [])


def test_the_end_of_a_replaced_run_is_ignored(api: ApiHarness) -> None:
    """A run that was replaced after its silence may end long after the next one has started."""
    stored(api, status="processing", attempt=2)
    run_ended(api.services, video_id="v1", attempt=1)
    video = read(api)
    assert (video.status, video.attempt, video.lost_runs, api.jobs.launched) == ("processing", 2, 0, [])


def test_a_silent_run_is_restarted(api: ApiHarness) -> None:
    """After five minutes without an event; a run that reports is left alone."""
    stored(api, status="processing")
    api.clock.advance(seconds=SILENCE.total_seconds() - 1)
    requeue_stuck(api.services)
    assert api.jobs.launched == []
    api.clock.advance(seconds=1)
    requeue_stuck(api.services)
    assert api.jobs.launched == [("v1", GENERATION, 2)]
    requeue_stuck(api.services)
    assert len(api.jobs.launched) == 1


def test_a_run_that_reports_at_the_last_moment_continues(api: ApiHarness) -> None:
    """If an event arrives while maintenance restarts another run, that run is not started twice."""
    films = [stored(api, id=video_id, status="processing") for video_id in ("v1", "v2")]
    api.clock.advance(seconds=SILENCE.total_seconds())

    def both_speak() -> None:
        for video in films:
            apply_event(api.services, said("progress", video_id=video.id))

    api.jobs.meanwhile = both_speak
    requeue_stuck(api.services)
    assert len(api.jobs.launched) == 1


def test_a_run_that_never_started_is_launched_again(api: ApiHarness) -> None:
    """It may wait for capacity all night: it keeps its attempt, however often it is launched."""
    stored(api)
    for _ in range(5):
        api.clock.advance(seconds=SILENCE.total_seconds())
        requeue_stuck(api.services)
    assert api.jobs.launched == [("v1", GENERATION, 1)] * 5
    assert read(api).lost_runs == 0


def test_a_restart_resumes_interrupted_runs(api: ApiHarness) -> None:
    """MEDIA: stuck after a restart. A queued film continues as before, a running one lost a run; progress forgives."""
    stored(api, status="processing", progress=0.5)
    resume_interrupted(api.services)
    video = read(api)
    assert api.jobs.launched == [("v1", GENERATION, 2)]
    assert (video.status, video.progress, video.lost_runs) == ("queued", 0.5, 1)
    resume_interrupted(api.services)
    assert read(api).lost_runs == 1
    apply_event(api.services, said("progress", attempt=3, done=60, total=100))
    assert read(api).lost_runs == 0


def test_a_film_that_stops_the_server_again_and_again_fails(api: ApiHarness) -> None:
    """After three runs without progress, each of which ended with the server."""
    stored(api, status="processing")
    for attempt in (2, 3):
        resume_interrupted(api.services)
        apply_event(api.services, said("started", attempt=attempt))
    resume_interrupted(api.services)
    assert read(api).status == "failed"


def test_a_film_whose_announcement_raises_stops_no_other(api: ApiHarness) -> None:
    """Neither its own preparation: what the transcoder reported is stored."""
    stored(api)

    def explode(*_: object) -> None:
        raise RuntimeError("a room with a problem")

    apply_event(replace(api.services, on_video_changed=explode), said("playable"))
    assert read(api).playable


def test_a_failed_film_can_be_prepared_again(api: ApiHarness) -> None:
    """Retry clears the failure; a film that has not failed or never arrived has nothing to retry."""
    stored(api, status="failed", failure={"code": "internal", "message": "-"}, lost_runs=3)
    video = retry(api.services, "v1")
    assert video is not None
    assert (video.status, video.failure, video.attempt, video.lost_runs) == ("queued", None, 2, 0)
    assert retry(api.services, "v1") is None
    api.services.store.delete(Video, "v1")
    stored(api, status="failed", generation=None)
    assert retry(api.services, "v1") is None


def test_a_failed_launch_is_repeated_by_maintenance(api: ApiHarness) -> None:
    """If no job can be started now, the film stays queued and is launched later."""
    stored(api, status="failed", failure={"code": "internal", "message": "-"})
    api.jobs.refuses = Unavailable("no_job", "No job can be started.")
    retry(api.services, "v1")
    assert read(api).status == "queued"
    api.jobs.refuses = None
    api.clock.advance(seconds=SILENCE.total_seconds())
    requeue_stuck(api.services)
    assert api.jobs.launched == [("v1", GENERATION, 2)]


def test_failure_codes_are_closed() -> None:
    """They are those of the contract."""
    closed = "unsupported, no_media, corrupt, incomplete, too_long, too_large, timeout, internal"
    assert ", ".join(get_args(FailureCode)) == closed
