"""Signing keys: created once, directly in Secret Manager, in no file and no state; and the versions to mount."""

import base64
import secrets
from collections.abc import Mapping

from cdn import drop_key
from programs import DeploymentFailed, read, run
from settings import Settings

from watchparty_api.identity.keys import new_family, parse_family, public_text

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


def enabled_versions(settings: Settings, secret: str) -> list[str]:
    """Returns the versions of a secret that can be read, newest first."""
    newest_first = ("--filter=state=ENABLED", "--sort-by=~createTime", "--format=value(name)")
    found = read("gcloud", "secrets", "versions", "list", secret, f"--project={settings.project}", *newest_first)
    return [name.rpartition("/")[2] for name in found.split()]


def newest_version(settings: Settings, secret: str) -> str | None:
    return next(iter(enabled_versions(settings, secret)), None)


def ensure_keys(settings: Settings) -> dict[str, str]:
    """Creates missing values, and the public keys from the families; returns key → version to mount.

    Raises DeploymentFailed if mail is configured and its secret has no value, or if a key of Cloud CDN has two.
    """
    versions = {}
    for key, secret in secret_names(settings).items():
        found = enabled_versions(settings, secret)
        of_cdn = key.startswith("cdn-")
        if of_cdn and len(found) > 1:
            raise DeploymentFailed(
                f"{secret} has {len(found)} values, and Cloud CDN keeps the first that it got under this name. "
                f"Disable the others (gcloud secrets versions disable), and add a new name to cdn_key_names instead."
            )
        if not found:
            if of_cdn:
                drop_key(settings, key.removeprefix("cdn-"))
            run(*_add(settings, secret), stdin=new_value(key))
            found = enabled_versions(settings, secret)
        versions[key] = found[0] if found else "latest"
    versions["public"] = _ensure_public_keys(settings, versions)
    if settings.mails and newest_version(settings, "watchparty-smtp") is None:
        command = " ".join(_add(settings, "watchparty-smtp"))
        raise DeploymentFailed(f"mail_from is set, but the secret of the mail server has no value. Add one: {command}")
    return versions


def _ensure_public_keys(settings: Settings, versions: Mapping[str, str]) -> str:
    """Stores the public keys of these versions of the families if they have changed; returns the version."""
    texts = {name: _value(settings, f"watchparty-{name}", versions[name]) for name in FAMILIES}
    wanted = public_text({name: parse_family(name, text) for name, text in texts.items()})
    secret = "watchparty-public"  # noqa: S105  a name
    version = newest_version(settings, secret)
    if version is None or _value(settings, secret, version) != wanted:
        run(*_add(settings, secret), stdin=wanted)
        version = newest_version(settings, secret)
    return version or "latest"


def cdn_key_values(settings: Settings) -> dict[str, str]:
    """Returns the keys for Cloud CDN by name."""
    return {name: _value(settings, f"watchparty-cdn-{name}", "latest") for name in settings.cdn_keys}


def _value(settings: Settings, secret: str, version: str) -> str:
    project = f"--project={settings.project}"
    return read("gcloud", "secrets", "versions", "access", version, f"--secret={secret}", project)


def _add(settings: Settings, secret: str) -> tuple[str, ...]:
    return ("gcloud", "secrets", "versions", "add", secret, f"--project={settings.project}", "--data-file=-")
