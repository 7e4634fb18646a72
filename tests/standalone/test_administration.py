"""Commands for operators on the machine itself: verify and export the audit log, rotate keys."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from fakes.smtp_server import smtp_server
from watchparty.__main__ import main
from watchparty.data_folder import DataFolder
from watchparty_api.identity.keys import parse_family

pytestmark = pytest.mark.integration


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with two accounts."""
    folder = tmp_path / "data"
    for name in ("ana", "ben"):
        options = ["--email", f"{name}@example.org", "--password", "correct horse"]
        assert main(["admin", "create-account", "--data", str(folder), *options]) == 0
    return folder


def test_the_audit_log_is_verified_and_exported(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both accounts are in it, one JSON object per line, and the chain is intact."""
    capsys.readouterr()
    assert main(["audit", "verify", "--data", str(data)]) == 0
    assert capsys.readouterr().out == "The audit log is intact: 2 entries.\n"
    assert main(["audit", "export", "--data", str(data)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["action"] for line in lines] == ["account.created", "account.created"]
    assert "example.org" not in json.dumps(lines), "people are named by id only"
    assert lines[1]["previous_hash"] == lines[0]["entry_hash"]


def test_a_changed_entry_is_found(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A change of an entry in the database is detected: exit code 1, and the id of the entry."""
    with closing(sqlite3.connect(DataFolder(data).database)) as database, database:
        database.execute("UPDATE audit_entry SET actor = 'nobody' WHERE id LIKE '%1'")
    assert main(["audit", "verify", "--data", str(data)]) == 1
    assert "broken at entry 000000000001" in capsys.readouterr().err


def test_a_folder_without_data_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped folder does not become a new installation."""
    assert main(["audit", "verify", "--data", str(tmp_path / "nowhere")]) == 1
    assert "contains no WatchParty data" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


def test_keys_are_rotated_in_the_data_folder(data: Path) -> None:
    """After three steps only the new key is left; the file stays private."""
    path = data / "keys" / "join.json"
    old = parse_family("", path.read_text()).active
    for step in ("add", "activate", "retire"):
        assert main(["keys", step, "join", "--data", str(data)]) == 0
    family = parse_family("", path.read_text())
    assert old not in family.keys
    assert list(family.keys) == [family.active]
    assert path.stat().st_mode & 0o077 == 0


def test_keys_stored_elsewhere_are_rotated_as_text() -> None:
    """The command works as a pipe between two versions of a secret; empty input starts a new family."""
    command = [sys.executable, "-m", "watchparty", "keys", "add", "notice", "--text"]
    text = ""
    for expected in (1, 2):
        ran = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        text = ran.stdout
        assert len(parse_family("", text).keys) == expected


def test_an_operator_lets_an_admin_in_who_has_lost_every_factor(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command removes passkeys, app and codes of one account, and the audit log says who did it."""
    with closing(sqlite3.connect(DataFolder(data).database)) as database, database:
        database.execute("UPDATE account SET second_factor = 1")
        database.execute(
            "INSERT INTO second_factor (workspace_id, id, created_at, version, last_step, recovery_hashes) "
            "SELECT workspace_id, id, created_at, 1, 0, '[]' FROM account"
        )
    assert main(["admin", "reset-factors", "--data", str(data), "--email", "Ana@example.org"]) == 0
    with closing(sqlite3.connect(DataFolder(data).database)) as database:
        left = database.execute("SELECT email, second_factor FROM account ORDER BY email").fetchall()
        assert left == [("ana@example.org", 0), ("ben@example.org", 1)]
        assert database.execute("SELECT count(*) FROM second_factor").fetchall() == [(1,)]
    capsys.readouterr()
    main(["audit", "export", "--data", str(data)])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["actor"], last["action"]) == ("operator", "account.factors_reset")
    assert main(["admin", "reset-factors", "--data", str(data), "--email", "no@example.org"]) == 1


@pytest.mark.parametrize("refuses", [False, True])
def test_the_owner_is_notified_by_mail_that_the_factors_were_reset(data: Path, refuses: bool) -> None:
    """Where a mail server is set up; if it refuses the mail, the factors are reset all the same."""
    with closing(sqlite3.connect(DataFolder(data).database)) as database, database:
        database.execute("UPDATE account SET second_factor = 1")
    with smtp_server() as postbox:
        postbox.refuses = refuses
        settings = {
            "WATCHPARTY_SMTP_URL": f"smtp://127.0.0.1:{postbox.port}",
            "WATCHPARTY_MAIL_FROM": "film@watch.example",
            "WATCHPARTY_PUBLIC_URL": "https://watch.example",
        }
        command = [sys.executable, "-m", "watchparty", "admin", "reset-factors", "--data", str(data)]
        command += ["--email", "ana@example.org"]
        subprocess.run(command, env={**os.environ, **settings}, capture_output=True, check=True)
    assert [mail["To"] for mail in postbox.mails] == ([] if refuses else ["ana@example.org"])
    with closing(sqlite3.connect(DataFolder(data).database)) as database:
        left = database.execute("SELECT second_factor FROM account WHERE email = 'ana@example.org'").fetchall()
    assert left == [(0,)]
