"""Makes the backups that the settings schedule, while the server runs."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from watchparty.backups.create import Report, back_up
from watchparty.backups.manifest import is_due
from watchparty.backups.repository import Repository
from watchparty.backups.status import read_status, record_attempt, require_recordable
from watchparty.data_folder import DataFolder
from watchparty.errors import BackupFailed

log = logging.getLogger(__name__)

CHECK_EVERY_S = 60.0


@dataclass(frozen=True)
class BackupPlan:
    """Where backups of a data folder go, and which are kept."""

    folder: DataFolder
    target: Path
    keep: int
    release: str
    films_elsewhere: bool


def back_up_now(plan: BackupPlan, *, clock: Callable[[], datetime], begun: bool = False) -> Report:
    """Makes a backup and records the attempt in the data folder. Raises BackupFailed.

    `begun`: there are earlier backups in the target, and without them it is the wrong disk.
    """
    started_at, repository = clock(), Repository(plan.target)
    try:
        if begun:
            repository.require_begun()
        report = back_up(
            plan.folder,
            repository,
            now=started_at,
            release=plan.release,
            keep=plan.keep,
            films_elsewhere=plan.films_elsewhere,
        )
    except BackupFailed as error:
        if plan.folder.database.exists():
            record_attempt(plan.folder, plan.target, now=started_at, failure=str(error))
        raise
    record_attempt(plan.folder, plan.target, now=started_at, failure=None)
    return report


def back_up_if_due(plan: BackupPlan, *, every: timedelta, clock: Callable[[], datetime]) -> None:
    """Makes a backup if the last one into this folder is older than `every`; a failure is logged and recorded."""
    status = read_status(plan.folder)
    same = status.target == str(plan.target.resolve())
    if is_due(
        attempted_at=status.attempted_at if same else None,
        succeeded_at=status.succeeded_at if same else None,
        every=every,
        now=clock(),
    ):
        try:
            require_recordable(plan.folder)  # or a backup per minute would push out all earlier ones
            report = back_up_now(plan, clock=clock, begun=same and status.succeeded_at is not None)
        except BackupFailed as error:
            log.error("the scheduled backup into %s failed: %s", plan.target, error)
        else:
            log.info("backed up into %s: %s", plan.target, report.name)
