"""The bucket of Terraform's state, which contains the password of Redis (ADR 51): only owners and editors read it."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from programs import read, run, succeeds
from settings import Settings

VERSIONS_DAYS = 30
"""Days for which replaced versions of the state are kept: time to notice that one was damaged."""
_LIFECYCLE = {
    "rule": [{"action": {"type": "Delete"}, "condition": {"isLive": False, "daysSinceNoncurrentTime": VERSIONS_DAYS}}]
}


def ensure_bucket(settings: Settings) -> None:
    """Creates the bucket, and gives one of an earlier release the same protection."""
    project, bucket = f"--project={settings.project}", f"gs://{settings.state_bucket}"
    if not succeeds("gcloud", "storage", "buckets", "describe", bucket, project):
        safe = ("--uniform-bucket-level-access", "--public-access-prevention")
        run("gcloud", "storage", "buckets", "create", bucket, project, f"--location={settings.region}", *safe)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lifecycle.json"
        file.write_text(json.dumps(_LIFECYCLE))
        run("gcloud", "storage", "buckets", "update", bucket, project, "--versioning", f"--lifecycle-file={file}")
    policy = json.loads(read("gcloud", "storage", "buckets", "get-iam-policy", bucket, project, "--format=json"))
    for role, member in viewers(policy):
        removed = (f"--member={member}", f"--role={role}")
        run("gcloud", "storage", "buckets", "remove-iam-policy-binding", bucket, project, *removed)


def viewers(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Returns the roles that every viewer of the project has on a new bucket, as (role, member). Pure.

    https://cloud.google.com/storage/docs/access-control/iam#convenience-values (2026-11)
    """
    return [
        (binding["role"], member)
        for binding in policy.get("bindings", ())
        for member in binding["members"]
        if member.startswith("projectViewer:")
    ]
