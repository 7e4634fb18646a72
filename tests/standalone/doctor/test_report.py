"""The command: text, JSON, exit code, and a bundle without secrets."""

import json
import zipfile
from pathlib import Path

import pytest

from standalone.doctor.installation import Installation
from watchparty.__main__ import main
from watchparty.doctor.checks import diagnose
from watchparty.doctor.report import LOG_BYTES, shown_settings, without_secrets, write_bundle

pytestmark = [pytest.mark.service, pytest.mark.integration]
PASSWORD = "open-sesame"


def test_the_command_names_the_fault_and_the_line_that_mends_it(
    healthy: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 with an error, 0 without; `--json` has the same."""
    command = ["doctor", "--data", str(healthy.data), "--port", str(healthy.port)]
    assert main(command) == 0
    (healthy.data / "layout").write_text("99")
    capsys.readouterr()
    assert main(command) == 2
    text = capsys.readouterr().out
    assert "ERROR: " in text
    assert "→ git pull && make run" in text
    assert "Errors: 1, warnings: " in text
    assert main([*command, "--json"]) == 2
    codes = [finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]]
    assert "layout_newer" in codes


def test_a_bundle_has_no_secret(healthy: Installation) -> None:
    """Passwords of settings, keys, and links that let people into a room are replaced, also in the log."""
    healthy.settings["WATCHPARTY_SMTP_URL"] = f"smtp://ada:{PASSWORD}@127.0.0.1:1"
    healthy.settings["AWS_SECRET_ACCESS_KEY"] = PASSWORD
    key = json.loads((healthy.folder.keys / "join.json").read_text())
    healthy.folder.transcoder_log.parent.mkdir(exist_ok=True)
    healthy.folder.transcoder_log.write_text(f"failed: smtp://ada:{PASSWORD}@host, {json.dumps(key)}\n")
    bundle = healthy.data.parent / "bundle.zip"
    facts = healthy.facts()
    write_bundle(bundle, facts, diagnose(facts), log=healthy.folder.transcoder_log)
    with zipfile.ZipFile(bundle) as opened:
        content = {name: opened.read(name).decode() for name in opened.namelist()}
    assert set(content) == {"facts.json", "findings.json", "transcoder.log"}
    assert PASSWORD not in "".join(content.values())
    assert "(set)" in content["facts.json"]
    for text in strings(key):
        assert len(text) < 24 or text not in content["transcoder.log"]


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def test_sentences_are_not_secrets() -> None:
    """Paths and words remain readable."""
    sentence = "/var/lib/watchparty/watchparty.sqlite can’t be used: database disk image is malformed."
    assert without_secrets(sentence) == sentence
    assert without_secrets(f"redis://ada:{PASSWORD}@host:6379/0") == "redis://…@host:6379/0"


@pytest.mark.parametrize(
    "text",
    [
        f"redis://:p@ss/{PASSWORD}@host:1/0",
        f"smtp://ada:white {PASSWORD}@host",
        f"postgresql+psycopg://host/watch?user=ada&password={PASSWORD}",
        f"host=db password={PASSWORD} dbname=watch",
        f"https://watch.test/join/film#{PASSWORD}",
        f"https://store/films/a.mkv?X-Amz-Signature={PASSWORD}",
        f"WatchParty <{PASSWORD}@example.org>",
    ],
)
def test_no_form_of_a_password_or_address_is_shown(text: str) -> None:
    """Also with characters that ought to be percent-encoded: that mistake is a reason to ask for help."""
    assert PASSWORD not in shown_settings({"WATCHPARTY_STORE_URL": text})["WATCHPARTY_STORE_URL"]


def test_a_bundle_begins_with_a_whole_line_of_the_log(healthy: Installation) -> None:
    """The rest of a line that is cut in an address would show its password."""
    healthy.folder.transcoder_log.parent.mkdir(exist_ok=True)
    end = "x" * (LOG_BYTES - len(PASSWORD) - 6)
    healthy.folder.transcoder_log.write_text(f"smtp://ada:{PASSWORD}@host\n{end}")
    write_bundle(healthy.data.parent / "b.zip", healthy.facts(), [], log=healthy.folder.transcoder_log)
    with zipfile.ZipFile(healthy.data.parent / "b.zip") as opened:
        assert PASSWORD not in opened.read("transcoder.log").decode()


def test_names_in_another_encoding_are_shown(healthy: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """As text, as JSON, and in a bundle; a folder's name can be any bytes."""
    folder = healthy.data.rename(healthy.data.with_name("data \udcff"))
    (folder / "layout").write_text("99")
    bundle = folder.parent / "b.zip"
    command = ["doctor", "--data", str(folder), "--port", str(healthy.port), "--bundle", str(bundle)]
    assert main(command) == 2
    assert main([*command, "--json"]) == 2
    capsys.readouterr().out.encode()
    assert bundle.exists()


def test_a_bundle_that_cannot_be_written_is_named(healthy: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """In one sentence."""
    command = ["doctor", "--data", str(healthy.data), "--port", str(healthy.port), "--bundle", "/dev/null/b.zip"]
    assert main(command) == 1
    assert "/dev/null/b.zip can’t be used" in capsys.readouterr().err


def test_the_bundle_is_private_to_its_owner(healthy: Installation, tmp_path: Path) -> None:
    """It names paths and addresses of the machine."""
    bundle = tmp_path / "bundle.zip"
    main(["doctor", "--data", str(healthy.data), "--port", str(healthy.port), "--bundle", str(bundle)])
    assert bundle.stat().st_mode & 0o077 == 0
