"""What the deployment has to know before Terraform does: four words of terraform.tfvars."""

from __future__ import annotations

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
        """Names of the images that the profile runs."""
        return ("relay" if self.profile == "production" else "standalone", "transcoder")


def read_settings(file: Path) -> Settings:
    """Raises DeploymentFailed when the file, or a word in it, is missing."""
    if not file.exists():
        raise DeploymentFailed(f"{file} is missing: write it as docs/deployment.md shows.")
    text = re.sub(r"^\s*#.*$", "", file.read_text(), flags=re.MULTILINE)

    def word(name: str, default: str | None = None) -> str:
        found = re.search(rf'^\s*{name}\s*=\s*"([^"]*)"', text, re.MULTILINE)
        if found is None and default is None:
            raise DeploymentFailed(f'{file}: {name} = "…" is missing.')
        return found[1] if found else default or ""

    listed = re.search(r"^\s*cdn_key_names\s*=\s*\[([^\]]*)\]", text, re.MULTILINE)
    names = tuple(re.findall(r'"([^"]+)"', listed[1])) if listed else ("k1",)
    profile = word("profile")
    return Settings(
        project=word("project_id"),
        profile=profile,
        region=word("region", "europe-west1"),
        mails=bool(word("mail_from", "")),
        cdn_keys=names if profile == "production" else (),
    )
