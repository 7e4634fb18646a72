"""Cloud CDN's signing keys: added to the backends of films by name, with values from Secret Manager (ADR 51).

Google returns the names of a backend's keys and never their values, so a new value always gets a new name.
"""

import json
from collections.abc import Mapping, Set

from programs import DeploymentFailed, read, run
from settings import Settings

BACKENDS = ("watchparty-media", "watchparty-playlists")
"""Names in terraform/cdn.tf."""
MOST_KEYS = 3
"""Of one backend. https://cloud.google.com/cdn/docs/using-signed-cookies (2026-11)"""


def to_add(present: Set[str], wanted: Set[str]) -> list[str]:
    """Returns the names to add before the functions sign with them; the others stay until these do. Pure.

    Raises DeploymentFailed if a backend had more keys in between than Google allows.
    """
    if len(present | wanted) > MOST_KEYS:
        raise DeploymentFailed(
            f"Cloud CDN accepts {MOST_KEYS} keys at a time, and {', '.join(sorted(present))} are in use: "
            "remove a name from cdn_key_names and deploy, then add the new one."
        )
    return sorted(wanted - present)


def to_remove(present: Set[str], wanted: Set[str]) -> list[str]:
    """Returns the names to remove once no function signs with them. Pure."""
    return sorted(present - wanted)


def backends_exist(settings: Settings) -> bool:
    return _present(settings).keys() == set(BACKENDS)


def add_keys(settings: Settings, values: Mapping[str, str]) -> None:
    """Adds the keys of `values` (name → base64url of 16 bytes) that a backend does not have.

    Raises DeploymentFailed if a backend would have too many keys; then none has changed.
    """
    missing = {backend: to_add(names, values.keys()) for backend, names in _present(settings).items()}
    for backend, names in missing.items():
        for name in names:
            command = _command("add-signed-url-key", backend, settings)
            run(*command, f"--key-name={name}", "--key-file=/dev/stdin", stdin=values[name])


def remove_other_keys(settings: Settings) -> None:
    """Removes every key that the settings no longer name."""
    for backend, names in _present(settings).items():
        for name in to_remove(names, set(settings.cdn_keys)):
            _remove(settings, backend, name)


def drop_key(settings: Settings, name: str) -> None:
    """Removes a key whose value is lost, so that it can be added again with its new one."""
    for backend, names in _present(settings).items():
        if name in names:
            _remove(settings, backend, name)


def _present(settings: Settings) -> dict[str, set[str]]:
    """Returns the names of the keys of each backend that exists."""
    command = (
        "gcloud",
        "compute",
        "backend-buckets",
        "list",
        f"--project={settings.project}",
        "--format=json",
        "--quiet",
    )
    listed = {each["name"]: each for each in json.loads(read(*command))}
    return {
        name: set(listed[name].get("cdnPolicy", {}).get("signedUrlKeyNames", ())) for name in BACKENDS if name in listed
    }


def _remove(settings: Settings, backend: str, name: str) -> None:
    run(*_command("delete-signed-url-key", backend, settings), f"--key-name={name}")


def _command(verb: str, backend: str, settings: Settings) -> tuple[str, ...]:
    return ("gcloud", "compute", "backend-buckets", verb, backend, f"--project={settings.project}")
