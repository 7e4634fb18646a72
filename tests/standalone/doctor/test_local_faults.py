"""Faults of one machine, each made in a copy of a healthy installation. The doctor names it, and nothing else."""

import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.google.emulators import free_port
from fakes.smtp_server import smtp_server
from standalone.doctor.installation import Installation
from watchparty.backups.status import record_attempt

pytestmark = [pytest.mark.service, pytest.mark.integration]

Fault = Callable[[Installation], object]
FAULTS: dict[str, list[Fault]] = {}
"""What makes a fault, by the code of its finding."""


def makes(code: str) -> Callable[[Fault], Fault]:
    def add(fault: Fault) -> Fault:
        FAULTS.setdefault(code, []).append(fault)
        return fault

    return add


def sets(code: str, **settings: str) -> None:
    FAULTS.setdefault(code, []).append(lambda home: home.settings.update(settings))


def closed() -> int:
    return free_port()


sets("setting_invalid", WATCHPARTY_TRANSCODE_SLOTS="many")
sets("setting_invalid", WATCHPARTY_BACKUP_KEEP="0")
sets("address_unassignable", WATCHPARTY_HOST="203.0.113.1")
sets("address_unassignable", WATCHPARTY_HOST="a..b")
sets("setting_invalid", WATCHPARTY_PUBLIC_URL="https://[::1")
sets("setting_invalid", WATCHPARTY_PUBLIC_URL="https://127.0.0.1:99999")
sets("setting_invalid", WATCHPARTY_PUBLIC_URL="https://a..b")
sets("redis_unusable", WATCHPARTY_RELAY_REDIS_URL="redis://:pa/ss@127.0.0.1:1/0")
sets("redis_unusable", WATCHPARTY_RELAY_REDIS_URL="redis://a..b/0")
sets("database_unusable", WATCHPARTY_STORE_URL="postgresql+psycopg://ada:pa/ss@127.0.0.1/watch")
sets("mail_unusable", WATCHPARTY_SMTP_URL="smtp://ada:pa/ss@127.0.0.1", WATCHPARTY_MAIL_FROM="watch@example.org")
sets("mail_unusable", WATCHPARTY_SMTP_URL="smtp://a..b", WATCHPARTY_MAIL_FROM="watch@example.org")
sets("ffmpeg_broken", WATCHPARTY_FFMPEG="/nowhere/ffmpeg")
sets("encoders_missing", WATCHPARTY_FFMPEG="/bin/echo")
sets("name_unknown", WATCHPARTY_PUBLIC_URL="http://watch.invalid")
sets("public_unreachable", WATCHPARTY_PUBLIC_URL=f"http://127.0.0.1:{closed()}")
sets("public_url_path", WATCHPARTY_PUBLIC_URL=f"http://127.0.0.1:{closed()}/party")
sets(
    "mail_unusable",
    WATCHPARTY_SMTP_URL=f"smtp://127.0.0.1:{closed()}",
    WATCHPARTY_MAIL_FROM="watch@example.org",
)
sets("redis_unusable", WATCHPARTY_RELAY_REDIS_URL=f"redis://127.0.0.1:{closed()}/0")
sets("database_unusable", WATCHPARTY_STORE_URL=f"postgresql+psycopg://ada:secret@127.0.0.1:{closed()}/watch")
sets(
    "storage_unusable",
    WATCHPARTY_S3_ENDPOINT=f"http://127.0.0.1:{closed()}",
    WATCHPARTY_UPLOADS_BUCKET="a",
    WATCHPARTY_MEDIA_BUCKET="b",
    AWS_DEFAULT_REGION="eu-central-1",
)


@makes("data_unusable")
def the_folder_is_a_file(home: Installation) -> None:
    home.data = home.data / "watchparty.sqlite"


@makes("data_open")
def everyone_may_list_the_folder(home: Installation) -> None:
    home.data.chmod(0o701)


@makes("keys_missing")
def keys_were_not_copied(home: Installation) -> None:
    (home.folder.keys / "join.json").unlink()


@makes("restore_interrupted")
def a_restore_was_killed(home: Installation) -> None:
    (home.data / "restoring").write_text("x.json")


@makes("layout_newer")
def a_newer_release_was_here(home: Installation) -> None:
    (home.data / "layout").write_text("99\n")


@makes("layout_damaged")
def the_version_is_no_number(home: Installation) -> None:
    (home.data / "layout").write_text("\0\0")


@makes("database_was_damaged")
def a_damaged_copy_is_there(home: Installation) -> None:
    (home.data / "watchparty.sqlite.damaged-20261130-120000").touch()


@makes("database_unusable")
def the_database_is_overwritten(home: Installation) -> None:
    home.folder.database.write_bytes(b"\0" * 8192)


@makes("database_unusable")
def a_page_of_the_database_is_lost(home: Installation) -> None:
    with home.folder.database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 20)


