"""Builds images with Cloud Build. A tag is a hash of the content and the month.

So an unchanged image is built once a month, with the security fixes of its base, whose tag names no patch version.
"""

import hashlib
import subprocess
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from programs import ROOT, read, run_and_read, succeeds
from settings import Settings
from transient import retried

CONTEXTS = {"functions": "functions", "relay": "sync-relay", "transcoder": "transcoder", "standalone": "."}
DOCKERFILES = dict.fromkeys(CONTEXTS, "Dockerfile") | {"standalone": "standalone/Dockerfile"}
SOURCES = {
    "functions": ("functions",),
    "relay": ("sync-relay",),
    "transcoder": ("transcoder",),
    "standalone": ("functions", "sync-relay", "transcoder", "standalone", "frontend", ".dockerignore"),
}


def content_tag(name: str, now: datetime) -> str:
    """Returns a hash of the files in git from which the image is built, and of the month."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *SOURCES[name]]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    digest = hashlib.sha256(f"{now:%Y-%m}".encode())
    for file in sorted(path for path in files if (ROOT / path).is_file()):
        digest.update(f"{file}\0".encode() + (ROOT / file).read_bytes())
    return digest.hexdigest()[:16]


def ensure_images(
    settings: Settings, *, registry: str, builder: str, source_bucket: str, retry_after_s: float
) -> dict[str, str]:
    """Returns image name → HOST/PATH@sha256:…, and builds missing images."""
    found = {}
    for name in settings.images:
        tagged = f"{registry}/{name}:{content_tag(name, datetime.now(UTC))}"
        digest = _ensure(settings, name, tagged, builder, source_bucket, retry_after_s)
        found[name] = f"{registry}/{name}@{digest}"
    return found


def _ensure(settings: Settings, name: str, tagged: str, builder: str, source_bucket: str, retry_after_s: float) -> str:
    describe = ("gcloud", "artifacts", "docker", "images", "describe", tagged, f"--project={settings.project}")
    if not succeeds(*describe):
        build = (
            "gcloud", "builds", "submit", CONTEXTS[name],
            f"--project={settings.project}",
            f"--region={settings.region}",
            f"--config={Path(__file__).parent / 'image.cloudbuild.yaml'}",
            f"--service-account={builder}",
            f"--gcs-source-staging-dir=gs://{source_bucket}/builds",
            f"--substitutions=_IMAGE={tagged},_DOCKERFILE={DOCKERFILES[name]}",
        )  # fmt: skip
        retried(partial(run_and_read, *build), retry_after_s)
    return read(*describe, "--format=value(image_summary.digest)")
