"""kill -9 before every single change that a backup, a restore and a deletion of old backups make on the disk."""

import shutil
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from fakes.crash import completes
from standalone.backups.folders import add_film, backed_up, content, data_folder, delete_film
from watchparty.backups.repository import Repository
from watchparty.backups.restore import restore
from watchparty.data_folder import DataFolder
from watchparty.errors import RestoreIncomplete

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("keep", [1, 9])
def test_an_interrupted_backup_is_never_taken_for_a_whole_one(keep: int, tmp_path: Path) -> None:
    """The newest complete backup always restores to the state of its time, and the next backup is complete."""
    folder = data_folder(tmp_path / "data")
    first = backed_up(folder, tmp_path / "first")
    old = content(folder.root)
    delete_film(folder, "f2")
    add_film(folder, "f4")
    new = content(folder.root)
    for killed_before in count(1):
        target = tmp_path / f"target-{killed_before}"
        shutil.copytree(tmp_path / "first", target)
        completed = completes(partial(backed_up, folder, target, number=1, keep=keep), killed_before=killed_before)
        repository = Repository(target)
        name, _ = repository.manifest()
        restored = DataFolder(tmp_path / f"restored-{killed_before}")
        restore(repository, restored)
        assert content(restored.root) == (old if name == first.name else new), killed_before
        if killed_before % 5 == 0 or completed:
            backed_up(folder, target, number=2, keep=keep)
            again = DataFolder(tmp_path / f"again-{killed_before}")
            restore(repository, again)
            assert content(again.root) == new
        if completed:
            break
    assert killed_before > 20


def test_an_interrupted_restore_is_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    """No server starts in the folder, and the same restore completes it; or nothing was missing."""
    folder = data_folder(tmp_path / "data")
    backed_up(folder, tmp_path / "backups")
    repository = Repository(tmp_path / "backups")
    for killed_before in count(1):
        new = DataFolder(tmp_path / f"new-{killed_before}")
        completed = completes(partial(restore, repository, new), killed_before=killed_before)
        whole = new.root.exists() and content(new.root) == content(folder.root)
        try:
            if new.root.exists() and any(path.name != "lock" for path in new.root.iterdir()):
                new.make()
                assert whole, f"a server would start after {killed_before}"
        except RestoreIncomplete:
            if killed_before % 3 == 0:
                restore(repository, new)
                assert content(new.root) == content(folder.root)
        if completed:
            assert whole
            break
    assert killed_before > 20