@makes("journal_unusable")
def the_journal_is_no_database(home: Installation) -> None:
    home.folder.relay_journal.write_bytes(b"chat " * 2000)


@makes("database_newer")
def the_database_is_of_tomorrow(home: Installation) -> None:
    with closing(sqlite3.connect(home.folder.database)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")


@makes("journal_newer")
def the_journal_is_of_tomorrow(home: Installation) -> None:
    with closing(sqlite3.connect(home.folder.relay_journal)) as database:
        database.execute("PRAGMA user_version = 99")


@makes("clock_behind")
def the_data_are_of_tomorrow(home: Installation) -> None:
    tomorrow_s = time.time() + 24 * 3600
    os.utime(home.folder.database, (tomorrow_s, tomorrow_s))


@makes("backup_folder_unusable")
def the_usb_stick_is_a_file(home: Installation) -> None:
    (home.data.parent / "usb").touch()
    home.settings["WATCHPARTY_BACKUP_FOLDER"] = str(home.data.parent / "usb")


@makes("backup_on_same_disk")
def backups_are_beside_the_data(home: Installation) -> None:
    home.settings["WATCHPARTY_BACKUP_FOLDER"] = str(home.data.parent / "backups")


@makes("backup_failed")
def the_last_backup_failed(home: Installation) -> None:
    record_attempt(home.folder, Path("/mnt/usb"), now=datetime.now(UTC), failure="/mnt/usb can’t be used.")


@makes("backup_old")
def the_last_backup_is_old(home: Installation) -> None:
    record_attempt(home.folder, Path("/mnt/usb"), now=datetime.now(UTC) - timedelta(days=30), failure=None)


@pytest.mark.parametrize(
    ("code", "fault"),
    [pytest.param(code, fault, id=f"{code}-{number}") for code in FAULTS for number, fault in enumerate(FAULTS[code])],
)
def test_a_fault_is_named_and_nothing_else(code: str, fault: Fault, healthy: Installation) -> None:
    """Exactly one finding, the right one."""
    fault(healthy)
    assert healthy.codes() == {code}


def test_a_healthy_installation_has_no_finding(healthy: Installation) -> None:
    """Zero false alarms: stopped, never started, and with a mail server."""
    assert healthy.codes() == set()
    assert Installation(healthy.data.parent / "new").codes() == set()
    with smtp_server() as box:
        healthy.settings |= {
            "WATCHPARTY_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
            "WATCHPARTY_MAIL_FROM": "watch@example.org",
        }
        assert healthy.codes() == set()
        assert box.mails == []


def test_a_file_that_is_gone_is_no_finding(healthy: Installation) -> None:
    """A running server deletes files while they are listed; a link without its target is the same to the system."""
    (healthy.data / "media").mkdir(exist_ok=True)
    (healthy.data / "media" / "gone").symlink_to("nowhere")
    assert healthy.codes() == set()


def test_the_doctor_changes_nothing(healthy: Installation) -> None:
    """Not even files beside a database: they would belong to root if an administrator asks."""

    def state(folder: Path) -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    with closing(sqlite3.connect(healthy.folder.database)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        copy = healthy.data.parent / "killed"
        database.commit()
        shutil.copytree(healthy.data, copy)
    for folder in (healthy.data, copy):  # without a log, and with the log of a server that was killed
        home = Installation(folder)
        before = state(folder)
        home.codes()
        assert state(folder) == before


def test_a_port_of_another_program_is_named(healthy: Installation) -> None:
    """It answers, but not as WatchParty."""
    with socket.create_server(("127.0.0.1", healthy.port)):
        assert healthy.codes() == {"port_taken"}


def test_a_folder_in_use_by_another_server_is_named(healthy: Installation) -> None:
    """The lock is held, and no WatchParty is on our port."""
    handle = healthy.folder.lock()
    try:
        assert healthy.codes() == {"data_in_use"}
    finally:
        os.close(handle)


def test_open_keys_are_an_error(healthy: Installation) -> None:
    """A warning for the folder alone."""
    healthy.data.chmod(0o755)
    (healthy.folder.keys / "join.json").chmod(0o644)
    assert healthy.codes() == {"data_open", "keys_open"}


def test_files_of_another_user_are_named(healthy: Installation) -> None:
    """The usual trace of a command that was run with sudo: the server could no longer write its database."""
    for path in (healthy.data, *healthy.data.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    healthy.folder.database.chmod(0o444)
    for parent in healthy.data.parents:
        if parent.stat().st_uid == os.geteuid() and parent.stat().st_mode & 0o005 != 0o005:
            parent.chmod(parent.stat().st_mode | 0o055)
    assert healthy.codes_for_another_user() >= {"files_not_writable"}
    healthy.folder.database.chmod(0o666)
    assert "files_not_writable" not in healthy.codes_for_another_user()
    healthy.data.chmod(0o555)
    assert "data_not_writable" in healthy.codes_for_another_user()
