"""Records in the data folder when it was backed up and when a backup was tried out, for the admin page and `doctor`."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from watchparty.backups.files import reported, write_durably
from watchparty.data_folder import DataFolder
from watchparty_api.backup_status import BackupStatus


def read_status(folder: DataFolder) -> BackupStatus:
    """The status; without any time if there was no backup yet, or the file cannot be read."""
    try:
        stored = json.loads(folder.backup_status.read_bytes())
        return BackupStatus(
            attempted_at=_time(stored["attempted_at"]),
            succeeded_at=_time(stored["succeeded_at"]),
            drilled_at=_time(stored["drilled_at"]),
            target=stored["target"],
            failure=stored["failure"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return BackupStatus()


def _time(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored).astimezone(UTC) if stored else None


def require_recordable(folder: DataFolder) -> None:
    """Raises BackupFailed if the status cannot be written."""
    with reported(folder.root):
        _write(folder, read_status(folder))


def record_attempt(folder: DataFolder, target: Path, *, now: datetime, failure: str | None) -> None:
    """Records a backup that was completed at `now`, or failed. Raises BackupFailed if that cannot be written."""
    succeeded_at = now if failure is None else read_status(folder).succeeded_at
    status = replace(read_status(folder), attempted_at=now, succeeded_at=succeeded_at, failure=failure)
    with reported(folder.root):
        _write(folder, replace(status, target=str(target.resolve())))


def record_drill(folder: DataFolder, *, now: datetime) -> None:
    """Records that the newest backup was restored as a trial. Raises BackupFailed if that cannot be written."""
    with reported(folder.root):
        _write(folder, replace(read_status(folder), drilled_at=now))


def _write(folder: DataFolder, status: BackupStatus) -> None:
    text = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(status).items()}
    write_durably(folder.backup_status, json.dumps(text, indent=1).encode())
