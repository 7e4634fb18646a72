"""Compares the documents with the code: settings, links, paths, message types, commands and computed tables."""

import json
import re
import runpy
import subprocess
from pathlib import Path, PurePosixPath

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
WRITTEN_BY_READERS = {"watch.py", "terraform/.terraform.lock.hcl"}
"""Files that readers write: the tutorial's program, and Terraform's lock file at the first deployment."""
OF_THE_DATA_FOLDER = {"keys/", "media/", "uploads/"}
"""Folders of a server's data, which docs/self-hosting.md names."""
CODE_PATHS = 4
"""The number of code paths in docs/architecture.md."""
CONFIGS = [
    ROOT / "functions/watchparty_api/config.py",
    ROOT / "standalone/watchparty/config.py",
    ROOT / "standalone/watchparty/client/config.py",
    ROOT / "transcoder/watchparty_transcoder/config.py",
    ROOT / "sync-relay/watchparty_relay/config.py",
]


def test_every_setting_is_documented_and_no_other() -> None:
    """docs/configuration.md names exactly the variables that the config modules read."""
    read = {name for path in CONFIGS for name in re.findall(r'"(WATCHPARTY_[A-Z_]+)"', path.read_text())}
    documented = set(re.findall(r"`(WATCHPARTY_[A-Z_]+)`", (ROOT / "docs/configuration.md").read_text()))
    assert documented == read


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_work(document: Path) -> None:
    """A relative link in a document names a file that exists."""
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


def anchors(document: Path) -> set[str]:
    """Returns the anchors of a document's headings, as GitHub derives them."""
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_anchors_in_links_between_documents_exist(document: Path) -> None:
    """A link to `page.md#heading` names a heading of that page."""
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", document.read_text())
    targets = [(document.parent / page if page else document, anchor) for page, anchor in links]
    assert [f"{page}#{anchor}" for page, anchor in targets if anchor not in anchors(page)] == []


def test_the_first_screen_of_the_readme_names_both_commands() -> None:
    """The first 15 lines of README.md say what `make run` and `make test` do and how long each takes."""
    first_screen = (ROOT / "README.md").read_text().splitlines()[:15]
    rows = [line for line in first_screen if line.startswith(("| `make run` |", "| `make test` |"))]
    assert len(rows) == 2
    assert all(re.search(r"\b(seconds|minutes?)\b", row) for row in rows)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_documents_name_exist(document: Path) -> None:
    """Each `a/file.py` in a document is the path of a file of the project, or the end of one."""
    sentences = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    named = set(re.findall(r"`([\w./-]+\.(?:py|lua|tsx?|mjs|css|c|tf|hcl|sh))`", sentences)) - WRITTEN_BY_READERS
    missing = [name for name in sorted(named) if not (document.parent / name).exists()]
    assert [name for name in missing if not any(f"/{path}".endswith(f"/{name}") for path in FILES)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_folders_that_documents_name_exist(document: Path) -> None:
    """Each `a/folder/` in a document is the path of a folder of the project, or the end of one."""
    sentences = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    named = set(re.findall(r"`((?:[\w.-]+/)+)`", sentences)) - OF_THE_DATA_FOLDER
    folders = {f"/{parent}/" for name in FILES for parent in PurePosixPath(name).parents}
    assert [name for name in sorted(named) if not any(folder.endswith(f"/{name}") for folder in folders)] == []


def code_paths() -> dict[str, list[str]]:
    """Returns the files of each code path in docs/architecture.md, in order, by the title of the code path."""
    sections = (ROOT / "docs/architecture.md").read_text().partition("\n## Code paths\n")[2].partition("\n## ")[0]
    found: dict[str, list[str]] = {}
    for section in sections.split("\n### ")[1:]:
        title, _, text = section.partition("\n")
        folder, numbered = "", False
        for line in text.splitlines():
            if begins := re.match(r"In `([\w./-]+/)`", line):
                folder = begins[1]
            numbered = bool(re.match(r"\d+\. ", line)) or (numbered and line.startswith("   "))
            if numbered:
                files = re.findall(r"`([\w./-]+\.(?:py|lua|tsx?))`", line)
                found.setdefault(title, []).extend(folder + file for file in files)
    return found


def test_each_file_of_a_code_path_exists_and_appears_once() -> None:
    """docs/architecture.md follows a request, a command, an upload and a play intent; no path returns to a file."""
    assert len(code_paths()) == CODE_PATHS
    for title, files in code_paths().items():
        assert len(files) > 10, title
        assert [file for file in files if not (ROOT / file).is_file()] == [], title
        assert [file for file in files if files.count(file) > 1] == [], title


def test_every_message_type_is_in_the_protocol_document() -> None:
    """docs/protocol.md mentions each message type of the schema."""
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


def test_decisions_have_unique_numbers() -> None:
    """A number names one decision, in the file's name and in its heading."""
    files = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [path.name[:4] for path in files]
    assert len(set(numbers)) == len(numbers) > 30
    assert [path.name for path in files if not path.read_text().startswith(f"# {int(path.name[:4])}. ")] == []


def test_make_targets_that_documents_name_exist() -> None:
    """Each `make target` in a document is in the Makefile."""
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for path in DOCUMENTS for target in re.findall(r"\bmake ([a-z][a-z0-9-]+)`", path.read_text())}
    assert named - targets == set()


