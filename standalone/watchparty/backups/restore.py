"""Restores a backup into an empty data folder, and tries a backup out in a temporary one.

A restore can be interrupted and repeated. Until it is complete, the folder holds a marker with which no server starts.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from watchparty.backups.files import copy_verified, decoded_path, hash_of, reported, sync_folder
from watchparty.backups.manifest import Manifest, StoredFile
from watchparty.backups.repository import Repository
from watchparty.data_folder import LAYOUT_VERSION, RESTORING, DataFolder
from watchparty.errors import BackupFailed
from watchparty_api.store.migrations import newest_version
from watchparty_relay.bus.journal import LAYOUT_VERSION as JOURNAL_VERSION

SPARE_BYTES = 64 << 20
"""What remains free beside a restored folder."""


def restore(repository: Repository, folder: DataFolder, *, name: str | None = None) -> Manifest:
    """Restores a backup, by default the newest; returns it.

    Raises BackupFailed. The folder is then unchanged or marked as incomplete, and the same call continues.
    """
    name, manifest = repository.manifest(name)
    _require_readable(name, manifest)
    marker = folder.root / RESTORING
    with reported(folder.root):
        folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        present = {path.name for path in folder.root.iterdir()} - {"lost+found", "lock"}
        if present and not (marker.exists() and marker.read_text() in ("", name)):
            raise BackupFailed(
                f"{folder.root} holds a restore of another backup that was interrupted. Empty it first."
                if marker.exists()
                else f"{folder.root} is not empty. Name an empty folder with --data, or move that one away."
            )
        _require_space(folder.root, manifest)
        descriptor = folder.lock()
        try:
            if not marker.exists():
                marker.write_text(name)
                sync_folder(folder.root)
            for each in manifest.folders:
                (folder.root / decoded_path(each.path)).mkdir(parents=True, exist_ok=True, mode=0o700)
            for file in _databases_last(manifest.files):
                _restore_file(repository, file, folder.root / decoded_path(file.path))
            for each in reversed(manifest.folders):
                path = folder.root / decoded_path(each.path)
                sync_folder(path)
                path.chmod(each.permissions)
            marker.unlink()
            sync_folder(folder.root)
        finally:
            os.close(descriptor)
    return manifest


def _databases_last(files: Iterable[StoredFile]) -> list[StoredFile]:
    return sorted(files, key=lambda file: file.path.endswith(".sqlite"))


def _require_readable(name: str, manifest: Manifest) -> None:
    """Raises BackupFailed for a backup of a newer release."""
    newer = [
        what
        for what, found, known in (
            ("data folder", manifest.data_version, LAYOUT_VERSION),
            ("database", int(manifest.database_version or 0), int(newest_version())),
            ("journal", manifest.journal_version or 0, JOURNAL_VERSION),
        )
        if found > known
    ]
    if newer:
        raise BackupFailed(
            f"The backup {name} was written by the newer release {manifest.release} (its {newer[0]} has a version that "
            "this one does not know). Update WatchParty, or name an older backup with --backup."
        )


def _require_space(root: Path, manifest: Manifest) -> None:
    present = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    needed, free = manifest.size_bytes + SPARE_BYTES - present, shutil.disk_usage(root).free
    if needed > free:
        raise BackupFailed(
            f"The backup needs {needed / 1e9:.1f} GB, but the disk of {root} has only {free / 1e9:.1f} GB."
        )


def _restore_file(repository: Repository, file: StoredFile, path: Path) -> None:
    if path.exists() and path.stat().st_size == file.size_bytes and hash_of(path) == file.sha256:
        return  # restored before an interruption
    source, draft = repository.file(file.sha256), path.with_name(f"{path.name}.restoring")
    if not source.exists():
        raise BackupFailed(f"The backup is incomplete: the content of {file.path} is missing.")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # of a film that was deleted during the backup
    copied = copy_verified(source, draft)
    if copied.sha256 != file.sha256:
        draft.unlink()
        raise BackupFailed(f"The backup is damaged: {file.path} has changed since it was stored.")
    os.utime(draft, ns=(file.modified_ns, file.modified_ns))
    draft.chmod(file.permissions)
    draft.replace(path)


@contextmanager
def tried_out(repository: Repository, *, scratch: Path | None = None) -> Iterator[tuple[DataFolder, Manifest]]:
    """Verifies every file of the newest backup and restores it into a temporary folder, which it yields and deletes.

    `scratch` is where the folder is made, by default beside the backups. Raises BackupFailed with what is wrong;
    content that has changed is set aside, so that the next backup stores it again.
    """
    with repository.opened_for_writing():
        name, manifest = repository.manifest()
        damaged = [file for file in manifest.files if not _is_whole(repository, file)]
        if damaged:
            raise BackupFailed(
                f"The backup {name} is damaged: {len(damaged)} of its {len(manifest.files)} files are missing or have "
                f"changed, such as {damaged[0].path}. Make another backup now."
            )
        temporary = Path(tempfile.mkdtemp(prefix="watchparty-drill-", dir=scratch or repository.partial))
        try:
            folder = DataFolder(temporary / "data")
            yield folder, restore(repository, folder, name=name)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _is_whole(repository: Repository, file: StoredFile) -> bool:
    try:
        if hash_of(repository.file(file.sha256)) == file.sha256:
            return True
    except FileNotFoundError:
        return False
    repository.set_damaged_aside(file.sha256)
    return False
