"""What every storage adapter does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

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


def test_created_stays(storage: Storage) -> None:
    """What a player has cached under a name stays true."""
    assert storage.create("a0/aac-init.mp4", b"one")
    assert not storage.create("a0/aac-init.mp4", b"two")
    assert storage.read("a0/aac-init.mp4") == b"one"


@pytest.mark.parametrize("way", ["write", "create"])
def test_two_write_one_name_at_once(storage: Storage, way: str) -> None:
    """As two chunks do with their initialisation segment: nobody fails, one is written whole, and created once."""
    both, rounds = Barrier(2), 100

    def write(content: bytes) -> list[bool | None]:
        answers = []
        for number in range(rounds):
            both.wait(timeout=30)
            answers.append(getattr(storage, way)(f"a0/{number}.mp4", content))
        return answers

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(write, [b"1" * 5000, b"2" * 9000])
    assert {storage.size(f"a0/{number}.mp4") for number in range(rounds)} <= {5000, 9000}
    if way == "create":
        assert all(first != second for first, second in zip(one, other, strict=True))


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
