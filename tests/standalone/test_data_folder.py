"""The data folder is private and belongs to one server at a time."""

import os
from pathlib import Path

import pytest

from watchparty.data_folder import DataFolder
from watchparty.errors import DataInUse


def test_the_folder_is_private(tmp_path: Path) -> None:
    """It holds keys and films, so nobody else on the machine may look."""
    folder = DataFolder(tmp_path / "data")
    folder.make()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_an_empty_folder_becomes_private_and_one_in_use_stays_as_it_is(tmp_path: Path) -> None:
    """Somebody made it for us with the rights that folders usually have; later it is theirs to say who may look."""
    tmp_path.chmod(0o755)
    DataFolder(tmp_path).make()
    assert tmp_path.stat().st_mode & 0o077 == 0
    (tmp_path / "watchparty.sqlite").touch()
    tmp_path.chmod(0o750)
    DataFolder(tmp_path).make()
    assert tmp_path.stat().st_mode & 0o777 == 0o750


def test_a_second_server_is_refused_with_the_folder_named(tmp_path: Path) -> None:
    """Two servers on one database would fight; the second is told where."""
    folder = DataFolder(tmp_path)
    folder.make()
    handle = folder.lock()
    with pytest.raises(DataInUse, match=str(tmp_path)):
        folder.lock()
    os.close(handle)
    os.close(folder.lock())
