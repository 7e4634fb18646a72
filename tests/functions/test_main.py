"""The deployed entry points: what each imports, and each one in the real framework."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.function_process import EVENT, HTTP, SOURCE, asked, cloud_environment, function_process

pytestmark = pytest.mark.integration

CLOUD_CLIENTS = (
    *(f"google.cloud.{client}" for client in ("firestore", "storage", "run", "pubsub", "secretmanager")),
    "google.auth",
    "google.api_core",
    "grpc",
    "firebase_admin",
    "websockets",
)
HTTP_FUNCTIONS = {"auth": "/api/v1/config", "rooms": "/api/v1/rooms/nobody", "videos": "/api/v1/videos/nothing"}
EVENT_FUNCTIONS = ("on_upload", "on_transcode", "on_room_event", "on_delivery", "on_budget", "sweep")
_BUILD = {
    **{name: f"main._{name}_app()" for name in HTTP_FUNCTIONS},
    **dict.fromkeys(EVENT_FUNCTIONS, "main._services()"),
    "on_upload": "main._services(); import watchparty_api.videos.uploads.finalize",
    "on_transcode": "main._services(); import watchparty_api.videos.transcodes.runs",
    "on_room_event": "main._services(); import watchparty_api.rooms.history.ingest",
    "on_delivery": "main._services(); import watchparty_api.webhooks.delivery",
    "on_budget": "main._services(); import watchparty_api.spending",
}


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("cloud")
    return cloud_environment(folder, store_url=f"sqlite:///{folder}/store.db")


def imported(target: str, environ: dict[str, str]) -> set[str]:
    """The modules that a new process has imported after building what `target` needs."""
    script = f"import main, sys, json; {_BUILD[target]}; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=SOURCE.parent, env=environ, capture_output=True, text=True, check=True
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


@pytest.mark.parametrize("target", HTTP_FUNCTIONS)
def test_an_http_function_starts_without_cloud_clients(target: str, environ: dict[str, str]) -> None:
    """An HTTP function imports no cloud client before a request needs it."""
    modules = imported(target, environ)
    assert "fastapi" in modules
    assert [name for name in modules if name.startswith(CLOUD_CLIENTS)] == []


def test_rooms_does_not_carry_the_other_functions(environ: dict[str, str]) -> None:
    """The function `rooms` imports neither administration nor uploads nor sign-in."""
    others = ("watchparty_api.admin.accounts", "watchparty_api.videos.routes", "watchparty_api.accounts.sign_up")
    assert imported("rooms", environ).isdisjoint(others)


@pytest.mark.parametrize("target", ["on_upload", "on_transcode", "on_room_event", "on_delivery", "on_budget"])
def test_an_event_function_does_not_import_fastapi(target: str, environ: dict[str, str]) -> None:
    """An event function imports neither FastAPI nor, before it is used, a cloud client."""
    modules = imported(target, environ)
    assert "fastapi" not in modules
    assert [name for name in modules if name.startswith(CLOUD_CLIENTS)] == []


@pytest.mark.parametrize(("target", "path"), HTTP_FUNCTIONS.items())
def test_the_framework_serves_an_http_function(target: str, path: str, environ: dict[str, str], tmp_path: Path) -> None:
    """In the real process a function answers its own routes, with our problem answers, and no others."""
    with function_process(target, {**environ, **HTTP}, log=tmp_path / "log") as port:
        assert asked(port, "/health") == (200, '{"status":"ok"}')
        status, body = asked(port, path)
        assert (status, "code" in json.loads(body)) in [(200, False), (401, True), (404, True)], body
        status, body = asked(port, "/api/v1/no-such-route")
        assert (status, json.loads(body)["code"]) == (404, "not_found")
        assert asked(port, path, body=b"{", headers={"Content-Type": "application/json"})[0] in (400, 401, 404, 405)


@pytest.mark.parametrize("target", EVENT_FUNCTIONS)
def test_the_framework_serves_an_event_function(target: str, environ: dict[str, str], tmp_path: Path) -> None:
    """The real process refuses a request that is no event, and fails on an invalid event, so that it is retried."""
    event = {"ce-id": "1", "ce-source": "//test", "ce-type": "test", "ce-specversion": "1.0"}
    with function_process(target, {**environ, **EVENT}, log=tmp_path / "log") as port:
        assert asked(port, "/", body=b"{}", headers={"Content-Type": "application/json"})[0] == 400
        headers = {**event, "Content-Type": "application/json"}
        status, _ = asked(port, "/", body=b'{"message": {"data": "bm90IGpzb24="}}', headers=headers)
        assert status == (200 if target == "sweep" else 500)
