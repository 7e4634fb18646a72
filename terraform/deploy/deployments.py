"""Records of deployments, stored beside Terraform's state, from which a rollback finds the previous one.

A record is written before anything changes, so that a partial deployment can be rolled back, too.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from programs import BUILT, ROOT, DeploymentFailed, read, run
from settings import Settings

REMEMBERED = ROOT / "terraform" / "deployment.auto.tfvars.json"
"""Terraform reads this file, so that commands typed by hand later (`import`, `destroy`) get the same variables."""


@dataclass(frozen=True)
class Deployment:
    """The inputs of Terraform that can change from one deployment to the next."""

    functions_archive: str
    """Its file name, which contains a hash of the content; the file is in .build/dist and beside the record."""
    images: dict[str, str]
    key_versions: dict[str, str]
    page: str | None
    """URL of this deployment's index.html, named after its content; None: the page is in the image (hobby)."""

    def variables(self) -> dict[str, object]:
        return {
            "functions_archive": str(BUILT / self.functions_archive),
            "images": self.images,
            "key_versions": self.key_versions,
        }


def folder(settings: Settings) -> str:
    return f"gs://{settings.state_bucket}/deployments"


def record(settings: Settings, deployment: Deployment, now: datetime) -> None:
    """Stores the record and the archive, because Terraform deletes the previous archive from the source bucket."""
    archive = deployment.functions_archive
    run("gcloud", "storage", "cp", str(BUILT / archive), f"{folder(settings)}/{archive}")
    name = f"{folder(settings)}/{now:%Y%m%dT%H%M%SZ}.json"
    run("gcloud", "storage", "cp", "-", name, stdin=json.dumps(asdict(deployment), indent=1))
    REMEMBERED.write_text(json.dumps(deployment.variables(), indent=1))


def one_before(settings: Settings) -> Deployment:
    """Returns the latest deployment that differs from the newest, which may have been tried several times.

    Raises DeploymentFailed when there is none.
    """
    names = sorted(read("gcloud", "storage", "ls", f"{folder(settings)}/*.json").split())
    newest = _recorded(names.pop()) if names else None
    while names:
        earlier = _recorded(names.pop())
        if earlier != newest:
            run("gcloud", "storage", "cp", f"{folder(settings)}/{earlier.functions_archive}", f"{BUILT}/")
            return earlier
    raise DeploymentFailed("Nothing to roll back to: this is the first deployment.")


def _recorded(name: str) -> Deployment:
    return Deployment(**json.loads(read("gcloud", "storage", "cat", name)))
