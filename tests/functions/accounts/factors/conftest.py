"""A site whose address allows passkeys."""

import shutil
from pathlib import Path

import pytest

from fakes.factors import SECURE_SITE
from watchparty_api.config import Config


@pytest.fixture
def config(tmp_path: Path, empty_database: Path, keys_dir: Path) -> Config:
    shutil.copy(empty_database, tmp_path / "watchparty.db")
    return Config(public_url=SECURE_SITE, store_url=f"sqlite:///{tmp_path}/watchparty.db", keys_dir=str(keys_dir))
