"""The values of terraform.tfvars that the deployment needs before Terraform runs."""

import re
from dataclasses import dataclass
from pathlib import Path

from programs import DeploymentFailed


@dataclass(frozen=True)
class Settings:
    project: str
    profile: str
    region: str
    mails: bool
    cdn_keys: tuple[str, ...]

    @property
    def state_bucket(self) -> str:
        return f"{self.project}-watchparty-state"

    @property
    def images(self) -> tuple[str, ...]:
        """Names of the images in this profile."""
        return ("functions", "relay" if self.profile == "production" else "standalone", "transcoder")


def read_settings(file: Path) -> Settings:
    """Raises DeploymentFailed if the file, or a required value in it, is missing."""
    if not file.exists():
        raise DeploymentFailed(f"{file} is missing: docs/deployment.md shows its content.")
    text = re.sub(r"^\s*#.*$", "", file.read_text(), flags=re.MULTILINE)

    def value(name: str, default: str | None = None) -> str:
        found = re.search(rf'^\s*{name}\s*=\s*"([^"]*)"', text, re.MULTILINE)
        if found is None and default is None:
            raise DeploymentFailed(f'{file}: {name} = "…" is missing.')
        return found[1] if found else default or ""

    listed = re.search(r"^\s*cdn_key_names\s*=\s*\[([^\]]*)\]", text, re.MULTILINE)
    names = tuple(re.findall(r'"([^"]+)"', listed[1])) if listed else ("k1",)
    profile = value("profile")
    return Settings(
        project=value("project_id"),
        profile=profile,
        region=value("region", "europe-west1"),
        mails=bool(value("mail_from", "")),
        cdn_keys=names if profile == "production" else (),
    )
