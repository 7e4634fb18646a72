"""What one backup consists of, when the next one is due, and which ones are kept. Pure.

A backup is one manifest: a list of files, each with the SHA-256 under which its content is stored. It is written last,
under a name that contains the hash of its own text, so an interrupted or damaged one is never taken for a backup.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

FORMAT = 1
"""The version of the manifest's shape. A newer one is refused."""
RETRY_AFTER = timedelta(hours=1)
"""When a scheduled backup is tried again after it failed."""
_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-([0-9a-f]{16})\.json")
_TIME = "%Y%m%dT%H%M%S.%fZ"


class ManifestError(Exception):
    """A manifest that cannot be used; the message says why."""


class ManifestDamaged(ManifestError):
    """A manifest whose text has changed since it was written."""


def _inside(path: str) -> str:
    if any(part in ("", ".", "..") for part in path.split("/")) or "\0" in path:
        raise ValueError(f"{path!r} is not the name of a file in the data folder")
    return path


Inside = Annotated[str, AfterValidator(_inside)]
"""A path relative to the data folder, percent-encoded where it is not plain ASCII. It cannot lead out of the folder."""
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Permissions = Annotated[int, Field(ge=0, le=0o777)]


class StoredFile(BaseModel):
    """One file of the data folder, and the hash under which its content is stored."""

    model_config = ConfigDict(frozen=True)

    path: Inside
    size_bytes: Annotated[int, Field(ge=0)]
    modified_ns: int
    permissions: Permissions
    sha256: Hash


class StoredFolder(BaseModel):
    """One folder below the data folder."""

    model_config = ConfigDict(frozen=True)

    path: Inside
    permissions: Permissions


class Manifest(BaseModel):
    """One backup."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    created_at: AwareDatetime
    release: str
    """The release that wrote the backup."""
    data_version: int
    """The layout of the data folder."""
    database_version: Annotated[str, Field(pattern=r"^\d+$")] | None
    """The newest migration of the database; None: the folder had no database."""
    journal_version: int | None
    films_elsewhere: bool
    """Films were in an S3-compatible store and are not part of the backup."""
    films_without_files: tuple[str, ...] = ()
    """Films that had lost their files before the backup."""
    folders: tuple[StoredFolder, ...]
    files: tuple[StoredFile, ...]

    @property
    def size_bytes(self) -> int:
        """What a restore writes."""
        return sum(each.size_bytes for each in self.files)

    def encoded(self, *, after: str | None = None) -> tuple[str, bytes]:
        """Returns the name of the manifest's file, and its text.

        The name sorts behind `after`, the newest backup, even if the clock was set back since.
        """
        text, at = self.model_dump_json(indent=1).encode(), self.created_at.astimezone(UTC)
        if after is not None:
            at = max(
                at, datetime.strptime(after.partition("-")[0], _TIME).replace(tzinfo=UTC) + timedelta(microseconds=1)
            )
        return f"{at.strftime(_TIME)}-{sha256(text).hexdigest()[:16]}.json", text

    @classmethod
    def decoded(cls, name: str, text: bytes) -> Self:
        """Returns the manifest in a file of this name. Raises ManifestError."""
        match = _NAME.fullmatch(name)
        if match is None or sha256(text).hexdigest()[:16] != match[2]:
            raise ManifestDamaged(f"the backup {name} is damaged: its list of files has changed since it was written")
        given = json.loads(text).get("format")
        if given != FORMAT:
            raise ManifestError(
                f"the backup {name} has format {given}, written by another release; this one reads format {FORMAT}"
            )
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ManifestError(f"the backup {name} can’t be read: {error.errors()[0]['msg']}") from error


def backup_names(file_names: Iterable[str]) -> list[str]:
    """Returns the names of manifests among these, oldest first."""
    return sorted(name for name in file_names if _NAME.fullmatch(name))


def hashes_in(text: bytes) -> set[str]:
    """Returns everything in a damaged manifest that can be a hash, so that what it lists is not deleted early."""
    return set(re.findall(r"[0-9a-f]{64}", text.decode(errors="replace")))


def superseded(names: Sequence[str], *, newest: str, keep: int) -> list[str]:
    """Returns the backups to delete so that `keep` remain. The one just written, `newest`, always remains."""
    others = [name for name in backup_names(names) if name != newest]
    return others[: max(0, len(others) - (keep - 1))]


def is_due(*, attempted_at: datetime | None, succeeded_at: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether a scheduled backup has to run. A time in the future counts as none: the clock was wrong."""
    attempted_at, succeeded_at = (at if at and at <= now else None for at in (attempted_at, succeeded_at))
    if attempted_at and attempted_at != succeeded_at and now - attempted_at < RETRY_AFTER:
        return False
    return succeeded_at is None or now - succeeded_at >= every
