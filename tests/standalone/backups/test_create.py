"""Backups of a data folder that changes, and what they refuse."""

import os
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from standalone.backups.folders import NOW, add_film, backed_up, content, data_folder, delete_film, write
from watchparty.backups.files import reported
from watchparty.backups.repository import MARKER, Repository
from watchparty.backups.restore import restore
from watchparty.data_folder import DataFolder
from watchparty.errors import BackupFailed


def restored(target: Path, into: Path, name: str | None = None) -> DataFolder:
    restore(Repository(target), DataFolder(into), name=name)
    return DataFolder(into)


def test_a_restored_folder_equals_the_one_backed_up(tmp_path: Path) -> None:
    """Every file, empty folder, mode and row; locks and logs of the databases are not part of it."""
    folder = data_folder(tmp_path / "data")
    (folder.root / "media" / "empty").mkdir(mode=0o750)
    write(folder, "strange/näme \udcff", b"any bytes")
    backed_up(folder, tmp_path / "backups")
    assert content(restored(tmp_path / "backups", tmp_path / "new").root) == content(folder.root)
    assert (tmp_path / "new" / "keys" / "join.json").stat().st_mode & 0o777 == 0o600


def test_only_changes_are_stored_again(tmp_path: Path) -> None:
    """The second backup adds the changed file and the databases; each backup restores its own state."""
    folder = data_folder(tmp_path / "data")
    first = backed_up(folder, tmp_path / "backups")
    before = content(folder.root)
    write(folder, "media/f1/1/master.m3u8", b"#EXTM3U longer")
    second = backed_up(folder, tmp_path / "backups", number=1)
    assert first.added_files == len(first.manifest.files)
    assert second.added_files <= 3
    assert content(restored(tmp_path / "backups", tmp_path / "1", first.name).root) == before
    assert content(restored(tmp_path / "backups", tmp_path / "2").root) == content(folder.root)


def test_old_backups_are_deleted_with_what_only_they_needed(tmp_path: Path) -> None:
    """The content of a deleted film leaves the disk with the last backup that contains it."""
    folder = data_folder(tmp_path / "data")
    backed_up(folder, tmp_path / "backups")
    delete_film(folder, "f2")
    stored = [path.read_bytes() for path in (tmp_path / "backups" / "files").glob("*/*")]
    assert b"f2" * 100 in stored
    report = backed_up(folder, tmp_path / "backups", number=1, keep=1)
    assert report.deleted_backups == 1
    assert b"f2" * 100 not in [path.read_bytes() for path in (tmp_path / "backups" / "files").glob("*/*")]
    assert content(restored(tmp_path / "backups", tmp_path / "new").root).keys() == content(folder.root).keys()


def test_films_on_another_disk_are_backed_up(tmp_path: Path) -> None:
    """A link to a folder is followed, once: a link to the folder itself does not repeat it."""
    folder = data_folder(tmp_path / "data")
    (folder.root / "media").rename(tmp_path / "disk")
    (folder.root / "media").symlink_to(tmp_path / "disk")
    (folder.root / "uploads" / "loop").symlink_to(folder.root)
    paths = [file.path for file in backed_up(folder, tmp_path / "backups").manifest.files]
    assert "media/f1/1/master.m3u8" in paths
    assert len(paths) == len(set(paths)) == 9


def test_every_film_in_the_database_has_its_files_while_films_come_and_go(tmp_path: Path) -> None:
    """Films are added and deleted as fast as possible during five backups; every restored film is complete."""
    folder = data_folder(tmp_path / "data")
    stopping, deleting = threading.Event(), set[str]()

    def change() -> None:
        number = 0
        while not stopping.is_set():
            add_film(folder, f"n{number}")
            if number >= 5:
                deleting.add(f"n{number - 5}")
                delete_film(folder, f"n{number - 5}")
            number += 1

    changing = threading.Thread(target=change)
    changing.start()
    try:
        names = {backed_up(folder, tmp_path / "backups", number=day).name: set(deleting) for day in range(5)}
    finally:
        stopping.set()
        changing.join()
    for name, half_deleted in names.items():
        copy = restored(tmp_path / "backups", tmp_path / name, name)
        _, manifest = Repository(tmp_path / "backups").manifest(name)
        with closing(sqlite3.connect(copy.database)) as database:
            films = {id_ for (id_,) in database.execute("SELECT id FROM video")} - set(manifest.films_without_files)
        assert {"f1", "f2"} <= films
        for film in films:
            assert (copy.root / "media" / film / "1" / "master.m3u8").exists(), (name, film)
            segment = copy.root / "media" / film / "1" / "v720" / "ladder-00000.m4s"
            assert film in half_deleted or segment.exists(), (name, film)


