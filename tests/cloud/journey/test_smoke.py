"""`make smoke` against a production: the journey that every deployment ends with."""

import subprocess
import sys

from cloud.journey.site import ORIGIN, Api
from cloud.production import Production
from terraform.applied import ROOT


def test_the_smoke_test_passes_and_leaves_nothing(site: Production, admin: Api) -> None:
    """With a token of the administrator: a film is uploaded, prepared and played, and everything is deleted again."""
    before = admin.call("GET", "/videos")["items"]
    token = admin.call(
        "POST", "/auth/me/tokens", json={"name": "smoke", "scopes": ["rooms:write", "videos:read", "videos:write"]}
    )
    with site.operator() as environment:
        done = subprocess.run(
            [sys.executable, "terraform/deploy", "smoke", "--site", ORIGIN],
            cwd=ROOT,
            env={**environment, "WATCHPARTY_SMOKE_TOKEN": token["token"]},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the film plays for a guest, and for no one without a grant" in done.stdout
    assert admin.call("GET", "/videos")["items"] == before
