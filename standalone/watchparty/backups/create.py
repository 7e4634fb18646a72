"""Writes a backup of a data folder while a server works in it.

The order makes it consistent. The database is copied before the files that it names, so every film in the copy has its
files, unless it was deleted in between: for that all files are stored once before. What refers to other files
(playlists, markers of finished work) is read before the other files are listed.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from watchparty.backups import databases
from watchparty.backups.files import encoded_path, reported
from watchparty.backups.manifest import Manifest, StoredFile, StoredFolder
from watchparty.backups.repository import Repository
from watchparty.data_folder import LAYOUT_VERSION, DataFolder
from watchparty.errors import BackupFailed

TRIES = 3
"""How often the database is copied again because films were deleted since."""
_DATABASE_FILES = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".sqlite-journal")
_REFERENCES = (".json", ".m3u8")
_OF_FILMS = ("uploads", "media")


@dataclass(frozen=True)
class Report:
    """What a backup has written."""

    name: str
    manifest: Manifest
    added_files: int
    added_bytes: int
    deleted_backups: int


def back_up(
    folder: DataFolder, repository: Repository, *, now: datetime, release: str, keep: int, films_elsewhere: bool
) -> Report:
    """Adds a backup and deletes all but the newest `keep`. Raises BackupFailed; the older ones are then still whole."""
    if not folder.database.exists():
        raise BackupFailed(f"{folder.root} contains no WatchParty data. Name the data folder with --data.")
    if _contains(folder.root, repository.root):
        raise BackupFailed(f"{repository.root} is inside the data folder. Name a folder elsewhere, on another disk.")
    with repository.opened_for_writing():
        writing = _Writing(folder.root, repository, repository.stored_files())
        manifest = _written(writing, folder, now=now, release=release, films_elsewhere=films_elsewhere)
        name = repository.add(manifest)
        deleted = repository.prune(newest=name, keep=keep)
    return Report(name, manifest, writing.added_files, writing.added_bytes, deleted)


def _written(
    writing: "_Writing", folder: DataFolder, *, now: datetime, release: str, films_elsewhere: bool
) -> Manifest:
    earlier = writing.store_all(_files(folder.root))
    for _ in range(TRIES):
        copies = databases.copy_databases(folder.database, folder.relay_journal, writing.repository.partial)
        database = next(copy for copy in copies if copy.name == folder.database.name)
        references = writing.store_all(path for path in _files(folder.root) if path.suffix in _REFERENCES)
        later = writing.store_all(path for path in _files(folder.root) if path.suffix not in _REFERENCES)
        films = databases.film_ids(database)
        deleted_since = {path: file for path, file in earlier.items() if _film_of(path) in films}
        files = {**deleted_since, **references, **later}
        missing = _without_files(databases.prepared_films(database), files, folder)
        if films_elsewhere or not missing:
            break
    for copy in copies:
        files.update(writing.store_copy(copy))
    journal = next((copy for copy in copies if copy.name == folder.relay_journal.name), None)
    database_version, journal_version = databases.versions(database, journal)
    return Manifest(
        created_at=now,
        release=release,
        data_version=LAYOUT_VERSION,
        database_version=database_version,
        journal_version=journal_version,
        films_elsewhere=films_elsewhere,
        films_without_files=() if films_elsewhere else tuple(missing),
        folders=tuple(_folders(folder.root)),
        files=tuple(files[path] for path in sorted(files)),
    )


class _Writing:
    """One run: stores files, and counts what is new."""

    def __init__(self, root: Path, repository: Repository, known: Mapping[str, StoredFile]) -> None:
        self.repository = repository
        self.added_files = 0
        self.added_bytes = 0
        self._root = root
        self._known = dict(known)

    def store_all(self, paths: Iterable[Path]) -> dict[str, StoredFile]:
        """Stores files by their path relative to the data folder; those that are deleted meanwhile are left out."""
        stored = {}
        for path in paths:
            name = encoded_path(path)
            try:
                stored[name] = self._known[name] = self._store(name, self._root / path)
            except FileNotFoundError:
                continue
        return stored

    def store_copy(self, copy: Path) -> dict[str, StoredFile]:
        name = encoded_path(Path(copy.name))
        return {name: self._stored_now(name, copy)}

    def _store(self, name: str, path: Path) -> StoredFile:
        known, found = self._known.get(name), path.stat()
        unchanged = known and (known.size_bytes, known.modified_ns) == (found.st_size, found.st_mtime_ns)
        if known and unchanged and self.repository.has(known.sha256, known.size_bytes):
            return known.model_copy(update={"permissions": found.st_mode & 0o777})
        return self._stored_now(name, path)

    def _stored_now(self, name: str, path: Path) -> StoredFile:
        copied = self.repository.store(path)
        self.added_files += 1
        self.added_bytes += copied.size_bytes
        return StoredFile(
            path=name,
            size_bytes=copied.size_bytes,
            modified_ns=copied.modified_ns,
            permissions=copied.permissions,
            sha256=copied.sha256,
        )


def _files(root: Path) -> Iterable[Path]:
    """The files to store, relative to `root`. Links to folders are followed: films may be on another disk."""
    for folder, _, names in _walk(root):
        for name in sorted(names):
            path = folder / name
            if (path.parent != Path() or not _is_left_out(name)) and (root / path).is_file():
                yield path


def _is_left_out(name: str) -> bool:
    """Databases are copied as a whole; locks, the status, and damaged files set aside belong to this machine."""
    return name.endswith((*_DATABASE_FILES, ".lock")) or ".damaged-" in name or name in ("lock", "backup-status.json")


def _folders(root: Path) -> Iterable[StoredFolder]:
    for folder, _, _ in _walk(root):
        if folder != Path():
            with suppress(FileNotFoundError):  # of a film that was deleted at this moment
                permissions = (root / folder).stat().st_mode & 0o777
                yield StoredFolder(path=encoded_path(folder), permissions=permissions)


def _contains(root: Path, other: Path) -> bool:
    """Whether a backup of `root` would contain `other`, also through a link to another disk."""
    with reported(root):
        above = {_identity(each) for each in (other.resolve(), *other.resolve().parents) if each.exists()}
        return any(_identity(root / folder) in above for folder, _, _ in _walk(root))


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _walk(root: Path) -> Iterable[tuple[Path, list[str], list[str]]]:
    """Walks the folders below `root`, each once, with paths relative to it. Raises OSError for one that is closed."""
    seen = set()

    def fail(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    for folder, folders, names in os.walk(root, onerror=fail, followlinks=True):
        try:
            identity = _identity(Path(folder))
        except FileNotFoundError:
            folders.clear()
            continue
        if identity in seen:
            folders.clear()
            continue
        seen.add(identity)
        folders.sort()
        yield Path(folder).relative_to(root), folders, names


def _film_of(path: str) -> str | None:
    parts = path.split("/")
    return parts[1] if parts[0] in _OF_FILMS and len(parts) > 2 else None


def _without_files(films: Iterable[tuple[str, str]], files: Mapping[str, StoredFile], folder: DataFolder) -> list[str]:
    """The films of the copied database that have no files, or perhaps only some: they have been deleted since."""
    undeleted = databases.film_ids(folder.database)
    return [
        id_
        for id_, generation in films
        if id_ not in undeleted
        or not (folder.media_of(id_, generation) / "master.m3u8").exists()
        or f"media/{id_}/{generation}/master.m3u8" not in files
    ]
