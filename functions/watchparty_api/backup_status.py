"""What is known about the backups of a home server. In the cloud Google makes them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class BackupStatus:
    """When the site was backed up. Every time is None if it has not happened yet."""

    scheduled: bool = False
    """Whether the server makes backups itself."""
    attempted_at: datetime | None = None
    succeeded_at: datetime | None = None
    drilled_at: datetime | None = None
    """When a backup was last restored as a trial, without an error."""
    target: str | None = None
    """Where the last backup was written."""
    failure: str | None = None
    """Why the last attempt failed; None: it succeeded."""
