"""`python terraform/deploy [rollback]`: the deployment that docs/deployment.md describes. `make deploy` calls it.

Every step can be repeated: what already exists stays. The deployment stops at the first step that fails, with an
explanation, and can be run again once the cause is fixed.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import cdn
from canary import NO_CANARY, Canary, stable_revisions
from deployments import Deployment, folder, newest, one_before, record
from images import ensure_images
from keys import cdn_key_values, ensure_keys
from page import DIST, NEVER, built_page, upload_page
from programs import ROOT, DeploymentFailed, read, require, run, run_and_read
from settings import Settings, read_settings
from smoke import smoke_test
from state import ensure_bucket
from transient import retried

TERRAFORM = ("terraform", f"-chdir={ROOT / 'terraform'}")
GOOGLES_OWN = ("secretmanager", "pubsub")
"""Services whose own accounts get a role from Terraform: the accounts do not exist until they are requested."""
FIRST_APIS = tuple(
    f"{name}.googleapis.com" for name in ("serviceusage", "cloudresourcemanager", "storage", *GOOGLES_OWN)
)
FOUNDATION = (
    "google_project_service.api",
    "google_artifact_registry_repository.images",
    "google_artifact_registry_repository_iam_member.builder_pushes",
    "google_project_iam_member.builder_logs",
    "google_storage_bucket_iam_member.builder_reads_source",
    "google_secret_manager_secret.key",
    "google_secret_manager_secret.cdn",
    "google_secret_manager_secret.smtp",
)
FILM_BACKENDS = ("google_compute_backend_bucket.media",)
"""Applied before the rest only where they do not exist yet: a change of them waits for the operator's answer."""
SERVICE = "watchparty"
_NO_IMAGE = "none@sha256:" + 64 * "0"


def deploy(settings: Settings, *, ask: bool, retry_after_s: float, canary_percent: int | None = None) -> None:
    """`canary_percent`: the share of requests that the new revisions of the functions get; None: all."""
    if canary_percent is not None and settings.profile != "production":
        raise DeploymentFailed("CANARY needs the profile production: a hobby site is one instance.")
    _prepare_state(settings, retry_after_s)
    if canary_percent is not None:
        _require_public_keys(settings)
    nothing = Deployment(dict.fromkeys(settings.images, _NO_IMAGE), {}, None)
    _apply(settings, nothing, ask=False, retry_after_s=retry_after_s, targets=FOUNDATION)
    if settings.profile == "production" and not retried(partial(cdn.backends_exist, settings), retry_after_s):
        _apply(settings, nothing, ask=False, retry_after_s=retry_after_s, targets=FILM_BACKENDS)
    out = _outputs()
    versions = ensure_keys(settings)
    _add_cdn_keys(settings)
    images = ensure_images(
        settings,
        registry=out["registry"],
        builder=out["builder_account"],
        source_bucket=out["source_bucket"],
        retry_after_s=retry_after_s,
    )
    deployment = Deployment(images, versions, _keep_page(settings))
    canary = NO_CANARY if canary_percent is None else Canary(canary_percent, stable_revisions(settings))
    _apply(settings, deployment, ask=ask, retry_after_s=retry_after_s, canary=canary)
    out = _outputs()
    if deployment.page:
        upload_page(out["site_bucket"])
    if settings.profile == "production" and canary == NO_CANARY:
        cdn.remove_other_keys(settings)
    _finish(settings, out)


def _require_public_keys(settings: Settings) -> None:
    """Beside a canary the previous revisions continue to start instances, and older ones read every key."""
    before = newest(settings)
    if before and "public" not in before.key_versions:
        raise DeploymentFailed(
            "The functions that serve now read keys that this release lets them no longer read: "
            "deploy without CANARY first."
        )


def rollback(settings: Settings, *, ask: bool, retry_after_s: float) -> None:
    """Deploys the previous deployment again. Data stays as it is: old code can read what newer code wrote."""
    _prepare_state(settings, retry_after_s)
    before = one_before(settings)
    _add_cdn_keys(settings)
    _apply(settings, before, ask=ask, retry_after_s=retry_after_s)
    out = _outputs()
    if before.page:
        target = f"gs://{out['site_bucket']}/index.html"
        run("gcloud", "storage", "cp", f"--cache-control={NEVER}", "--content-type=text/html", before.page, target)
    _finish(settings, out)


def _add_cdn_keys(settings: Settings) -> None:
    """Before Terraform applies everything: the functions may sign with any of them, and Google's account that reads
    the bucket for Cloud CDN exists since the first key.
    """
    if settings.profile == "production":
        cdn.add_keys(settings, cdn_key_values(settings))


def _keep_page(settings: Settings) -> str | None:
    """Stores this deployment's index.html for a rollback; returns its URL, or None in hobby (it is in the image)."""
    if settings.profile != "production":
        return None
    index = built_page(DIST)
    kept = f"{folder(settings)}/{hashlib.sha256(index.read_bytes()).hexdigest()[:16]}.html"
    run("gcloud", "storage", "cp", str(index), kept)
    return kept


