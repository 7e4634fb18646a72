"""Gathers facts on this machine: port, folder, databases, ffmpeg, memory. Changes nothing."""

import errno
import os
import resource
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from watchparty.backups.databases import database_version, journal_version
from watchparty.backups.status import read_status
from watchparty.config import HomeConfig
from watchparty.data_folder import LAYOUT_VERSION, RESTORING, DataFolder
from watchparty.doctor.facts import BackupFacts, DatabaseFacts, DataFacts, FfmpegFacts, PortFacts
from watchparty.errors import DataUnusable, HomeError
from watchparty.process import find_ffmpeg, output_of
from watchparty_api.store.migrations import newest_version
from watchparty_relay.bus.journal import LAYOUT_VERSION as JOURNAL_VERSION

ENCODERS = ("libx264", "aac")
KEYS = ("access.json", "join.json", "notice.json", "hash.secret")
LISTED = 2000
"""How many files are looked at for their owner."""


def port_facts(config: HomeConfig, *, is_ours: bool) -> PortFacts:
    """Who has the port; `is_ours`: a WatchParty answers on it."""
    if is_ours:
        return PortFacts(host=config.host, number=config.port, holder="watchparty")
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((config.host, config.port))
        except (socket.gaierror, UnicodeError):  # a name without an address, or no name at all
            return PortFacts(host=config.host, number=config.port, holder="unassignable")
        except OSError as error:
            holders = {
                errno.EADDRINUSE: "other",
                errno.EACCES: "forbidden",
                errno.EADDRNOTAVAIL: "unassignable",
            }
            return PortFacts(host=config.host, number=config.port, holder=holders.get(error.errno or 0))
    return PortFacts(host=config.host, number=config.port, holder="free")


def data_facts(config: HomeConfig) -> DataFacts:
    """The data folder. One that does not exist yet is created by the first start, and is no fault."""
    root, path = config.data, str(config.data)
    if not root.exists():
        parent = next(each for each in root.absolute().parents if each.exists())
        usable = parent.is_dir() and os.access(parent, os.W_OK)
        return DataFacts(path=path, exists=False, problem=None if usable else f"{parent} can’t be written")
    if not root.is_dir():
        return DataFacts(path=path, problem="it is a file")
    try:
        files = [file for file, _ in zip(_files(root), range(LISTED), strict=False)]
        disk = os.statvfs(root)
        folder = DataFolder(root)
        keys = sorted(folder.keys.glob("*"))
        layout, layout_problem = _layout(folder)
        changed = [file.stat().st_mtime for file in (folder.database, folder.relay_journal) if file.exists()]
        return DataFacts(
            path=path,
            writable=os.access(root, os.W_OK),
            read_only_disk=bool(disk.f_flag & os.ST_RDONLY),
            permissions=root.stat().st_mode & 0o777,
            open_keys=tuple(key.name for key in keys if key.stat().st_mode & 0o044 and root.stat().st_mode & 0o005),
            unwritable=tuple(str(file.relative_to(root)) for file in files if _is_unwritable(file)),
            file_system=_file_system(root),
            free_bytes=disk.f_bavail * disk.f_frsize,
            free_files=disk.f_favail if disk.f_files else None,
            locked=_is_locked(root / "lock"),
            restoring=(root / RESTORING).exists(),
            layout=layout,
            known_layout=LAYOUT_VERSION,
            layout_problem=layout_problem,
            newest_change=datetime.fromtimestamp(max(changed), UTC) if changed else None,
            damaged=tuple(
                sorted(file.name for file in root.glob("*.damaged-*") if file.suffix not in ("-wal", "-shm"))
            ),
            missing_keys=tuple(name for name in KEYS if not (folder.keys / name).exists())
            if folder.database.exists() and config.keys_secrets is None
            else (),
        )
    except OSError as error:
        return DataFacts(path=path, problem=f"{error.filename or root}: {error.strerror}")


def _files(root: Path) -> Iterator[Path]:
    """The files, and the folders in which new ones are written."""
    for folder, _, names in os.walk(root):
        yield Path(folder)
        for name in names:
            yield Path(folder) / name


