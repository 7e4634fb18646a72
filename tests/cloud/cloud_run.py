"""Cloud Run in the box: services behind their front, and the transcoder's job with its tasks.

The front does what Google's does: it asks IAM who may invoke, bounds the size of requests, and cuts sockets when the
request's time is over. https://cloud.google.com/run/quotas, …/run/docs/triggering/websockets (2026-11)
"""

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from cloud.iam import Denied, Policy
from cloud.identities import Identities, metadata_server
from cloud.namespace import LINK_LOCAL
from cloud.reverse_proxy import Answer, Decide, Forward, Request, serving
from fakes.waiting import eventually

MOST_REQUEST_BYTES = 32 * 1024 * 1024
STARTS_WITHIN_S = 90.0
_PORTS = itertools.count(20_000)
"""Below those of outgoing connections, one of which could take an instance's port before the instance listens."""
_SITE_PACKAGES = next(path for path in sys.path if path.endswith("site-packages"))


@dataclass(frozen=True)
class World:
    """What every workload finds: Google's identities, what to trust, and where it may write."""

    identities: Identities
    policy: Policy
    trust: Path
    folder: Path

    def environment(self, metadata: str) -> dict[str, str]:
        """Only what Cloud Run itself sets, and where the box's authority and metadata server are."""
        home = self.folder / f"home-{metadata.rpartition(':')[2]}"
        home.mkdir(exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "GCE_METADATA_HOST": metadata,
            "GCE_METADATA_IP": metadata,
            "SSL_CERT_FILE": str(self.trust),
            "REQUESTS_CA_BUNDLE": str(self.trust),
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(self.trust),
            "PYTHONUNBUFFERED": "1",
        }


def clean_python(*arguments: str) -> list[str]:
    """Python with the installed packages and nothing of the checkout: `-S` leaves out its path file."""
    setup = f"import sys; sys.path.append({_SITE_PACKAGES!r})"
    run = "import runpy; sys.argv = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
    return [sys.executable, "-S", "-c", f"{setup}; {run}", *arguments]


