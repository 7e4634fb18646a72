"""A complete original is claimed once, and only if it matches the announcement."""

from dataclasses import replace
from typing import Any

import pytest

from fakes.house import House
from fakes.transcode_events import GENERATION, waiting_video
from watchparty_api.objects.port import StoredObject
from watchparty_api.records import Video
from watchparty_api.videos.uploads.cleanup import (
    ABANDONED_AFTER,
    ORIGINAL_RETENTION,
    delete_used_originals,
    end_abandoned,
)
from watchparty_api.videos.uploads.finalize import on_finalized

ORIGINAL = StoredObject("v1/original", GENERATION, 1000, "video/mp4")


def announced(house: House, **fields: Any) -> Video:
    facts = {"status": "uploading", "generation": None, "attempt": 0, "heard_at": None, "updated_at": house.clock()}
    return house.services.store.create(waiting_video(**(facts | fields)))


def read(house: House) -> Video:
    video = house.services.store.get(Video, "v1")
    assert video is not None
    return video


def test_a_complete_original_is_queued(house: House) -> None:
    """Without a message from the uploading page (MEDIA: completion depended on the tab)."""
    announced(house)
    on_finalized(house.services, ORIGINAL)
    video = read(house)
    assert (video.status, video.generation, video.attempt) == ("queued", GENERATION, 1)
    assert house.jobs.launched == [("v1", GENERATION, 1)]


def test_a_repeated_event_claims_once(house: House) -> None:
    """Bucket events arrive at least once; a later generation is ignored."""
    announced(house)
    on_finalized(house.services, ORIGINAL)
    on_finalized(house.services, ORIGINAL)
    on_finalized(house.services, StoredObject("v1/original", "1800000000000000000", 1000, "video/mp4"))
    assert read(house).generation == GENERATION
    assert len(house.jobs.launched) == 1


@pytest.mark.parametrize(
    ("size_bytes", "content_type", "code"),
    [(999, "video/mp4", "incomplete"), (1001, "video/mp4", "incomplete"), (1000, "text/html", "unsupported")],
)
def test_s2_an_original_must_match_its_announcement(
    house: House, size_bytes: int, content_type: str, code: str
) -> None:
    """Fault S2: a video cannot be pointed at another object; size and type were signed, and a difference is a
    failure.
    """
    announced(house)
    other = StoredObject("v1/original", GENERATION, size_bytes, content_type)
    house.objects.originals["v1"] = other
    on_finalized(house.services, other)
    video = read(house)
    assert video.failure is not None
    assert (video.status, video.failure["code"], video.size_bytes) == ("failed", code, 1000)
    assert house.objects.originals == {}
    assert house.jobs.launched == []


def test_an_original_without_a_video_is_removed(house: House) -> None:
    """The video was deleted while the last bytes arrived."""
    house.objects.originals["v1"] = ORIGINAL
    on_finalized(house.services, ORIGINAL)
    assert house.objects.originals == {}


def test_maintenance_finds_an_original_whose_event_was_lost(house: House) -> None:
    """The upload is complete, and maintenance queues it."""
    announced(house)
    house.objects.originals["v1"] = ORIGINAL
    end_abandoned(house.services)
    assert read(house).status == "queued"


def test_an_abandoned_upload_fails_with_a_message(house: House) -> None:
    """After a week, and not before."""
    announced(house)
    house.clock.advance(seconds=ABANDONED_AFTER.total_seconds() - 1)
    end_abandoned(house.services)
    assert read(house).status == "uploading"
    house.clock.advance(seconds=1)
    end_abandoned(house.services)
    assert read(house).failure == {
        "code": "incomplete",
        "message": "The upload wasn’t finished. Start it again.",
    }
    assert house.objects.cleaned_at == house.clock()


def test_an_original_is_deleted_a_week_after_its_film_is_ready(house: House) -> None:
    """It takes as much space as the film; that of a failed film is kept, because it can be prepared again."""
    announced(house, status="ready", generation=GENERATION)
    house.objects.originals["v1"] = ORIGINAL
    house.clock.advance(seconds=ORIGINAL_RETENTION.total_seconds() - 1)
    delete_used_originals(house.services)
    assert "v1" in house.objects.originals
    house.clock.advance(seconds=1)
    delete_used_originals(house.services)
    assert house.objects.originals == {}

    failed = house.services.store.replace(replace(read(house), status="failed"))
    house.objects.originals[failed.id] = ORIGINAL
    delete_used_originals(house.services)
    assert "v1" in house.objects.originals
