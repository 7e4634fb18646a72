"""A start that finds no room on the disk ends with one sentence, and with everything as it was.

RLIMIT_FSIZE stands for the full disk: no file can grow beyond it. The kernel's error is EFBIG instead of ENOSPC.
"""

import resource
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from watchparty.data_folder import DataFolder
from watchparty.data_repair import repair
from watchparty_api.config import ConfigError
from watchparty_api.objects.local import load_or_create_key
from watchparty_api.store.sql import open_store

pytestmark = pytest.mark.integration

ACCOUNT = ("admin", "create-account", "--email", "ana@example.org", "--password", "correct horse")
SERVE = ("serve", "--no-browser", "--host", "127.0.0.1")


def _run(data: Path, *command: str, largest_file_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a command that must end by itself, and in which no file can grow beyond the limit."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def limited() -> None:
        if largest_file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file_bytes, largest_file_bytes))

    options = ["--port", str(port)] if command == SERVE else []
    return subprocess.run(
        [sys.executable, "-m", "watchparty", *command, *options, "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=limited,
        check=False,
    )


def _assert_one_sentence(ran: subprocess.CompletedProcess[str], data: Path) -> None:
    assert ran.returncode == 1, ran
    assert "Traceback" not in ran.stderr, ran.stderr
    last = ran.stderr.splitlines()[-1]
    assert last.startswith(str(data)), ran.stderr
    assert "can’t be used: " in last or "cannot be opened: " in last


def _contents(data: Path) -> dict[str, bytes]:
    """The files of the folder, without SQLite's shared memory, which a start creates again."""
    found = (path for path in data.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
    return {str(path.relative_to(data)): path.read_bytes() for path in found}


def test_a_first_start_without_room_leaves_nothing_half_made(tmp_path: Path) -> None:
    """Whatever the disk has no room for: layout, key, journal, database, or the first record of the running server.

    With room the folder is then used as if it had been new.
    """
    data = tmp_path / "data"
    _assert_one_sentence(_run(data, *SERVE, largest_file_bytes=0), data)
    assert _contents(data) == {}
    _assert_one_sentence(_run(data, *ACCOUNT, largest_file_bytes=1_000), data)
    assert list(_contents(data)) == ["layout"]
    for limit in (40_000, 100_000, 500_000):  # the last is the size of a new database, as far as that has grown
        _assert_one_sentence(_run(data, *SERVE, largest_file_bytes=limit), data)
    made = _run(data, *ACCOUNT)
    assert (made.returncode, made.stderr) == (0, "")


def test_later_starts_without_room_lose_nothing(tmp_path: Path) -> None:
    """Database, keys and layout stay byte for byte what they were; a damaged database stays in its place, too.

    Once there is room, what can be read of it is saved.
    """
    assert _run(tmp_path, *ACCOUNT).returncode == 0
    before = _contents(tmp_path)
    _assert_one_sentence(_run(tmp_path, *SERVE, largest_file_bytes=10_000), tmp_path)
    assert {name: _contents(tmp_path).get(name) for name in before} == before

    database = DataFolder(tmp_path).database
    _damage(database)
    damaged = database.read_bytes()
    for limit in (100_000, 400_000):
        _assert_one_sentence(_run(tmp_path, *SERVE, largest_file_bytes=limit), tmp_path)
        assert database.read_bytes() == damaged
        assert [path.name for path in tmp_path.glob("*.sqlite.*")] == []
    assert _repaired(database)
    with closing(sqlite3.connect(database)) as saved:
        assert saved.execute("SELECT email FROM account").fetchall() == [("ana@example.org",)]


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nMIIEvQ"])
def test_a_key_that_an_earlier_release_has_cut_is_named(tmp_path: Path, content: bytes) -> None:
    """With what to do: on a full disk it was written in part."""
    key = tmp_path / "uploads.pem"
    key.write_bytes(content)
    with pytest.raises(ConfigError, match=f"{key}: expected an RSA key in PEM. Delete the file"):
        load_or_create_key(key)
    key.unlink()
    assert load_or_create_key(key).private_numbers() == load_or_create_key(key).private_numbers()
    assert key.stat().st_mode & 0o777 == 0o600


def _repaired(path: Path) -> bool:
    return repair(path, lambda new: open_store(f"sqlite:///{new}").close()) is not None


def _damage(path: Path) -> None:
    """Overwrites the table of audit entries with noise."""
    with closing(sqlite3.connect(path)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit_entry'").fetchone()
        (page_bytes,) = database.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * page_bytes)
        file.write(b"\xa5" * page_bytes)


@pytest.mark.parametrize(("name", "command"), [("keys", ACCOUNT), ("media", SERVE)])
def test_a_file_in_the_place_of_a_folder_is_named(name: str, command: tuple[str, ...], tmp_path: Path) -> None:
    """As after a copy that went wrong: one sentence names the file, not a traceback."""
    (tmp_path / name).touch()
    ran = _run(tmp_path, *command)
    _assert_one_sentence(ran, tmp_path)
    assert f"{tmp_path / name} can’t be used: " in ran.stderr