class Instance:
    """One process of a service. `said` is all that it wrote."""

    def __init__(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        *,
        cwd: Path,
        world: World,
        email: str,
        ready: str,
    ) -> None:
        self.name = name
        self.port = next(_PORTS)
        self._stack = ExitStack()
        self._log = world.folder / f"{name}-{self.port}.log"
        metadata = self._stack.enter_context(metadata_server(world.identities, email))
        log = self._stack.enter_context(self._log.open("wb"))
        self._process = subprocess.Popen(
            command,
            env={**world.environment(metadata), **environment, "PORT": str(self.port)},
            cwd=cwd,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self._ready = ready

    @property
    def pid(self) -> int:
        """Of the first process, whose session all others belong to."""
        return self._process.pid

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Raises AssertionError with its log when it does not start."""
        try:
            eventually(f"{self.name} answers", self._answers, within_s=STARTS_WITHIN_S, ignoring=(OSError,))
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said[-4000:]}") from error

    def _answers(self) -> bool:
        assert self.is_alive, f"{self.name} ended"
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{self._ready}", timeout=5):
                return True
        except HTTPError as error:
            error.close()
            return error.code < 500

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.is_alive:
            os.killpg(self._process.pid, how)
            try:
                self._process.wait(12)
            except subprocess.TimeoutExpired:  # Cloud Run waits ten seconds
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._stack.close()


@dataclass
class Service:
    """A Cloud Run service and the front that the world reaches it by."""

    name: str
    uri: str
    timeout_s: float
    world: World
    instances: list[Instance] = field(default_factory=list)
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def decide(self) -> Decide:
        async def front(request: Request) -> Answer | Forward:
            member = self.world.identities.invoker(request.header("authorization"), self.uri)
            try:
                self.world.policy.require(member, "run.routes.invoke", self.name)
            except Denied:
                return Answer(403, b"Your client does not have permission to get URL from this server.\n")
            alive = [each for each in self.instances if each.is_alive]
            if not alive:
                return Answer(503, b"no instance\n")
            chosen = alive[next(self._turns) % len(alive)]
            length = request.header("content-length")
            if length is not None and int(length) > MOST_REQUEST_BYTES:
                return Answer(413, b"Request Entity Too Large\n")
            seen = request
            if request.header("x-forwarded-for") is None:
                seen = request.with_headers(x_forwarded_for=request.peer, x_forwarded_proto="https")
            return Forward(
                chosen.port,
                seen,
                source=LINK_LOCAL,
                most_body_bytes=MOST_REQUEST_BYTES,
                socket_life_s=self.timeout_s,
            )

        return front


@dataclass
class Execution:
    name: str
    environment: dict[str, str]
    tasks: list[Instance | subprocess.Popen[bytes]] = field(default_factory=list)
    over: bool = False
    cancelled: bool = False


@dataclass
class Job:
    """The transcoder's job: an execution runs `task_count` processes, each begun again up to `max_retries` times."""

    name: str
    task_count: int
    max_retries: int
    email: str
    environment: Mapping[str, str]
    arguments: list[str]
    source: Path
    world: World
    executions: list[Execution] = field(default_factory=list)

    def launch(self, overrides: dict[str, str]) -> str:
        execution = Execution(f"{self.name}/executions/run-{len(self.executions) + 1}", overrides)
        self.executions.append(execution)
        threading.Thread(target=self._run, args=(execution,), daemon=True).start()
        return execution.name

    def listed(self) -> list[dict[str, Any]]:
        return [self._shown(each) for each in self.executions]

    def cancel(self, name: str) -> None:
        for execution in self.executions:
            if execution.name == name:
                execution.cancelled = True
                for task in execution.tasks:
                    assert isinstance(task, subprocess.Popen)
                    task.terminate()

    def close(self) -> None:
        for execution in self.executions:
            self.cancel(execution.name)

    @staticmethod
    def _shown(execution: Execution) -> dict[str, Any]:
        listed = [{"name": key, "value": value} for key, value in execution.environment.items()]
        found: dict[str, Any] = {"name": execution.name, "template": {"containers": [{"env": listed}]}}
        return found | ({"completionTime": "2026-11-01T20:00:00Z"} if execution.over else {})

    def _run(self, execution: Execution) -> None:
        threads = [threading.Thread(target=self._task, args=(execution, index)) for index in range(self.task_count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        execution.over = True

    def _task(self, execution: Execution, index: int) -> None:
        log = self.world.folder / f"transcoder-{execution.name.rpartition('-')[2]}-{index}.log"
        for attempt in range(self.max_retries + 1):
            with metadata_server(self.world.identities, self.email) as metadata, log.open("ab") as output:
                task = subprocess.Popen(
                    clean_python("watchparty_transcoder", *self.arguments),
                    env={
                        **self.world.environment(metadata),
                        **self.environment,
                        **execution.environment,
                        "PYTHONPATH": str(self.source),
                        "CLOUD_RUN_EXECUTION": execution.name.rpartition("/")[2],
                        "CLOUD_RUN_JOB": self.name.rpartition("/")[2],
                        "CLOUD_RUN_TASK_INDEX": str(index),
                        "CLOUD_RUN_TASK_COUNT": str(self.task_count),
                        "CLOUD_RUN_TASK_ATTEMPT": str(attempt),
                    },
                    stdout=output,
                    stderr=output,
                )
                execution.tasks.append(task)
                if task.wait() == 0 or execution.cancelled:
                    return


@asynccontextmanager
async def fronts(services: list[Service]) -> AsyncIterator[dict[str, int]]:
    """The port of each service's front, by name."""
    async with AsyncExitStack() as stack:
        ports: dict[str, int] = {}
        for each in services:
            ports[each.name] = await stack.enter_async_context(serving(each.decide(), host="127.0.0.1", port=0))
        yield ports
