"""Backups that the server makes itself, and what it reports about them."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from standalone.backups.folders import NOW, data_folder
from watchparty.backups.repository import Repository
from watchparty.backups.schedule import BackupPlan, back_up_if_due, back_up_now
from watchparty.backups.status import read_status, record_drill
from watchparty.data_folder import DataFolder
from watchparty.errors import BackupFailed
from watchparty_api.backup_status import BackupStatus

DAY = timedelta(days=1)


def plan_of(tmp_path: Path) -> BackupPlan:
    folder = data_folder(tmp_path / "data")
    return BackupPlan(folder=folder, target=tmp_path / "backups", keep=2, release="1.0", films_elsewhere=False)


def check(plan: BackupPlan, at: datetime) -> None:
    """Checks the schedule once."""
    back_up_if_due(plan, every=DAY, clock=lambda: at)


def run(plan: BackupPlan, at: datetime) -> int:
    """Checks the schedule once; returns how many backups there are."""
    check(plan, at)
    return len(Repository(plan.target).names())


def test_a_backup_is_made_at_once_and_then_every_day(tmp_path: Path) -> None:
    """Also by a server that is restarted every few hours; only the newest are kept."""
    plan = plan_of(tmp_path)
    assert read_status(plan.folder) == BackupStatus()
    hours = [0, 1, 23, 24, 25, 48, 72]
    assert [run(plan, NOW + timedelta(hours=each)) for each in hours] == [1, 1, 1, 2, 2, 2, 2]
    assert read_status(plan.folder).succeeded_at == NOW + 3 * DAY


def test_a_failure_is_recorded_and_the_next_try_is_an_hour_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The last success remains known; the log has the reason once per try."""
    plan = plan_of(tmp_path)
    run(plan, NOW)
    (tmp_path / "backups").rename(tmp_path / "unplugged")
    (tmp_path / "backups").touch()
    with caplog.at_level(logging.ERROR):
        for minutes in (0, 10, 59, 60):
            check(plan, NOW + DAY + timedelta(minutes=minutes))
    assert len([line for line in caplog.messages if "the scheduled backup into" in line]) == 2
    status = read_status(plan.folder)
    assert (status.succeeded_at, status.attempted_at) == (NOW, NOW + DAY + timedelta(hours=1))
    assert status.failure is not None
    assert "can’t be used" in status.failure


@pytest.mark.parametrize("mount_point", [True, False])
def test_a_disk_that_is_not_mounted_is_named(mount_point: bool, tmp_path: Path) -> None:
    """Nothing is written where it should be, which is the system's own disk. With the disk, backups go on; the command
    begins again.
    """
    plan = plan_of(tmp_path)
    run(plan, NOW)
    plan.target.rename(tmp_path / "unplugged")
    if mount_point:
        plan.target.mkdir()
    assert run(plan, NOW + DAY) == 0
    failure = read_status(plan.folder).failure or ""
    assert f"run: watchparty backup {plan.target}" in failure
    assert not mount_point or list(plan.target.iterdir()) == []
    if mount_point:
        plan.target.rmdir()
    (tmp_path / "unplugged").rename(plan.target)
    assert run(plan, NOW + 2 * DAY) == 2
    plan.target.rename(tmp_path / "lost")
    back_up_now(plan, clock=lambda: NOW + 3 * DAY)
    assert run(plan, NOW + 4 * DAY) == 2


def test_no_backup_is_made_that_cannot_be_recorded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Otherwise each minute would have one, and within a quarter of an hour no older one would remain."""
    plan = plan_of(tmp_path)
    run(plan, NOW)
    obstacle = plan.folder.root / "backup-status.json.new"
    obstacle.mkdir()
    assert [run(plan, NOW + DAY + timedelta(minutes=each)) for each in (0, 1, 2)] == [1, 1, 1]
    assert "backup-status.json.new can’t be used" in caplog.text
    with pytest.raises(BackupFailed, match=r"backup-status\.json\.new can’t be used"):  # the command has made one
        back_up_now(plan, clock=lambda: NOW + DAY)
    obstacle.rmdir()
    assert run(plan, NOW + DAY + timedelta(hours=1)) == 2


def test_another_folder_gets_a_backup_at_once(tmp_path: Path) -> None:
    """The status of the former folder does not count."""
    plan = plan_of(tmp_path)
    run(plan, NOW)
    assert run(replace(plan, target=tmp_path / "other"), NOW + timedelta(minutes=1)) == 1


def test_a_drill_is_recorded_beside_the_backup(tmp_path: Path) -> None:
    """A later backup does not forget when the last drill was."""
    plan = plan_of(tmp_path)
    run(plan, NOW)
    record_drill(plan.folder, now=NOW + timedelta(hours=1))
    run(plan, NOW + DAY)
    status = read_status(plan.folder)
    assert (status.succeeded_at, status.drilled_at) == (NOW + DAY, NOW + timedelta(hours=1))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"attempted_at": "yesterday"}', "null"])
def test_a_damaged_status_counts_as_none(text: str, tmp_path: Path) -> None:
    """The next backup writes it again."""
    folder = DataFolder(tmp_path)
    folder.backup_status.write_text(text)
    assert read_status(folder) == BackupStatus()
