"""A complete original is claimed once, and only if it matches the announcement."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.api_harness import ApiHarness
from fakes.transcode_events import GENERATION, waiting_video
from watchparty_api.objects.port import StoredObject
from watchparty_api.records import Video
from watchparty_api.videos.quota import ORIGINAL_RETENTION
from watchparty_api.videos.uploads.cleanup import (
    ABANDONED_AFTER,
    delete_used_originals,
    end_abandoned,
)
from watchparty_api.videos.uploads.finalize import on_finalized

ORIGINAL = StoredObject("v1/original", GENERATION, 1000, "video/mp4")


def announced(api: ApiHarness, **fields: Any) -> Video:
    facts = {"status": "uploading", "generation": None, "attempt": 0, "heard_at": None, "updated_at": api.clock()}
    return api.services.store.create(waiting_video(**(facts | fields)))


def read(api: ApiHarness) -> Video:
    video = api.services.store.get(Video, "v1")
    assert video is not None
    return video


def test_a_complete_original_is_queued(api: ApiHarness) -> None:
    """Without a message from the uploading page (MEDIA: completion depended on the tab)."""
    announced(api)
    on_finalized(api.services, ORIGINAL)
    video = read(api)
    assert (video.status, video.generation, video.attempt) == ("queued", GENERATION, 1)
    assert api.jobs.launched == [("v1", GENERATION, 1)]


def test_a_repeated_event_claims_once(api: ApiHarness) -> None:
    """Bucket events arrive at least once; a later generation is ignored."""
    announced(api)
    on_finalized(api.services, ORIGINAL)
    on_finalized(api.services, ORIGINAL)
    on_finalized(api.services, StoredObject("v1/original", "1800000000000000000", 1000, "video/mp4"))
    assert read(api).generation == GENERATION
    assert len(api.jobs.launched) == 1


@pytest.mark.parametrize(
    ("size_bytes", "content_type", "code"),
    [(999, "video/mp4", "incomplete"), (1001, "video/mp4", "incomplete"), (1000, "text/html", "unsupported")],
)
def test_s2_an_original_must_match_its_announcement(
    api: ApiHarness, size_bytes: int, content_type: str, code: str
) -> None:
    """Fault S2: a video cannot be pointed at another object; size and type were signed, and a difference is a
    failure.
    """
    announced(api)
    other = StoredObject("v1/original", GENERATION, size_bytes, content_type)
    api.objects.originals["v1"] = other
    on_finalized(api.services, other)
    video = read(api)
    assert video.failure is not None
    assert (video.status, video.failure["code"], video.size_bytes) == ("failed", code, 1000)
    assert api.objects.originals == {}
    assert api.jobs.launched == []


def test_an_original_without_a_video_is_removed(api: ApiHarness) -> None:
    """The video was deleted while the last bytes arrived."""
    api.objects.originals["v1"] = ORIGINAL
    on_finalized(api.services, ORIGINAL)
    assert api.objects.originals == {}


def test_maintenance_finds_an_original_whose_event_was_lost(api: ApiHarness) -> None:
    """The upload is complete, and maintenance queues it."""
    announced(api)
    api.objects.originals["v1"] = ORIGINAL
    end_abandoned(api.services)
    assert read(api).status == "queued"


def test_an_abandoned_upload_fails_with_a_message(api: ApiHarness) -> None:
    """After a week, and not before."""
    announced(api)
    api.clock.advance(seconds=ABANDONED_AFTER.total_seconds() - 1)
    end_abandoned(api.services)
    assert read(api).status == "uploading"
    api.clock.advance(seconds=1)
    end_abandoned(api.services)
    assert read(api).failure == {
        "code": "incomplete",
        "message": "The upload wasn’t finished. Start it again.",
    }
    assert api.objects.cleaned_at == api.clock()


def test_an_original_is_deleted_a_week_after_its_film_is_ready(api: ApiHarness) -> None:
    """It takes as much space as the film; that of a failed film is kept, because it can be prepared again."""
    announced(api, status="ready", generation=GENERATION)
    api.objects.originals["v1"] = ORIGINAL
    api.clock.advance(seconds=ORIGINAL_RETENTION.total_seconds() - 1)
    delete_used_originals(api.services)
    assert "v1" in api.objects.originals
    api.clock.advance(seconds=1)
    delete_used_originals(api.services)
    assert api.objects.originals == {}

    failed = api.services.store.replace(replace(read(api), status="failed"))
    api.objects.originals[failed.id] = ORIGINAL
    delete_used_originals(api.services)
    assert "v1" in api.objects.originals
