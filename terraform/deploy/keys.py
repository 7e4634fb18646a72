"""Signing keys: created once, directly in Secret Manager, in no file and no state; and the versions to mount."""

import base64
import secrets

from programs import DeploymentFailed, read, run
from settings import Settings

from watchparty_api.identity.keys import new_family

FAMILIES = ("access", "join", "notice")


def secret_names(settings: Settings) -> dict[str, str]:
    """Returns key → secret, with the names in terraform/secrets.tf."""
    keys = (*FAMILIES, "hash", *(f"cdn-{name}" for name in settings.cdn_keys))
    return {key: f"watchparty-{key}" for key in keys}


def new_value(key: str) -> str:
    """Returns a new value in the form that the functions read."""
    if key in FAMILIES:
        return new_family(key)
    if key == "hash":
        return secrets.token_hex(32)
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode()


def newest_version(settings: Settings, secret: str) -> str | None:
    newest = ("--filter=state=ENABLED", "--sort-by=~createTime", "--limit=1", "--format=value(name)")
    found = read("gcloud", "secrets", "versions", "list", secret, f"--project={settings.project}", *newest)
    return found.rpartition("/")[2] or None


def ensure_keys(settings: Settings) -> dict[str, str]:
    """Creates missing values; returns key → version to mount.

    Raises DeploymentFailed if mail is configured and its secret has no value.
    """
    versions = {}
    for key, secret in secret_names(settings).items():
        version = newest_version(settings, secret)
        if version is None:
            run(*_add(settings, secret), stdin=new_value(key))
            version = newest_version(settings, secret)
        versions[key] = version or "latest"
    if settings.mails and newest_version(settings, "watchparty-smtp") is None:
        command = " ".join(_add(settings, "watchparty-smtp"))
        raise DeploymentFailed(f"mail_from is set, but the secret of the mail server has no value. Add one: {command}")
    return versions


def cdn_key_values(settings: Settings) -> dict[str, str]:
    """Returns the keys for Cloud CDN, which Terraform gets through the environment."""
    return {
        name: read(
            "gcloud", "secrets", "versions", "access", "latest",
            f"--secret=watchparty-cdn-{name}", f"--project={settings.project}",
        )
        for name in settings.cdn_keys
    }  # fmt: skip


def _add(settings: Settings, secret: str) -> tuple[str, ...]:
    return ("gcloud", "secrets", "versions", "add", secret, f"--project={settings.project}", "--data-file=-")
