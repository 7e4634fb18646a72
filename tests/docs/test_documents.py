"""Documents are checked like code: settings, links, message types and verbs are what they say."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
from pathlib import Path

import pytest

from deployment.gcloud_commands import commands_in, wrong_with

ROOT = Path(__file__).parents[2]
FILES = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.split()
DOCUMENTS = sorted(ROOT / name for name in FILES if name.endswith(".md"))
MADE_BY_READERS = {"watch.py"}
"""The tutorial's own."""
CONFIGS = [
    ROOT / "functions/watchparty_api/config.py",
    ROOT / "standalone/watchparty/config.py",
    ROOT / "transcoder/watchparty_transcoder/config.py",
    ROOT / "sync-relay/watchparty_relay/config.py",
]


def test_every_setting_is_documented_and_no_other() -> None:
    """docs/configuration.md names exactly the variables that the config modules read."""
    read = {name for path in CONFIGS for name in re.findall(r'"(WATCHPARTY_[A-Z_]+)"', path.read_text())}
    said = set(re.findall(r"`(WATCHPARTY_[A-Z_]+)`", (ROOT / "docs/configuration.md").read_text()))
    assert said == read


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    """A relative link in a document names a file that exists."""
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_documents_name_exist(document: Path) -> None:
    """`a/file.py` in a sentence ends the path of a file of the project."""
    sentences = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    named = set(re.findall(r"`([\w./-]+\.(?:py|lua|tsx?|mjs|css|c|tf|hcl|sh))`", sentences)) - MADE_BY_READERS
    missing = [name for name in sorted(named) if not (document.parent / name).exists()]
    assert [name for name in missing if not any(f"/{path}".endswith(f"/{name}") for path in FILES)] == []


def test_every_message_type_is_in_the_protocol_document() -> None:
    """docs/protocol.md mentions each message that the schema has."""
    schema = json.loads((ROOT / "docs/contracts/socket.schema.json").read_text())
    types = set(re.findall(r'"(?:const|enum)": \[?\s*"([a-z_]+)"', json.dumps(schema)))
    tags = {
        tag
        for definition in schema["$defs"].values()
        for tag in definition.get("properties", {}).get("t", {}).get("enum", [])
    }
    text = (ROOT / "docs/protocol.md").read_text()
    assert tags <= types
    assert sorted(tag for tag in tags if f"`{tag}" not in text) == []


def test_the_verbs_that_documents_name_exist() -> None:
    """Each `make verb` in a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {verb for path in DOCUMENTS for verb in re.findall(r"\bmake ([a-z][a-z0-9-]+)`", path.read_text())}
    assert named - targets == set()


def test_gcloud_knows_every_command_that_documents_name() -> None:
    """At two in the morning nobody wants to look up how a flag is really called."""
    commands = [command for path in DOCUMENTS for command in commands_in(path.read_text())]
    assert len(commands) > 25
    assert [wrong for command in commands if (wrong := wrong_with(command))] == []
    assert wrong_with(["redis", "instances", "failover", "x", "--data-protection=limited-data-loss"])
    assert wrong_with(["firestore", "backup", "list"])


def test_terraform_knows_every_resource_that_documents_name() -> None:
    """`terraform import` and `state rm` are typed as they stand."""
    source = "\n".join(path.read_text() for path in (ROOT / "terraform").glob("*.tf"))
    made = {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', source, re.MULTILINE)}
    named = {each for path in DOCUMENTS for each in re.findall(r"\bgoogle_\w+\.\w+", path.read_text())}
    assert "google_firestore_database.main" in named
    assert named - made == set()


@pytest.mark.parametrize("page", ["cost.md", "scale.md"])
def test_computed_tables_are_what_the_script_computes(page: str) -> None:
    """After a change of prices or limits: `python docs/figures.py --write`."""
    figures = runpy.run_path(str(ROOT / "docs" / "figures.py"))
    text = (ROOT / "docs" / page).read_text()
    assert text.count("<!-- end -->") >= 1
    assert figures["with_tables"](page, text) == text


def test_what_an_idle_site_costs_is_said_twice_and_the_same() -> None:
    """The table of profiles in deployment.md rounds what cost.md computes for a month without a viewer."""
    idle = runpy.run_path(str(ROOT / "docs" / "figures.py"))["month"](0).total
    assert f"about {round(idle, -1):.0f} $ per month" in (ROOT / "docs" / "deployment.md").read_text()


def test_the_reference_is_what_the_contracts_say() -> None:
    """After a change of routes or messages: `make contracts`."""
    pages = runpy.run_path(str(ROOT / "docs" / "reference.py"))["pages"]()
    assert {name: (ROOT / "docs" / "reference" / name).read_text() for name in pages} == pages


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_diagrams_hold_no_character_that_ends_a_line_for_mermaid(document: Path) -> None:
    """A semicolon in a sequence diagram ends the statement; `make diagrams` parses them whole."""
    diagrams = re.findall(r"```mermaid\n(sequenceDiagram.*?)```", document.read_text(), re.DOTALL)
    assert [line for diagram in diagrams for line in diagram.splitlines() if ";" in line] == []
