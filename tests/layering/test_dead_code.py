"""Finds dead code, both in the whole repository and without the tests, where code that only tests use is dead."""

import fnmatch
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["vulture"]
EVERYTHING: list[str] = SETTINGS["paths"]
DEPLOYED = [path for path in EVERYTHING if path != "tests"]


def unused(*paths: str | Path) -> str:
    """The report of vulture with the settings in pyproject.toml."""
    vulture = Path(sys.executable).with_name("vulture")
    return subprocess.run([vulture, *paths], cwd=ROOT, capture_output=True, text=True).stdout


@pytest.mark.parametrize("paths", [EVERYTHING, DEPLOYED], ids=["everything", "without the tests"])
def test_no_code_is_dead(paths: list[str]) -> None:
    """Unused code is deleted, or listed in pyproject.toml together with what uses it."""
    assert unused(*paths) == ""


def test_dead_code_is_found(tmp_path: Path) -> None:
    """An unused function and an unused import are reported with these settings."""
    (tmp_path / "module.py").write_text("import json\n\n\ndef forgotten() -> None: ...\n")
    assert re.findall(r"unused (\w+) '(\w+)'", unused(tmp_path)) == [("import", "json"), ("function", "forgotten")]


def test_every_ignored_name_is_there() -> None:
    """A name is removed from the list when it no longer exists."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    words = {word for path in listed.stdout.split() if (ROOT / path).exists() for word in _words(ROOT / path)}
    assert [name for name in SETTINGS["ignore_names"] if not fnmatch.filter(words, name)] == []


def _words(path: Path) -> list[str]:
    return re.findall(r"\w+", path.read_text())