def test_a_backup_waits_for_no_reader_and_blocks_no_writer_for_long(tmp_path: Path) -> None:
    """The lock under which both snapshots are taken is free when the copy begins."""
    folder = data_folder(tmp_path / "data")
    with closing(sqlite3.connect(folder.database)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM video").fetchall()
        backed_up(folder, tmp_path / "backups")
    add_film(folder, "f4")


@pytest.mark.parametrize("where", ["data", "data/backups"])
def test_a_folder_inside_the_data_folder_is_refused(where: str, tmp_path: Path) -> None:
    """It would back itself up, and be lost with the data."""
    folder = data_folder(tmp_path / "data")
    with pytest.raises(BackupFailed, match="inside the data folder"):
        backed_up(folder, tmp_path / where)


def test_a_folder_inside_a_linked_folder_is_refused(tmp_path: Path) -> None:
    """Films are often on another disk, and so are backups: each backup would contain all earlier ones."""
    folder, films = data_folder(tmp_path / "data"), tmp_path / "films"
    (folder.root / "media").rename(films)
    (folder.root / "media").symlink_to(films)
    with pytest.raises(BackupFailed, match="inside the data folder"):
        backed_up(folder, films / "backups" / "site")
    assert not (films / "backups").exists()
    backed_up(folder, tmp_path / "backups")


def test_a_damaged_list_of_files_does_not_stop_later_backups(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The next backup is complete, old ones are still deleted, and what the damaged list names stays until then."""
    folder, target = data_folder(tmp_path / "data"), tmp_path / "backups"
    written = write(folder, "logs/only-here", b"content of one backup")
    damaged = target / "backups" / backed_up(folder, target).name
    damaged.write_bytes(damaged.read_bytes().replace(b'"1.0"', b'"1.1"'))
    written.unlink()
    content_of_it = Repository(target).file(sha256(b"content of one backup").hexdigest())
    backed_up(folder, target, number=1, keep=2)
    assert damaged.name in caplog.text
    assert content_of_it.exists()
    restore(Repository(target), DataFolder(tmp_path / "restored"))
    assert content(tmp_path / "restored") == content(folder.root)
    assert backed_up(folder, target, number=2, keep=2).deleted_backups == 1
    assert not damaged.exists()
    assert not content_of_it.exists()


def test_a_backup_after_the_clock_was_set_back_is_the_newest(tmp_path: Path) -> None:
    """Otherwise a restore would return to a backup of the wrong year, which would never be deleted either."""
    folder, target = data_folder(tmp_path / "data"), tmp_path / "backups"
    wrong = backed_up(folder, target, number=3650)
    write(folder, "logs/later", b"later")
    for number in (1, 2):
        newest = backed_up(folder, target, number=number, keep=2)
    assert newest.manifest.created_at == NOW + timedelta(days=2)
    assert Repository(target).names()[-1] == newest.name
    assert wrong.name not in Repository(target).names()
    restore(Repository(target), DataFolder(tmp_path / "restored"))
    assert (tmp_path / "restored" / "logs" / "later").exists()


def test_a_database_without_tables_is_refused(tmp_path: Path) -> None:
    """It is one that a server is just creating."""
    folder = DataFolder(tmp_path / "data")
    folder.make()
    folder.database.touch()
    with pytest.raises(BackupFailed, match="no such table"):
        backed_up(folder, tmp_path / "backups")


def test_an_error_about_a_name_in_another_encoding_can_be_shown() -> None:
    """File names can be any bytes; a terminal and JSON accept only text."""
    path = Path(os.fsdecode(b"film \xff"))
    with pytest.raises(BackupFailed) as raised, reported(path):
        path.stat()
    assert str(raised.value).encode().startswith("film \N{REPLACEMENT CHARACTER} can’t be used".encode())


@pytest.mark.skipif(not Path("/proc/self/fdinfo").is_dir(), reason="only Linux lists what a process has open")
def test_the_lock_works_on_a_network_share(tmp_path: Path) -> None:
    """NFS refuses to lock a file that is not open for writing (flock(2))."""
    with Repository(tmp_path / "backups").opened_for_writing():
        opened = [each for each in Path("/proc/self/fd").iterdir() if _is_open(each, MARKER)]
        flags = Path("/proc/self/fdinfo", opened[0].name).read_text().split("flags:")[1].split()[0]
    assert int(flags, 8) & os.O_ACCMODE == os.O_RDWR


def _is_open(descriptor: Path, name: str) -> bool:
    try:
        return descriptor.readlink().name == name
    except FileNotFoundError:
        return False


def test_a_folder_with_other_content_is_refused(tmp_path: Path) -> None:
    """Files are deleted from a folder of backups."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "summer.jpg").touch()
    with pytest.raises(BackupFailed, match="is not empty and holds no backups"):
        backed_up(data_folder(tmp_path / "data"), tmp_path / "photos")
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["summer.jpg"]


def test_a_folder_without_data_is_refused_and_not_created(tmp_path: Path) -> None:
    """A mistyped --data is not backed up as an empty site."""
    with pytest.raises(BackupFailed, match="contains no WatchParty data"):
        backed_up(DataFolder(tmp_path / "nowhere"), tmp_path / "backups")
    assert list(tmp_path.iterdir()) == []


def test_a_second_backup_at_the_same_time_is_refused(tmp_path: Path) -> None:
    """In one sentence; the first is not disturbed."""
    folder = data_folder(tmp_path / "data")
    backed_up(folder, tmp_path / "backups")
    with (
        Repository(tmp_path / "backups").opened_for_writing(),
        pytest.raises(BackupFailed, match=r"Another backup into .* is running"),
    ):
        backed_up(folder, tmp_path / "backups", number=1)


def test_a_damaged_database_fails_the_backup(tmp_path: Path) -> None:
    """Otherwise the good backups would be replaced by it, one per night."""
    folder = data_folder(tmp_path / "data")
    backed_up(folder, tmp_path / "backups")
    with closing(sqlite3.connect(folder.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")
    with folder.database.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(4096))
    with pytest.raises(BackupFailed, match=r"damaged|malformed"):
        backed_up(folder, tmp_path / "backups", number=1)
    assert len(Repository(tmp_path / "backups").names()) == 1


def test_a_file_that_cannot_be_written_fails_the_backup_by_name(tmp_path: Path) -> None:
    """A backup that lacks a file is never completed."""
    folder = data_folder(tmp_path / "data")
    with Repository(tmp_path / "backups").opened_for_writing():
        pass
    (tmp_path / "backups" / "files").rmdir()
    (tmp_path / "backups" / "files").touch()
    with pytest.raises(BackupFailed, match="files can’t be used: "):
        backed_up(folder, tmp_path / "backups")
    assert Repository(tmp_path / "backups").names() == []
