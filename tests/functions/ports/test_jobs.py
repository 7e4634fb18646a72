"""Cloud Run jobs with Google's client and a local Cloud Run API."""

from collections.abc import Iterator

import pytest
from google.auth.credentials import AnonymousCredentials

from fakes.google.cloud_run_api import JOB, CloudRunApi, cloud_run_api
from watchparty_api.errors import Unavailable
from watchparty_api.ports.jobs import CloudRunJobs, Endpoint


@pytest.fixture
def api() -> Iterator[CloudRunApi]:
    with cloud_run_api() as running:
        yield running


@pytest.fixture
def jobs(api: CloudRunApi) -> CloudRunJobs:
    return CloudRunJobs(JOB, Endpoint(host=api.host, scheme="http", credentials=AnonymousCredentials()))


def test_a_run_gets_video_generation_and_attempt(api: CloudRunApi, jobs: CloudRunJobs) -> None:
    """A run gets video, generation and attempt as environment variables, and its name is returned."""
    assert jobs.launch(video_id="v1", generation="17", attempt=1) == f"{JOB}/executions/run-1"
    assert api.started == [{"VIDEO_ID": "v1", "GENERATION": "17", "ATTEMPT": "1"}]


def test_a_refused_start_is_unavailable(api: CloudRunApi, jobs: CloudRunJobs) -> None:
    """A refusal of the API raises Unavailable, so that the run is retried."""
    api.broken = True
    with pytest.raises(Unavailable):
        jobs.launch(video_id="v1", generation="17", attempt=1)


def test_an_unreachable_api_is_unavailable_too() -> None:
    """An unreachable API raises Unavailable, too."""
    jobs = CloudRunJobs(JOB, Endpoint(host="127.0.0.1:9", scheme="http", credentials=AnonymousCredentials()))
    with pytest.raises(Unavailable):
        jobs.launch(video_id="v1", generation="17", attempt=1)


def test_a_higher_attempt_takes_the_place_of_a_lower_one(api: CloudRunApi, jobs: CloudRunJobs) -> None:
    """A higher attempt cancels the video's earlier run, but not those of other videos."""
    jobs.launch(video_id="v1", generation="17", attempt=1)
    jobs.launch(video_id="v2", generation="18", attempt=1)
    jobs.launch(video_id="v1", generation="17", attempt=2)
    assert api.cancelled == [f"{JOB}/executions/run-1"]
    assert [run["ATTEMPT"] for run in api.started] == ["1", "1", "2"]


def test_cancelling_stops_what_still_runs(api: CloudRunApi, jobs: CloudRunJobs) -> None:
    """Only unfinished executions are cancelled; having none is no error."""
    jobs.launch(video_id="v1", generation="17", attempt=1)
    jobs.launch(video_id="v1", generation="17", attempt=1)
    api.completed.add(f"{JOB}/executions/run-1")
    jobs.cancel(video_id="v1")
    jobs.cancel(video_id="v9")
    assert api.cancelled == [f"{JOB}/executions/run-2"]


def test_a_run_that_cannot_be_stopped_does_not_prevent_deletion(api: CloudRunApi, jobs: CloudRunJobs) -> None:
    """A run that cannot be stopped does not prevent deletion; its events are ignored afterwards."""
    api.broken = True
    jobs.cancel(video_id="v1")
