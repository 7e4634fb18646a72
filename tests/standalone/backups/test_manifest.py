"""Manifests, and when a backup is due."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from watchparty.backups.manifest import (
    Manifest,
    ManifestError,
    StoredFile,
    StoredFolder,
    backup_names,
    is_due,
    superseded,
)

NOW = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FILE = StoredFile(path="media/f1/1/master.m3u8", size_bytes=7, modified_ns=1, permissions=0o640, sha256="0" * 64)
MANIFEST = Manifest(
    created_at=NOW,
    release="1.0",
    data_version=1,
    database_version="0015",
    journal_version=2,
    films_elsewhere=False,
    folders=(StoredFolder(path="media", permissions=0o750),),
    files=(FILE,),
)


def test_a_manifest_is_read_as_it_was_written() -> None:
    """Its name has the time, so that names sort like the backups."""
    name, text = MANIFEST.encoded()
    assert name.startswith("20261130T200000.000000Z-")
    assert Manifest.decoded(name, text) == MANIFEST


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: text.replace(b"0015", b"0014")])
def test_a_changed_manifest_is_refused(change: object) -> None:
    """One that was cut off, and one with another value."""
    assert callable(change)
    name, text = MANIFEST.encoded()
    with pytest.raises(ManifestError, match="is damaged"):
        Manifest.decoded(name, change(text))


def test_a_manifest_of_a_later_format_is_refused() -> None:
    """Its list may mean something else."""
    name, text = MANIFEST.model_copy(update={"format": 2}).encoded()
    with pytest.raises(ManifestError, match="has format 2"):
        Manifest.decoded(name, text)


@pytest.mark.parametrize("path", ["../keys", "/etc/passwd", "media/../../x", "", "media//x", "media/.", "a\0b"])
def test_no_path_leads_out_of_the_data_folder(path: str) -> None:
    """A restore writes only below the folder that it was given."""
    with pytest.raises(ValidationError):
        FILE.model_validate(FILE.model_dump() | {"path": path})
    with pytest.raises(ValidationError):
        StoredFolder(path=path, permissions=0o700)


def test_only_complete_manifests_are_backups() -> None:
    """A draft, or a file of someone else, is none."""
    name, _ = MANIFEST.encoded()
    assert backup_names([name, f"{name}.new", "notes.json", ".DS_Store"]) == [name]


def test_the_oldest_are_deleted_and_never_the_one_just_written() -> None:
    """Also if the clock was wrong, and the new one sorts first."""
    names = [f"2026113{day}T200000.000000Z-0000000000000000.json" for day in range(4)]
    assert superseded(names, newest=names[3], keep=2) == names[:2]
    assert superseded(names, newest=names[0], keep=1) == names[1:]
    assert superseded(names, newest=names[3], keep=9) == []


@dataclass(frozen=True)
class Case:
    name: str
    due: bool
    attempted_at: datetime | None = None
    succeeded_at: datetime | None = None


@pytest.mark.parametrize(
    "case",
    [
        Case("never", due=True),
        Case("yesterday", due=True, attempted_at=NOW - DAY, succeeded_at=NOW - DAY),
        Case("today", due=False, attempted_at=NOW - DAY / 2, succeeded_at=NOW - DAY / 2),
        Case("failed a minute ago", due=False, attempted_at=NOW - timedelta(minutes=1), succeeded_at=NOW - 2 * DAY),
        Case("failed an hour ago", due=True, attempted_at=NOW - timedelta(hours=1), succeeded_at=NOW - 2 * DAY),
        Case("failed, but one is recent", due=False, attempted_at=NOW - DAY / 4, succeeded_at=NOW - DAY / 2),
        Case("in the future", due=True, attempted_at=NOW + DAY, succeeded_at=NOW + DAY),
    ],
    ids=lambda case: case.name,
)
def test_a_backup_is_due(case: Case) -> None:
    """When the last one is old enough; after a failure, once per hour."""
    due = is_due(attempted_at=case.attempted_at, succeeded_at=case.succeeded_at, every=DAY, now=NOW)
    assert due is case.due
