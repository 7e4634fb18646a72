"""A fake of the part of the Cloud Run API that starts, lists and cancels executions of one job."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from fakes.local_server import serving

JOB = "projects/demo/locations/europe-west1/jobs/transcoder"


@dataclass
class CloudRunApi:
    """Records the requests. While `broken`, it answers every request with 503."""

    host: str = ""
    broken: bool = False
    started: list[dict[str, str]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    completed: set[str] = field(default_factory=set)

    def run(self, body: Any) -> dict[str, Any]:
        (override,) = body["overrides"]["containerOverrides"]
        self.started.append({each["name"]: each["value"] for each in override["env"]})
        return {
            "name": f"{JOB}/operations/1",
            "metadata": {
                "@type": "type.googleapis.com/google.cloud.run.v2.Execution",
                "name": f"{JOB}/executions/run-{len(self.started)}",
            },
        }

    def executions(self) -> dict[str, Any]:
        return {"executions": [self._execution(number, env) for number, env in enumerate(self.started, 1)]}

    def _execution(self, number: int, env: dict[str, str]) -> dict[str, Any]:
        name = f"{JOB}/executions/run-{number}"
        listed = [{"name": key, "value": value} for key, value in env.items()]
        found: dict[str, Any] = {"name": name, "template": {"containers": [{"env": listed}]}}
        return found | ({"completionTime": "2026-11-01T20:00:00Z"} if name in self.completed else {})

    def cancel(self, name: str) -> dict[str, Any]:
        self.cancelled.append(name)
        self.completed.add(name)
        return {"name": f"{name}/operations/2"}


@contextmanager
def cloud_run_api() -> Iterator[CloudRunApi]:
    """Serves the API on a free port."""
    api = CloudRunApi()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(api.executions() if self.path.startswith(f"/v2/{JOB}/executions") else None)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            path = self.path.partition("?")[0]
            if path == f"/v2/{JOB}:run":
                self._answer(None if api.broken else api.run(body))
            elif path.endswith(":cancel"):
                self._answer(api.cancel(path.removeprefix("/v2/").removesuffix(":cancel")))
            else:
                self._answer(None)

        def _answer(self, content: dict[str, Any] | None) -> None:
            refused = content is None or api.broken
            error = {"error": {"code": 503, "status": "UNAVAILABLE", "message": "not now"}}
            answer = json.dumps(error if refused else content).encode()
            self.send_response(503 if refused else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            return

    with serving(Handler) as host:
        api.host = host
        yield api
