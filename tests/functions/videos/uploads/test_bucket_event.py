"""From the bucket's event to the running job, with Google's clients on both sides."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.credentials import AnonymousCredentials

from fakes.api_harness import ApiHarness
from fakes.google.cloud_run_api import JOB, CloudRunApi, cloud_run_api
from fakes.google.gcs_client import bucket_store, send_whole
from fakes.google.strict_gcs import StrictGcs, strict_gcs
from fakes.transcode_events import waiting_video
from watchparty_api.errors import BadEvent, Unavailable
from watchparty_api.ports.jobs import CloudRunJobs, Endpoint
from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.videos.transcodes.runs import requeue_stuck
from watchparty_api.videos.uploads.finalize import on_upload_event

FILM = b"f" * 1000


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def gcs(key: rsa.RSAPrivateKey) -> Iterator[StrictGcs]:
    with strict_gcs(key.public_key()) as running:
        yield running


@pytest.fixture
def jobs() -> Iterator[CloudRunApi]:
    with cloud_run_api() as running:
        yield running


@pytest.fixture
def cloud(api: ApiHarness, gcs: StrictGcs, jobs: CloudRunApi, key: rsa.RSAPrivateKey) -> Services:
    """A function's services; a video waits for the original that has just been uploaded."""
    endpoint = Endpoint(host=jobs.host, scheme="http", credentials=AnonymousCredentials())
    objects = bucket_store(gcs, key, now=api.clock)
    config = replace(api.services.config, uploads_bucket="demo-uploads")
    services = replace(api.services, config=config, objects=objects, jobs=CloudRunJobs(JOB, endpoint))
    announced = waiting_video(status="uploading", generation=None, attempt=0, heard_at=None, updated_at=api.clock())
    services.store.create(announced)
    assert send_whole(objects, FILM).status_code == 200
    return services


def read(services: Services) -> Video:
    video = services.store.get(Video, "v1")
    assert video is not None
    return video


def test_a_finalised_original_starts_one_job(cloud: Services, gcs: StrictGcs, jobs: CloudRunApi) -> None:
    """However often the event arrives."""
    (event,) = gcs.events
    for _ in range(3):
        on_upload_event(cloud, event)
    assert jobs.started == [{"VIDEO_ID": "v1", "GENERATION": event["generation"], "ATTEMPT": "1"}]
    assert (read(cloud).status, read(cloud).generation) == ("queued", event["generation"])


def test_a_claim_whose_launch_failed_is_recovered_by_the_next_delivery(
    cloud: Services, gcs: StrictGcs, jobs: CloudRunApi
) -> None:
    """The function fails, the event arrives again, and the same claim is launched once."""
    (event,) = gcs.events
    jobs.broken = True
    with pytest.raises(Unavailable):
        on_upload_event(cloud, event)
    jobs.broken = False
    on_upload_event(cloud, event)
    on_upload_event(cloud, event)
    assert [run["ATTEMPT"] for run in jobs.started] == ["1"]


def test_or_by_maintenance(cloud: Services, gcs: StrictGcs, jobs: CloudRunApi) -> None:
    """Without waiting for a silence, because it is known that nothing runs."""
    jobs.broken = True
    with pytest.raises(Unavailable):
        on_upload_event(cloud, gcs.events[0])
    jobs.broken = False
    requeue_stuck(cloud)
    on_upload_event(cloud, gcs.events[0])
    assert [run["ATTEMPT"] for run in jobs.started] == ["1"]


def test_the_first_generation_counts(cloud: Services, gcs: StrictGcs, jobs: CloudRunApi) -> None:
    """A later one under the same name starts nothing."""
    (event,) = gcs.events
    on_upload_event(cloud, event)
    on_upload_event(cloud, {**event, "generation": str(int(event["generation"]) + 1)})
    assert len(jobs.started) == 1
    assert read(cloud).generation == event["generation"]


@pytest.mark.parametrize(
    "other", [{"bucket": "demo-media"}, {"name": "v1/7/master.m3u8"}], ids=["another bucket", "no original"]
)
def test_other_objects_are_ignored(cloud: Services, gcs: StrictGcs, jobs: CloudRunApi, other: dict[str, Any]) -> None:
    """The transcoder's output must not start the transcoder."""
    on_upload_event(cloud, {**gcs.events[0], **other})
    assert jobs.started == []


_ORIGINAL = {"bucket": "demo-uploads", "name": "v1/original"}


@pytest.mark.parametrize(
    "broken",
    [None, {}, {**_ORIGINAL, "generation": "x"}, {**_ORIGINAL, "generation": "1", "size": float("inf")}],
    ids=["none", "empty", "no number", "endless"],
)
def test_an_invalid_event_fails(cloud: Services, broken: Any) -> None:
    """So that it ends up in a dead-letter topic."""
    with pytest.raises(BadEvent):
        on_upload_event(cloud, broken)
