"""Only the composition root of a deployable, its bootstrap.py, names the adapters behind its ports.

A port is a Protocol, either in a port.py, with its adapters in the modules beside it, or in one module with its small
adapters. An adapter is what bootstrap.py imports from there.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOYABLES = ("functions/watchparty_api", "sync-relay/watchparty_relay", "transcoder/watchparty_transcoder")
HOLD_THEIR_ADAPTERS = (
    "watchparty_api.ports.",
    "watchparty_api.identity.identity_provider",
    "watchparty_api.identity.key_store",
    "watchparty_transcoder.events.sinks",
)
"""Modules, and prefixes of modules, that hold a port together with its adapters."""
Sources = dict[str, ast.Module]
"""Syntax trees by the dotted names of their modules."""


def read(folder: str) -> Sources:
    base = (ROOT / folder).parent
    return {
        ".".join(path.relative_to(base).with_suffix("").parts): ast.parse(path.read_text())
        for path in (ROOT / folder).rglob("*.py")
    }


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(module, name) of each `from module import name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def protocols(tree: ast.Module) -> set[str]:
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {each.name for each in classes if any(ast.unparse(base) == "Protocol" for base in each.bases)}


def misnamed(sources: Sources) -> list[str]:
    """Imports of adapters by modules other than bootstrap.py and those in the folder of the adapter."""
    folders = {name.removesuffix(".port") for name in sources if name.endswith(".port")}
    beside = {name for name in sources if name.rpartition(".")[0] in folders and not name.endswith(".port")}
    beside |= {name for name in sources if name.startswith(HOLD_THEIR_ADAPTERS)}
    adapters = {
        (module, name)
        for root in sources
        if root.endswith(".bootstrap")
        for module, name in imported(sources[root])
        if (module in beside and name not in protocols(sources[module])) or f"{module}.{name}" in beside
    }
    return [
        f"{importer} imports {name} of {module}"
        for importer, tree in sources.items()
        for module, name in imported(tree)
        if (module, name) in adapters and not importer.endswith(".bootstrap")
        if importer.rpartition(".")[0] not in {module.rpartition(".")[0], module} & folders
    ]


@pytest.mark.parametrize("folder", DEPLOYABLES)
def test_only_the_composition_root_names_adapters(folder: str) -> None:
    """No other module knows which adapter implements a port."""
    assert misnamed(read(folder)) == []


@pytest.mark.parametrize(
    "fault",
    [
        "from watchparty_api.store.sql import SqlStore",
        "from watchparty_api.store import sql",
        "def late():\n    from watchparty_api.ports.jobs import CloudJobs",
    ],
)
def test_a_module_that_names_an_adapter_is_found(fault: str) -> None:
    """An adapter beside a port.py, one in the module of its port, and an import inside a function are found."""
    store = "from watchparty_api.store.sql import SqlStore\nfrom watchparty_api.store import sql\n"
    package = {
        "bootstrap": f"{store}from watchparty_api.ports.jobs import CloudJobs, Jobs",
        "store.port": "from typing import Protocol\nclass Store(Protocol): ...",
        "store.sql": "class SqlStore: ...",
        "store.firestore": "from watchparty_api.store.sql import SqlStore",
        "ports.jobs": "from typing import Protocol\nclass Jobs(Protocol): ...\nclass CloudJobs: ...",
        "rooms": "from watchparty_api.store.port import Store\nfrom watchparty_api.ports.jobs import Jobs",
    }
    assert misnamed(_parsed(package)) == []
    assert [line.split()[0] for line in misnamed(_parsed({**package, "rooms": fault}))] == ["watchparty_api.rooms"]


def _parsed(package: dict[str, str]) -> Sources:
    return {f"watchparty_api.{name}": ast.parse(source) for name, source in package.items()}
