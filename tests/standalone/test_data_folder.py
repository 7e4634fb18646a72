"""The data folder is private and used by one server at a time."""

import os
from pathlib import Path

import pytest

from watchparty.data_folder import LAYOUT_VERSION, RESTORING, DataFolder
from watchparty.errors import DataInUse, DataNewer, DataUnusable, RestoreIncomplete


def test_the_folder_is_private(tmp_path: Path) -> None:
    """It holds keys and films, so no other user of the machine can read it."""
    folder = DataFolder(tmp_path / "data")
    folder.make()
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_an_empty_folder_becomes_private_and_one_in_use_keeps_its_permissions(tmp_path: Path) -> None:
    """An empty folder has default permissions; those of a folder in use are its owner's decision."""
    tmp_path.chmod(0o755)
    DataFolder(tmp_path).make()
    assert tmp_path.stat().st_mode & 0o077 == 0
    (tmp_path / "watchparty.sqlite").touch()
    tmp_path.chmod(0o750)
    DataFolder(tmp_path).make()
    assert tmp_path.stat().st_mode & 0o777 == 0o750


def test_a_second_server_is_refused_with_the_folder_named(tmp_path: Path) -> None:
    """Two servers on one database would conflict; the error of the second names the folder."""
    folder = DataFolder(tmp_path)
    folder.make()
    handle = folder.lock()
    with pytest.raises(DataInUse, match=str(tmp_path)):
        folder.lock()
    os.close(handle)
    os.close(folder.lock())


@pytest.mark.parametrize("path", ["file", "file/below", "/proc/watchparty", "/dev/null"])
def test_a_folder_that_cannot_be_made_is_named_with_the_reason(path: str, tmp_path: Path) -> None:
    """In one sentence, as for a read-only disk; never a traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(DataUnusable, match=f"{path} can’t be used: [A-Z]"):
        DataFolder(tmp_path / path).make()


def test_a_folder_that_cannot_be_locked_is_named_with_the_reason(tmp_path: Path) -> None:
    """A folder in use whose disk has become read-only."""
    (tmp_path / "lock").mkdir()
    with pytest.raises(DataUnusable, match="can’t be used: Is a directory"):
        DataFolder(tmp_path).lock()


def test_the_layout_of_the_folder_has_a_version(tmp_path: Path) -> None:
    """A folder of the first releases, which has none, receives it; it is never changed back."""
    (tmp_path / "watchparty.sqlite").touch()
    DataFolder(tmp_path).make()
    assert DataFolder(tmp_path).layout_version() == LAYOUT_VERSION
    DataFolder(tmp_path).make()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"2\n", "changed by a newer WatchParty"),
        (b"x", "should hold the number 1"),
        (b"\xff", "should hold the number 1"),
    ],
)
def test_a_folder_of_a_newer_layout_is_refused(text: bytes, sentence: str, tmp_path: Path) -> None:
    """In one sentence, and before anything in it is changed."""
    (tmp_path / "layout").write_bytes(text)
    with pytest.raises((DataNewer, DataUnusable), match=sentence):
        DataFolder(tmp_path).make()
    assert [path.name for path in tmp_path.iterdir()] == ["layout"]


def test_a_folder_whose_restore_was_interrupted_is_refused(tmp_path: Path) -> None:
    """Otherwise an empty site would start, and the restore could no longer be repeated."""
    (tmp_path / RESTORING).touch()
    with pytest.raises(RestoreIncomplete, match="Run the same restore again"):
        DataFolder(tmp_path).make()
