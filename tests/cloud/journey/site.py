"""A production as its operator and API clients meet it: the first administrator, API calls, uploads."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from cloud.namespace import SITE
from cloud.production import Production
from deployment.page import blocks
from fakes.waiting import eventually
from terraform.applied import ROOT

ORIGIN = f"https://{SITE}"
ADMIN = ("you@example.org", "correct horse battery staple")


_TERRAFORM = """#!/bin/sh
[ "$1 $2 $3" = "-chdir=terraform output -raw" ] && exec cat "${0%/*}/outputs/$4"
echo "the box deploys by itself: terraform $*" >&2
exit 64
"""


def type_page(
    site: Production, section: str, stdin: str = "", *, page: str = "deployment.md"
) -> subprocess.CompletedProcess[str]:
    """Types the commands of a section of a page in docs/ on the operator's machine, and then `stdin`.

    Only `terraform output` is a stand-in, because the box has applied the plan.
    """
    programs = site.world.folder / "operator"
    (programs / "outputs").mkdir(parents=True, exist_ok=True)
    (programs / "terraform").write_text(_TERRAFORM)
    (programs / "terraform").chmod(0o755)
    for name, value in site.outputs.items():
        (programs / "outputs" / name).write_text(str(value))
    with site.operator() as environment:
        return subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{blocks(section, page=page)}"],
            cwd=ROOT,
            env={
                **environment,
                "PATH": f"{programs}:{environment['PATH']}",
                "MAKEFLAGS": "PYTHON=true",  # everything that `make prepare-test` would install is there
                "PYTHONPATH": f"{ROOT}/standalone:{ROOT}/functions",  # of this checkout
            },
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # without a terminal, so a prompt reads from stdin
        )


def create_first_administrator(site: Production) -> None:
    """Step 4 of docs/deployment.md."""
    done = type_page(site, "4. The first administrator", f"{ADMIN[1]}\n")
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
