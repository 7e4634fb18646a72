"""Uploads the built page: assets first and cached for a year, index.html last and never cached.

No one sees half a build. Old assets stay, because a page opened before the deployment still requests them.
"""

from dataclasses import dataclass
from pathlib import Path

from programs import ROOT, DeploymentFailed, run

DIST = ROOT / "frontend" / "dist"
CONTRACT = ROOT / "docs" / "contracts" / "openapi.json"
FOREVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=300"
NEVER = "no-cache"


@dataclass(frozen=True)
class Upload:
    source: Path
    target: str
    cache_control: str


def built_page(dist: Path) -> Path:
    """Returns its index.html. Raises DeploymentFailed if there is no built page."""
    index = dist / "index.html"
    if not index.exists():
        raise DeploymentFailed(f"{dist} contains no built page: `make deploy` builds it.")
    return index


def uploads(dist: Path) -> list[Upload]:
    """Returns the uploads in order. Raises DeploymentFailed if there is no built page."""
    index = built_page(dist)
    others = [path for path in sorted(dist.iterdir()) if path.is_file() and path.name != "index.html"]
    return [
        Upload(dist / "assets", "", FOREVER),
        *(Upload(path, path.name, A_WHILE) for path in others),
        Upload(CONTRACT, "api/v1/openapi.json", A_WHILE),
        Upload(index, "index.html", NEVER),
    ]


def upload_page(bucket: str, dist: Path = DIST) -> None:
    for each in uploads(dist):
        how = ("--recursive",) if each.source.is_dir() else ()
        target = f"gs://{bucket}/{each.target}"
        run("gcloud", "storage", "cp", *how, f"--cache-control={each.cache_control}", str(each.source), target)
