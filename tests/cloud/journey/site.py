"""A production as its operator and API clients meet it: the first administrator, API calls, uploads."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from cloud.namespace import SITE
from cloud.production import Production
from fakes.waiting import eventually
from terraform.applied import ROOT

ORIGIN = f"https://{SITE}"
ADMIN = ("ada@example.org", "correct horse battery staple")


def create_first_administrator(site: Production) -> None:
    """As docs/deployment.md says, on the operator's machine."""
    email, password = ADMIN
    with site.operator() as environment:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "watchparty", "admin", "create-account"),
                *("--role", "admin", "--email", email, "--password", password),
            ],
            cwd=ROOT / "standalone",  # this checkout's command, wherever the packages are installed from
            env={
                **environment,
                "WATCHPARTY_STORE_URL": site.outputs["database"],
                "WATCHPARTY_KEYS_SECRETS": site.outputs["key_prefix"],
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True)
class Api:
    """The HTTP API over the edge, as an account."""

    client: httpx2.Client

    def call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.client.request(method, f"/api/v1{path}", **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def sign_in_as_administrator(client: httpx2.Client) -> Api:
    email, password = ADMIN
    answer = client.post("/api/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return Api(client)


def upload(admin: Api, film: Path) -> str:
    """Straight to the bucket by a signed URL; the video's id."""
    content = film.read_bytes()
    body = {"filename": film.name, "size_bytes": len(content), "content_type": "video/mp4"}
    made = admin.call("POST", "/videos", json=body)
    start = made["upload"]
    session = admin.client.post(start["start_url"], headers={**start["headers"], "Authorization": ""})
    assert session.status_code == 201, session.text
    span = {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}", "Authorization": ""}
    assert admin.client.put(session.headers["location"], content=content, headers=span).status_code == 200
    return str(made["video"]["id"])


def playable(admin: Api, video_id: str) -> None:
    eventually("the film can be played", lambda: admin.call("GET", f"/videos/{video_id}")["playable"], within_s=60)
