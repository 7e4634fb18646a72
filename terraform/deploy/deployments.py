"""What was deployed when, kept beside Terraform's state: from it a rollback knows what stood here before.

It is written down before anything is changed, so that a deployment that stopped half way can be taken back, too.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from programs import BUILT, ROOT, DeploymentFailed, read, run
from settings import Settings

REMEMBERED = ROOT / "terraform" / "deployment.auto.tfvars.json"
"""Where Terraform itself looks: what is typed by hand later (`import`, `destroy`) is given the same."""


@dataclass(frozen=True)
class Deployment:
    """Everything that Terraform was given and that may change from one deployment to the next."""

    functions_archive: str
    """Its name, which is its content's; the file lies in .build/dist and beside the record."""
    images: dict[str, str]
    key_versions: dict[str, str]
    page: str | None
    """Where this deployment's index.html is kept, by its content; None: the page is in the image (hobby)."""

    def variables(self) -> dict[str, object]:
        return {
            "functions_archive": str(BUILT / self.functions_archive),
            "images": self.images,
            "key_versions": self.key_versions,
        }


def folder(settings: Settings) -> str:
    return f"gs://{settings.state_bucket}/deployments"


def record(settings: Settings, deployment: Deployment, now: datetime) -> None:
    """The archive is kept as well: Terraform deletes the one before from where the functions are built."""
    archive = deployment.functions_archive
    run("gcloud", "storage", "cp", str(BUILT / archive), f"{folder(settings)}/{archive}")
    name = f"{folder(settings)}/{now:%Y%m%dT%H%M%SZ}.json"
    run("gcloud", "storage", "cp", "-", name, stdin=json.dumps(asdict(deployment), indent=1))
    REMEMBERED.write_text(json.dumps(deployment.variables(), indent=1))


def one_before(settings: Settings) -> Deployment:
    """The last that is another than the newest, which may have been tried several times.

    Raises DeploymentFailed when there is none.
    """
    names = sorted(read("gcloud", "storage", "ls", f"{folder(settings)}/*.json").split())
    newest = _recorded(names.pop()) if names else None
    while names:
        earlier = _recorded(names.pop())
        if earlier != newest:
            run("gcloud", "storage", "cp", f"{folder(settings)}/{earlier.functions_archive}", f"{BUILT}/")
            return earlier
    raise DeploymentFailed("There is nothing to go back to: this is the first deployment.")


def _recorded(name: str) -> Deployment:
    return Deployment(**json.loads(read("gcloud", "storage", "cat", name)))
