"""Data folders as servers leave them, small enough for many runs."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watchparty.backups.create import Report, back_up
from watchparty.backups.repository import Repository
from watchparty.data_folder import DataFolder
from watchparty_relay.bus.journal import create_journal

NOW = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)


def data_folder(root: Path) -> DataFolder:
    """A folder with two films, keys and an upload that has begun."""
    folder = DataFolder(root)
    folder.make()
    with closing(sqlite3.connect(folder.database)) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES ('0001')")
        database.execute("CREATE TABLE video (id TEXT, generation TEXT, status TEXT, source_url TEXT)")
    create_journal(folder.relay_journal)[0].close()
    write(folder, "keys/join.json", b"secret", permissions=0o600)
    write(folder, "uploads/f3/sessions/k.part", b"half a film")
    for video_id in ("f1", "f2"):
        add_film(folder, video_id)
    return folder


def write(folder: DataFolder, name: str, content: bytes, *, permissions: int = 0o640) -> Path:
    path = folder.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(permissions)
    return path


def add_film(folder: DataFolder, video_id: str) -> None:
    """Adds a film that can be watched, in the order in which a server does."""
    write(folder, f"media/{video_id}/1/v720/ladder-00000.m4s", video_id.encode() * 100)
    write(folder, f"media/{video_id}/1/master.m3u8", b"#EXTM3U")
    with closing(sqlite3.connect(folder.database)) as database, database:
        database.execute("INSERT INTO video VALUES (?, '1', 'ready', NULL)", (video_id,))


def delete_film(folder: DataFolder, video_id: str) -> None:
    """Deletes a film, in the order in which a server does."""
    shutil.rmtree(folder.root / "media" / video_id)
    with closing(sqlite3.connect(folder.database)) as database, database:
        database.execute("DELETE FROM video WHERE id = ?", (video_id,))


def backed_up(folder: DataFolder, target: Path, *, number: int = 0, keep: int = 14) -> Report:
    """The backup of day `number`."""
    now = NOW + timedelta(days=number)
    return back_up(folder, Repository(target), now=now, release="1.0", keep=keep, films_elsewhere=False)


def content(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of each file, and the rows of the databases, by path."""
    found: dict[str, tuple[int, bytes]] = {}
    for path in sorted(folder.rglob("*")):
        name, mode = str(path.relative_to(folder)), path.stat().st_mode & 0o777
        if path.is_dir():
            found[name] = (mode, b"")
        elif path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as database:
                found[name] = (mode, "\n".join(database.iterdump()).encode())
        elif not name.endswith(("-wal", "-shm")) and name not in ("lock", "backup-status.json"):
            found[name] = (mode, path.read_bytes())
    return found
