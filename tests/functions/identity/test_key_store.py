"""Both stores of the installation's secrets: files, and Secret Manager with its real client and a local server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.google.secret_manager_api import SecretManagerApi, secret_manager_api
from watchparty_api.config import ConfigError
from watchparty_api.identity.key_store import KeyFolder
from watchparty_api.identity.keys import read_keys
from watchparty_api.identity.secret_manager import SecretManager


@pytest.fixture
def api() -> Iterator[SecretManagerApi]:
    with secret_manager_api() as running:
        yield running


@pytest.fixture
def manager(api: SecretManagerApi) -> SecretManager:
    return SecretManager("projects/demo/secrets/watchparty", api.client, timeout_s=0.5)


def test_the_keys_of_a_folder_are_the_keys_of_secret_manager(
    api: SecretManagerApi, manager: SecretManager, tmp_path: Path
) -> None:
    """The same texts give the same keys in either store."""
    folder = KeyFolder(tmp_path, may_create=True)
    made = read_keys(folder)
    for name in ("access", "join", "notice", "hash"):
        api.secrets[f"projects/demo/secrets/watchparty-{name}"] = folder.read(name)
    fetched = read_keys(manager)
    assert fetched.join.public.entries() == made.join.public.entries()
    assert fetched.keyed_hash == made.keyed_hash


def test_what_is_missing_or_forbidden_is_named_and_nothing_is_made_up(
    api: SecretManagerApi, manager: SecretManager
) -> None:
    """A missing secret, a forbidden one and an unreachable server are each an error that names the place."""
    for status in (404, 403, 503):
        api.refuses_with = status
        with pytest.raises(ConfigError, match="WATCHPARTY_KEYS_SECRETS: projects/demo/secrets/watchparty-hash"):
            read_keys(manager)


def test_a_broken_secret_is_named_and_not_repeated(api: SecretManagerApi, manager: SecretManager) -> None:
    """The error names the place, and repeats nothing of the secret."""
    api.secrets = dict.fromkeys(
        (f"projects/demo/secrets/watchparty-{name}" for name in ("access", "join", "notice")), '{"canary": 1}'
    ) | {"projects/demo/secrets/watchparty-hash": "x" * 32}
    with pytest.raises(ConfigError, match="watchparty-access: expected") as refused:
        read_keys(manager)
    assert "canary" not in str(refused.value)
