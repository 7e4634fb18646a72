"""Checks gcloud commands offline, against the list of commands and flags that gcloud installs for shell completion."""

import re
import runpy
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from fakes.google.emulators import sdk_root

NEWER = {("firestore", "databases", "clone")}
"""Commands newer than gcloud 528; they are in https://cloud.google.com/sdk/gcloud/reference."""


@cache
def _tree() -> dict[str, Any]:
    root = sdk_root()
    if root is None or not (root / "data/cli/gcloud_completions.py").exists():
        pytest.skip("gcloud: not on the PATH")
    found: dict[str, Any] = runpy.run_path(str(root / "data/cli/gcloud_completions.py"))["STATIC_COMPLETION_CLI_TREE"]
    return found


def commands_in(document: str) -> list[list[str]]:
    """Returns the words of every gcloud command in a document's code, without quoted text."""
    fenced = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
    inline = [code.replace("\n", " ") for code in re.findall(r"`([^`]+)`", fenced.sub("", document))]
    code = [each.replace("\\\n", " ") for each in fenced.findall(document)] + inline
    bare = [re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "", each) for each in code]
    return [found.split() for each in bare for found in re.findall(r"\bgcloud ([^|\n#;)]+)", each)]


def wrong_with(words: Sequence[str]) -> str | None:
    """Returns the complaint of gcloud about a command; None if it knows command and flags."""
    if tuple(words[:3]) in NEWER:
        return None
    node, known = _tree(), _tree()["flags"]
    for word in words:
        if word.startswith("-"):
            continue
        if word not in node.get("commands", {}):
            break
        node = node["commands"][word]
    if node.get("commands"):
        return f"no such command: gcloud {' '.join(words)}"
    flags = {word.partition("=")[0] for word in words if word.startswith("--")}
    unknown = {flag for flag in flags if flag not in {*known, *node["flags"]}}
    return f"gcloud {' '.join(words)}: {sorted(unknown)}" if unknown else None
