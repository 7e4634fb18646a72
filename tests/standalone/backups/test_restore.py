"""Restoring a backup, and trying one out."""

from contextlib import suppress
from pathlib import Path

import pytest

from standalone.backups.folders import backed_up, content, data_folder, write
from watchparty.backups.repository import Repository
from watchparty.backups.restore import restore, tried_out
from watchparty.data_folder import DataFolder
from watchparty.errors import BackupFailed


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    """Nothing that exists is overwritten, not even by the same site."""
    folder = data_folder(tmp_path / "data")
    backed_up(folder, tmp_path / "backups")
    before = content(folder.root)
    with pytest.raises(BackupFailed, match="is not empty"):
        restore(Repository(tmp_path / "backups"), folder)
    assert content(folder.root) == before


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    """A server that starts in the empty folder at the same moment holds its lock."""
    backed_up(data_folder(tmp_path / "data"), tmp_path / "backups")
    (tmp_path / "new").mkdir()
    DataFolder(tmp_path / "new").lock()
    with pytest.raises(Exception, match="Another WatchParty is using"):
        restore(Repository(tmp_path / "backups"), DataFolder(tmp_path / "new"))


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [("database_version", "9999", "database"), ("data_version", 2, "data folder"), ("journal_version", 99, "journal")],
)
def test_a_backup_of_a_newer_release_is_refused(field: str, value: object, what: str, tmp_path: Path) -> None:
    """Before anything is written, with what to do."""
    folder = data_folder(tmp_path / "data")
    repository = Repository(tmp_path / "backups")
    manifest = backed_up(folder, tmp_path / "backups").manifest
    with repository.opened_for_writing():
        later = manifest.created_at.replace(year=2027)
        repository.add(manifest.model_copy(update={field: value, "created_at": later, "release": "9.9"}))
    with pytest.raises(BackupFailed, match=rf"newer release 9\.9 \(its {what}.*Update WatchParty"):
        restore(repository, DataFolder(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_folder_without_a_complete_backup_is_named(tmp_path: Path) -> None:
    """Also an empty one, and one that does not exist."""
    with pytest.raises(BackupFailed, match="holds no complete backup"):
        restore(Repository(tmp_path), DataFolder(tmp_path / "new"))
    backed_up(data_folder(tmp_path / "data"), tmp_path / "backups")
    with pytest.raises(BackupFailed, match="holds no backup yesterday"):
        restore(Repository(tmp_path / "backups"), DataFolder(tmp_path / "new"), name="yesterday")


def damaged(target: Path, content: bytes, change: bytes | None) -> None:
    """Changes or deletes one stored content."""
    (path,) = (path for path in (target / "files").glob("*/*") if path.read_bytes() == content)
    path.unlink()
    if change is not None:
        path.write_bytes(change)


@pytest.mark.parametrize("change", [b"#EXTM3X", b"", None], ids=["changed", "emptied", "deleted"])
def test_a_damaged_backup_is_found_and_the_next_one_is_whole(change: bytes | None, tmp_path: Path) -> None:
    """By a restore, which stays incomplete, and by a drill, after which the next backup stores the file again."""
    folder = data_folder(tmp_path / "data")
    target = tmp_path / "backups"
    backed_up(folder, target)
    damaged(target, b"#EXTM3U", change)
    with pytest.raises(BackupFailed, match=r"backup is (damaged|incomplete)"):
        restore(Repository(target), DataFolder(tmp_path / "new"))
    with pytest.raises(Exception, match="was interrupted"):
        DataFolder(tmp_path / "new").make()
    drill = tried_out(Repository(target))
    with pytest.raises(BackupFailed, match=r"2 of its .* files are missing or have changed, such as media/f1"):
        drill.__enter__()
    backed_up(folder, target, number=1)
    with tried_out(Repository(target)) as (copy, _):
        assert content(copy.root) == content(folder.root)
    assert not list(target.glob("**/watchparty-drill-*"))


def test_a_drill_leaves_nothing_behind(tmp_path: Path) -> None:
    """Where it was told to work, also after an error."""
    backed_up(data_folder(tmp_path / "data"), tmp_path / "backups")
    (tmp_path / "scratch").mkdir()
    with suppress(ZeroDivisionError), tried_out(Repository(tmp_path / "backups"), scratch=tmp_path / "scratch"):
        assert list((tmp_path / "scratch").iterdir())
        raise ZeroDivisionError
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_half_restored_folder_is_no_target_for_another_backup(tmp_path: Path) -> None:
    """The files of two backups are never mixed."""
    folder = data_folder(tmp_path / "data")
    first = backed_up(folder, tmp_path / "backups")
    backed_up(folder, tmp_path / "backups", number=1)
    new = DataFolder(tmp_path / "new")
    new.root.mkdir()
    write(new, "restoring", first.name.encode())
    with pytest.raises(BackupFailed, match="a restore of another backup that was interrupted"):
        restore(Repository(tmp_path / "backups"), new)
    restore(Repository(tmp_path / "backups"), new, name=first.name)
    assert content(new.root) == content(folder.root)