def test_gcloud_commands_in_documents_are_valid() -> None:
    """gcloud knows every command and flag, so that no one has to look them up at two in the morning."""
    commands = [command for path in DOCUMENTS for command in commands_in(path.read_text())]
    assert len(commands) > 25
    assert [wrong for command in commands if (wrong := wrong_with(command))] == []
    assert wrong_with(["redis", "instances", "failover", "x", "--data-protection=limited-data-loss"])
    assert wrong_with(["firestore", "backup", "list"])


def test_terraform_resources_that_documents_name_exist() -> None:
    """Every resource in a `terraform import` or `state rm` is in terraform/."""
    source = "\n".join(path.read_text() for path in (ROOT / "terraform").glob("*.tf"))
    existing = {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', source, re.MULTILINE)}
    named = {each for path in DOCUMENTS for each in re.findall(r"\bgoogle_\w+\.\w+", path.read_text())}
    assert "google_firestore_database.main" in named
    assert named - existing == set()


def test_log_lines_that_self_hosting_quotes_exist() -> None:
    """A quoted log line is the beginning of one in the transcoder."""
    quoted = re.findall(r"`([a-z][a-z ]+?)(?: vaapi)?: …`", (ROOT / "docs/self-hosting.md").read_text())
    code = "".join(path.read_text() for path in (ROOT / "transcoder").rglob("*.py"))
    assert len(quoted) == 2
    assert [line for line in quoted if f'log.warning("{line}' not in code] == []


@pytest.mark.parametrize("page", ["cost.md", "scale.md"])
def test_computed_tables_are_current(page: str) -> None:
    """After a change of prices or limits run `python docs/figures.py --write`."""
    figures = runpy.run_path(str(ROOT / "docs" / "figures.py"))
    text = (ROOT / "docs" / page).read_text()
    assert text.count("<!-- end -->") >= 1
    assert figures["with_tables"](page, text) == text


def test_both_pages_agree_on_the_cost_of_an_idle_site() -> None:
    """The table of profiles in deployment.md rounds the cost of a month without viewers in cost.md."""
    idle = runpy.run_path(str(ROOT / "docs" / "figures.py"))["month"](0).total
    assert f"about {round(idle, -1):.0f} $ per month" in (ROOT / "docs" / "deployment.md").read_text()


def test_the_reference_matches_the_contracts() -> None:
    """After a change of routes or messages run `make contracts`."""
    pages = runpy.run_path(str(ROOT / "docs" / "reference.py"))["pages"]()
    assert {name: (ROOT / "docs" / "reference" / name).read_text() for name in pages} == pages


def test_every_code_is_documented() -> None:
    """Whatever code a server sends can be looked up, with its status; the framework's have its sentence."""
    page = (ROOT / "docs/reference/codes.md").read_text()
    for code in ("bad_host", "bad_path", "incomplete_body", "unknown_host", "not_found", "too_fast", "slow_mode"):
        assert f"`{code}`" in page
    codes = runpy.run_path(str(ROOT / "docs" / "reference.py"))["http_codes"]()
    assert {code for code, (_, sentence) in codes.items() if not sentence} == {"not_found", "method_not_allowed"}
    assert all(re.fullmatch("[a-z][a-z0-9_]+", code) for code in codes)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_sequence_diagrams_contain_no_semicolon(document: Path) -> None:
    """A semicolon ends a statement in a sequence diagram; `make diagrams` parses all diagrams with Mermaid."""
    diagrams = re.findall(r"```mermaid\n(sequenceDiagram.*?)```", document.read_text(), re.DOTALL)
    assert [line for diagram in diagrams for line in diagram.splitlines() if ";" in line] == []