def _finish(settings: Settings, out: Mapping[str, str]) -> None:
    _name_points_here(out)
    drain(settings)
    smoke_test(out["site_url"])
    print(f"\nDeployed: {out['site_url']}")


def _prepare_state(settings: Settings, retry_after_s: float) -> None:
    """Prepares the bucket for Terraform's state; Terraform creates everything else."""
    project = f"--project={settings.project}"
    run("gcloud", "services", "enable", *FIRST_APIS, project)
    for name in GOOGLES_OWN:
        agent = f"--service={name}.googleapis.com"
        create = ("gcloud", "beta", "services", "identity", "create", agent, project, "--quiet")
        retried(partial(run_and_read, *create), retry_after_s)
    ensure_bucket(settings)
    backend = (f"-backend-config=bucket={settings.state_bucket}", "-backend-config=prefix=terraform")
    run(*TERRAFORM, "init", "-input=false", "-reconfigure", *backend)


def _apply(
    settings: Settings,
    deployment: Deployment,
    *,
    ask: bool,
    retry_after_s: float,
    targets: tuple[str, ...] = (),
    canary: Canary = NO_CANARY,
) -> None:
    """Applies the plan for this deployment.

    A transient refusal leaves a part of the plan undone. The rest is planned again and applied without asking again.
    """
    answered = not ask
    given = deployment.variables(canary)
    variables = [
        f"-var={name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in given.items()
    ]
    with tempfile.TemporaryDirectory() as away:  # a plan contains secrets of the state, so it is deleted
        plan = f"{away}/plan"

        def apply_once() -> None:
            nonlocal answered
            aims = (f"-target={each}" for each in targets)
            run(*TERRAFORM, "plan", "-input=false", f"-out={plan}", *variables, *aims)
            if not answered and input("Apply this? [y/N] ").strip().lower() != "y":
                raise DeploymentFailed("Cancelled; this plan changed nothing.")
            answered = True
            if not targets:
                record(settings, deployment, given, datetime.now(UTC))
            run_and_read(*TERRAFORM, "apply", "-input=false", "-no-color", plan)

        retried(apply_once, retry_after_s)


def _outputs() -> dict[str, str]:
    return {name: each["value"] for name, each in json.loads(read(*TERRAFORM, "output", "-json")).items()}


def _name_points_here(out: Mapping[str, str]) -> None:
    """Prints the domain's records: Google issues the certificate once they exist."""
    for kind, name in (("A", "address"), ("AAAA", "address_v6")):
        if out.get(name):
            print(f"  the domain's {kind} record must point to {out[name]}")
    if out.get("certificate_record"):
        print(f"  the record for its certificate (certificate_by_dns): {out['certificate_record']}")


def drain(settings: Settings) -> None:
    """hobby: stops the previous instance, which receives no new requests any more.

    Cloud Run would keep it as long as its sockets live, up to an hour, separated from everyone who joins now. Deleting
    a revision sends its instances SIGTERM, and they ask their clients to reconnect. In production the relays see in
    Redis that a newer revision has started and move their clients themselves.
    """
    if settings.profile == "production":
        return
    place = (f"--project={settings.project}", f"--region={settings.region}")
    of_service = f"--service={SERVICE}"
    serving = read(
        "gcloud", "run", "services", "describe", SERVICE, *place,
        "--format=value(status.latestReadyRevisionName)",
    )  # fmt: skip
    names = read("gcloud", "run", "revisions", "list", of_service, *place, "--format=value(metadata.name)").split()
    for name in names:
        if name != serving:
            run("gcloud", "run", "revisions", "delete", name, *place, "--quiet")


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", nargs="?", choices=["deploy", "rollback", "smoke"], default="deploy")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    parser.add_argument(
        "--canary", type=int, metavar="PERCENT", help="deploy: the share of requests for the functions' new revisions"
    )
    parser.add_argument("--site", help="smoke: the address of the site")
    parser.add_argument(
        "--retry-after", type=float, default=30.0, metavar="S", help="first wait after a transient refusal; doubles"
    )
    parser.add_argument(
        "--within", type=float, default=300.0, metavar="S", help="smoke: how long to wait for the site to be ready"
    )
    arguments = parser.parse_args()
    try:
        if arguments.what == "smoke":
            smoke_test(arguments.site, comes_up_within_s=arguments.within)
            return 0
        require("gcloud", "terraform", "git")
        settings = read_settings(ROOT / "terraform" / "terraform.tfvars")
        ask, retry_after_s = not arguments.yes, arguments.retry_after
        if arguments.what == "deploy":
            deploy(settings, ask=ask, retry_after_s=retry_after_s, canary_percent=arguments.canary)
        else:
            rollback(settings, ask=ask, retry_after_s=retry_after_s)
    except DeploymentFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
