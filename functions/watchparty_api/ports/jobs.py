"""Transcoding jobs: the port that starts and stops the transcode of a video, and its adapter for Cloud Run.

Nothing waits for an execution: it reports by events, and one that goes silent is started again by the maintenance
round. The client library is imported late, because only calls that start or stop a job need it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from watchparty_api.errors import Unavailable

if TYPE_CHECKING:
    from google.cloud import run_v2

log = logging.getLogger(__name__)


class JobLauncher(Protocol):
    """Launching an attempt twice is harmless. A higher attempt replaces a lower one of the same video."""

    def launch(self, *, video_id: str, generation: str, attempt: int) -> str:
        """Starts (or queues) the job and returns its name. Raises Unavailable when nothing was started.

        The job's events carry `attempt`, which distinguishes them from those of an earlier run.
        """

    def cancel(self, *, video_id: str) -> None:
        """Stops the video's runs, if there are any."""


_CALL_TIMEOUT_S = 20.0


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """The address of the Cloud Run API and the caller's credentials; None: the function's identity."""

    host: str = "run.googleapis.com"
    scheme: str = "https"
    credentials: Any = None

    def arguments(self) -> dict[str, Any]:
        """The arguments of the clients' transports."""
        return {"host": self.host, "url_scheme": self.scheme, "credentials": self.credentials}


@dataclass(frozen=True)
class CloudRunJobs:
    """`JobLauncher` on the job projects/P/locations/R/jobs/J."""

    job: str
    endpoint: Endpoint = field(default_factory=Endpoint)

    def launch(self, *, video_id: str, generation: str, attempt: int) -> str:
        from google.cloud import run_v2

        if attempt > 1:  # the previous run may hang instead of having stopped
            self._stop(video_id)
        values = {"VIDEO_ID": video_id, "GENERATION": generation, "ATTEMPT": str(attempt)}
        override = run_v2.RunJobRequest.Overrides.ContainerOverride(
            env=[run_v2.EnvVar(name=name, value=value) for name, value in values.items()]
        )
        request = run_v2.RunJobRequest(
            name=self.job, overrides=run_v2.RunJobRequest.Overrides(container_overrides=[override])
        )
        with _translated():
            operation = self._jobs.run_job(request=request, timeout=_CALL_TIMEOUT_S)
        return str(operation.metadata.name)

    def cancel(self, *, video_id: str) -> None:
        self._stop(video_id)

    def _stop(self, video_id: str) -> None:
        try:
            with _translated():
                for name in self._running(video_id):
                    self._executions.cancel_execution(name=name, timeout=_CALL_TIMEOUT_S)
        except Unavailable as error:  # its events no longer count, so it can just as well run to its end
            log.warning("the runs of video %s could not be stopped: %s", video_id, error)

    def _running(self, video_id: str) -> Iterator[str]:
        for execution in self._executions.list_executions(parent=self.job, timeout=_CALL_TIMEOUT_S):
            of_video = any(
                (each.name, each.value) == ("VIDEO_ID", video_id)
                for container in execution.template.containers
                for each in container.env
            )
            if of_video and not execution.completion_time:
                yield execution.name

    @cached_property
    def _jobs(self) -> "run_v2.JobsClient":
        from google.cloud import run_v2
        from google.cloud.run_v2.services.jobs.transports.rest import JobsRestTransport

        return run_v2.JobsClient(transport=JobsRestTransport(**self.endpoint.arguments()))

    @cached_property
    def _executions(self) -> "run_v2.ExecutionsClient":
        from google.cloud import run_v2
        from google.cloud.run_v2.services.executions.transports.rest import ExecutionsRestTransport

        return run_v2.ExecutionsClient(transport=ExecutionsRestTransport(**self.endpoint.arguments()))


@contextmanager
def _translated() -> Iterator[None]:
    """Translates Google's errors and network failures into Unavailable."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import GoogleAuthError
    from requests import RequestException

    try:
        yield
    except (GoogleAPICallError, RetryError, GoogleAuthError, RequestException) as error:
        raise Unavailable("jobs_unavailable", "Films can’t be prepared right now. We’ll try again.") from error
