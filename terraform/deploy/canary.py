"""A canary: new revisions of the functions get a share of the requests, the revisions that served before the rest.

The next `make deploy` without CANARY gives the new revisions all requests; `make rollback` ends the canary.
"""

import json
from dataclasses import dataclass

from programs import DeploymentFailed, read
from settings import Settings

FUNCTIONS = ("auth", "rooms", "videos")
"""The functions that people call. Events have no one to compare with: they all go to the new revision."""


@dataclass(frozen=True)
class Canary:
    percent: int
    stable: dict[str, str]
    """Function → the revision that serves the other requests."""


NO_CANARY = Canary(100, {})
"""The new revisions serve everything."""


def stable_revisions(settings: Settings) -> dict[str, str]:
    """Returns function → the revision with the largest share of its requests.

    Raises DeploymentFailed before the first deployment, when nothing serves yet.
    """
    return {name: _serving(settings, f"watchparty-{name}") for name in FUNCTIONS}


def _serving(settings: Settings, service: str) -> str:
    place = (f"--project={settings.project}", f"--region={settings.region}")
    shown = json.loads(read("gcloud", "run", "services", "describe", service, *place, "--format=json"))
    traffic = [each for each in shown["status"].get("traffic", []) if each.get("percent")]
    if not traffic:
        raise DeploymentFailed(f"{service} serves nothing yet: deploy without CANARY first.")
    return str(max(traffic, key=lambda each: each["percent"])["revisionName"])
