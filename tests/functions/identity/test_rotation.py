"""Rotating keys in use: every step keeps unexpired tokens valid, and the last one invalidates old keys."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from watchparty_api.config import ConfigError
from watchparty_api.errors import Unauthenticated
from watchparty_api.identity.key_store import KeyFolder
from watchparty_api.identity.keys import read_keys
from watchparty_api.identity.rotation import STEPS
from watchparty_api.identity.tokens import JOIN_LIFE, TokenSigner

NOW = datetime(2026, 11, 1, 20, 0, tzinfo=UTC)


class Deployment:
    """A keys folder, and functions that are restarted after each step, as a new version of a secret requires."""

    def __init__(self, folder: Path) -> None:
        self.material = KeyFolder(folder, may_create=True)
        self.folder = folder
        self.signer = TokenSigner(read_keys(self.material))

    def step(self, name: str) -> TokenSigner:
        path = self.folder / "join.json"
        path.write_text(STEPS[name]("join", path.read_text()))
        before, self.signer = self.signer, TokenSigner(read_keys(self.material))
        return before

    def token(self) -> str:
        return self.signer.join_token({"sub": "p1", "room": "r1"}, NOW)

    def published(self) -> set[str]:
        return {key["kid"] for key in self.signer.jwks()["keys"] if key["kid"].startswith("join-")}


def test_every_living_token_is_good_at_every_step(tmp_path: Path) -> None:
    """Instances from before and after a step run side by side, and each accepts the other's tokens."""
    deployment = Deployment(tmp_path)
    first = deployment.token()
    (old,) = deployment.published()

    before = deployment.step("add")
    assert deployment.published() > {old}, "verifiers see the new key before anything is signed with it"
    assert before.verify_join(deployment.token(), NOW)
    assert deployment.signer.verify_join(first, NOW)

    before = deployment.step("activate")
    second = deployment.token()
    assert before.verify_join(second, NOW)
    assert deployment.signer.verify_join(first, NOW)
    assert before.jwks() == deployment.signer.jwks(), "what the relay has fetched holds for both"

    deployment.step("retire")
    assert deployment.signer.verify_join(second, NOW)
    assert old not in deployment.published()
    with pytest.raises(Unauthenticated):
        deployment.signer.verify_join(first, NOW)
    assert timedelta(hours=1) > JOIN_LIFE, "an hour between activate and retire is enough, as operations.md says"


def test_a_step_is_idempotent_where_it_can_be(tmp_path: Path) -> None:
    """Activating or retiring twice has no further effect."""
    deployment = Deployment(tmp_path)
    deployment.step("add")
    for name in ("activate", "retire"):
        deployment.step(name)
        once = (tmp_path / "join.json").read_text()
        deployment.step(name)
        assert (tmp_path / "join.json").read_text() == once


def test_adding_makes_a_family_that_is_not_there_and_the_other_steps_do_not() -> None:
    """A first deployment starts with `add`."""
    made = STEPS["add"]("notice", None)
    assert STEPS["activate"]("notice", made) == made
    with pytest.raises(ConfigError, match="no family"):
        STEPS["retire"]("notice", None)


def test_a_broken_family_is_refused_and_not_repeated() -> None:
    """A file that cannot be parsed is not overwritten."""
    with pytest.raises(ConfigError) as refused:
        STEPS["add"]("join", '{"active": "canary"}')
    assert "canary" not in str(refused.value)
