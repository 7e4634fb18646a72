"""Records of deployments, stored beside Terraform's state, from which a rollback finds the previous one.

A record is written before anything changes, so that a partial deployment can be rolled back, too.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from canary import Canary
from programs import ROOT, DeploymentFailed, read, run
from settings import Settings

REMEMBERED = ROOT / "terraform" / "deployment.auto.tfvars.json"
"""Terraform reads this file, so that commands typed by hand later (`import`, `destroy`) get the same variables."""


@dataclass(frozen=True)
class Deployment:
    """The inputs of Terraform that can change from one deployment to the next."""

    images: dict[str, str]
    key_versions: dict[str, str]
    page: str | None
    """URL of this deployment's index.html, named after its content; None: the page is in the image (hobby)."""

    def variables(self, canary: Canary) -> dict[str, object]:
        """Returns Terraform's variables. A canary is not part of the record: a rollback never returns to one."""
        return {"images": self.images, "key_versions": self.key_versions, "canary": asdict(canary)}


def folder(settings: Settings) -> str:
    return f"gs://{settings.state_bucket}/deployments"


def record(settings: Settings, deployment: Deployment, variables: Mapping[str, object], now: datetime) -> None:
    name = f"{folder(settings)}/{now:%Y%m%dT%H%M%SZ}.json"
    run("gcloud", "storage", "cp", "-", name, stdin=json.dumps(asdict(deployment), indent=1))
    REMEMBERED.write_text(json.dumps(variables, indent=1))


def newest(settings: Settings) -> Deployment | None:
    """Returns the deployment that was recorded last."""
    names = _names(settings)
    return _recorded(names[-1]) if names else None


def one_before(settings: Settings) -> Deployment:
    """Returns the latest deployment that differs from the newest, which may have been tried several times.

    Raises DeploymentFailed when there is none.
    """
    names = _names(settings)
    last = _recorded(names.pop()) if names else None
    while names:
        earlier = _recorded(names.pop())
        if earlier != last:
            return earlier
    raise DeploymentFailed("Nothing to roll back to: this is the first deployment.")


def _names(settings: Settings) -> list[str]:
    """Returns the URLs of all records, oldest first."""
    return sorted(read("gcloud", "storage", "ls", f"{folder(settings)}/*.json").split())


def _recorded(name: str) -> Deployment:
    """Raises DeploymentFailed for a record of a release whose functions were an archive instead of an image."""
    content = json.loads(read("gcloud", "storage", "cat", name))
    if "functions" not in content["images"]:
        raise DeploymentFailed(
            "The previous deployment is from a release whose functions were not an image yet: "
            "check that release out and run `make deploy` there."
        )
    return Deployment(**content)
