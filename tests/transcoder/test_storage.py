"""What every storage adapter does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from watchparty_transcoder.storage.folder import FolderStorage
from watchparty_transcoder.storage.port import Storage

ADAPTERS: dict[str, Callable[[Path], Storage]] = {"folder": lambda path: FolderStorage(path / "media")}


@pytest.fixture(params=ADAPTERS)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return ADAPTERS[request.param](tmp_path)


def test_written_is_read(storage: Storage) -> None:
    """The last write counts; size is told without reading."""
    storage.write("v360/ladder.m3u8", b"one")
    storage.write("v360/ladder.m3u8", b"three")
    assert storage.read("v360/ladder.m3u8") == b"three"
    assert storage.size("v360/ladder.m3u8") == 5


def test_what_is_not_there_is_none(storage: Storage) -> None:
    """Not an error."""
    assert storage.read("master.m3u8") is None
    assert storage.size("master.m3u8") is None


def test_clear_forgets_everything(storage: Storage) -> None:
    """And writing goes on afterwards."""
    storage.write("v360/ladder.m3u8", b"one")
    storage.clear()
    assert storage.read("v360/ladder.m3u8") is None
    storage.write("v360/ladder.m3u8", b"two")
    assert storage.read("v360/ladder.m3u8") == b"two"


def test_left_overs_of_a_killed_write_disappear(tmp_path: Path) -> None:
    """The next run begins without them."""
    (tmp_path / "a.m4s.unfinished").write_bytes(b"half")
    FolderStorage(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_other_errors_of_the_disk_are_not_hidden(tmp_path: Path) -> None:
    """Only a full disk has a name of its own."""
    storage = FolderStorage(tmp_path)
    (tmp_path / "v360").write_bytes(b"a file where a folder should be")
    with pytest.raises(FileExistsError):
        storage.write("v360/ladder.m3u8", b"one")