def _is_unwritable(path: Path) -> bool:
    """A file that a running server has deleted since it was listed is not."""
    return not os.access(path, os.W_OK) and path.exists()


def _layout(folder: DataFolder) -> tuple[int | None, str | None]:
    try:
        return folder.layout_version(), None
    except DataUnusable as error:
        return None, str(error).partition(": ")[2].partition(". ")[0]


def _is_locked(path: Path) -> bool | None:
    """Whether a process holds the lock, read from the system's list, so that a starting server is not disturbed."""
    try:
        held = Path("/proc/locks").read_text()
    except OSError:
        return None
    if not path.exists():
        return False
    return any(line.split()[5].endswith(f":{path.stat().st_ino}") for line in held.splitlines() if "FLOCK" in line)


def _file_system(root: Path) -> str | None:
    """The type of the file system of a folder, from the longest mount point above it."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return None
    above = [mount for mount in mounts if root.resolve().is_relative_to(mount[1])]
    return max(above, key=lambda mount: len(mount[1]))[2] if above else None


def sqlite_facts(path: Path, *, is_journal: bool) -> DatabaseFacts | None:
    """A database of the folder; None if it does not exist yet."""
    if not path.exists():
        return None
    known = str(JOURNAL_VERSION) if is_journal else newest_version()
    try:
        with _opened(path, in_use=bool(_is_locked(path.parent / "lock"))) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
            version = str(journal_version(database)) if is_journal else database_version(database)
    except (sqlite3.Error, OSError) as error:
        return DatabaseFacts(location=str(path), problem=str(error), known_version=known)
    problem = None if verdict == "ok" else str(verdict).splitlines()[0]
    return DatabaseFacts(location=str(path), problem=problem, version=version, known_version=known)


@contextmanager
def _opened(path: Path, *, in_use: bool) -> Iterator[sqlite3.Connection]:
    """Opens a database for reading, without creating files beside it: they would belong to the user of this command."""
    log = path.with_name(f"{path.name}-wal")
    if in_use or not log.exists() or log.stat().st_size == 0:
        mode = "mode=ro" if in_use else "immutable=1"
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=5)) as database:
            yield database
        return
    with tempfile.TemporaryDirectory() as folder:
        for each in (path, log):
            shutil.copy(each, folder)
        with closing(sqlite3.connect(Path(folder) / path.name)) as database:
            yield database


def ffmpeg_facts(chosen: str | None) -> FfmpegFacts:
    """The program that would prepare films: that of WATCHPARTY_FFMPEG, else the one that is found."""
    try:
        path = chosen or find_ffmpeg()
        encoders = output_of([path, "-hide_banner", "-encoders"])
    except HomeError as error:
        return FfmpegFacts(path=chosen, problem=str(error)) if chosen else FfmpegFacts()
    names = {line.split()[1] for line in encoders.splitlines() if len(line.split()) > 1}
    return FfmpegFacts(path=path, missing_encoders=tuple(name for name in ENCODERS if name not in names))


def backup_facts(config: HomeConfig) -> BackupFacts | None:
    """Where backups go and how the last one went; None: there are none, and none are scheduled."""
    status = read_status(DataFolder(config.data))
    target = config.backup_folder or (Path(status.target) if status.target else None)
    if target is None:
        return None
    scheduled = config.backup_folder is not None
    parent = next(each for each in (target, *target.absolute().parents) if each.exists())
    problem = None
    if scheduled and not (parent.is_dir() and os.access(parent, os.W_OK)):
        problem = f"{parent} can’t be written"
    same = scheduled and config.data.exists() and parent.stat().st_dev == config.data.stat().st_dev
    return BackupFacts(
        target=str(target),
        target_problem=problem,
        same_disk=same if problem is None else None,
        succeeded_at=status.succeeded_at,
        failure=status.failure,
    )


def available_memory() -> int | None:
    """Linux’s own estimate; None elsewhere."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def descriptor_limit() -> int:
    """What the server can raise its limit to."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if hard == resource.RLIM_INFINITY else hard


def temporary_folder_problem() -> str | None:
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
    except OSError as error:
        return error.strerror or str(error)
    return None
