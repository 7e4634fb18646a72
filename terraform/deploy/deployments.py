"""What was deployed when, kept beside Terraform's state: from it a rollback knows what stood here before."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from programs import DeploymentFailed, read, run
from settings import Settings


@dataclass(frozen=True)
class Deployment:
    """Everything that Terraform was given and that may change from one deployment to the next."""

    functions_archive: str
    images: dict[str, str]
    key_versions: dict[str, str]
    page: str | None
    """Where this deployment's index.html is kept; None: the page is in the image (hobby)."""


def folder(settings: Settings) -> str:
    return f"gs://{settings.state_bucket}/deployments"


def record(settings: Settings, deployment: Deployment, now: datetime) -> None:
    name = f"{folder(settings)}/{now:%Y%m%dT%H%M%SZ}.json"
    run("gcloud", "storage", "cp", "-", name, stdin=json.dumps(asdict(deployment), indent=1))


def one_before(settings: Settings) -> Deployment:
    """What was deployed before the newest. Raises DeploymentFailed when there is only one."""
    names = sorted(read("gcloud", "storage", "ls", f"{folder(settings)}/*.json").split())
    if len(names) < 2:
        raise DeploymentFailed("There is nothing to go back to: this is the first deployment.")
    return Deployment(**json.loads(read("gcloud", "storage", "cat", names[-2])))
