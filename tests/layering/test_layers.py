"""The architecture as sentences that are held: who may import whom, and what only one kind of file may do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "watchparty_api": ROOT / "functions" / "watchparty_api",
    "watchparty_relay": ROOT / "sync-relay" / "watchparty_relay",
    "watchparty_transcoder": ROOT / "transcoder" / "watchparty_transcoder",
    "watchparty": ROOT / "standalone" / "watchparty",
}
DEPLOYABLES = [name for name in PACKAGES if name != "watchparty"]
PURE = {  # folders and modules that decide and never act
    "watchparty_relay": (
        "protocol",
        "rules",
        "presence",
        "fanout.welcome",
        "session.token_lease",
        "reporting.sync_report",
    ),
}
CLOCKS_AND_IO = (
    "time",
    "datetime.now",
    "socket",
    "asyncio",
    "os",
    "subprocess",
    "sqlite3",
    "pathlib",
    "random",
    "secrets",
)


def modules(package: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGES[package].rglob("*.py")):
        yield path, ast.parse(path.read_text(), str(path))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported dotted name with its line, wherever in the file it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def is_or_under(name: str, *parents: str) -> bool:
    return any(name == parent or name.startswith(parent + ".") for parent in parents)


@pytest.mark.parametrize("package", PURE)
def test_pure_modules_neither_act_nor_read_a_clock(package: str) -> None:
    """Sentence 3: what decides gets `now` as a parameter and imports nothing that acts."""
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path, tree in modules(package)
        if is_or_under(".".join(path.relative_to(PACKAGES[package]).with_suffix("").parts), *PURE[package])
        for name, line in imports(tree)
        if is_or_under(name, *CLOCKS_AND_IO)
    ]
    assert found == []


@pytest.mark.parametrize("package", DEPLOYABLES)
def test_only_the_composition_root_names_adapters(package: str) -> None:
    """Sentence 6: what an opening function of bootstrap.py imports is an adapter, and only its own file and the root
    name it. An adapter that lives in its port's file is told apart by its name, one in a file of its own by the file.
    """
    ports = {path.parent for path, _ in modules(package) if path.name == "port.py"}
    beside_ports = {
        ".".join((package, *path.relative_to(PACKAGES[package]).with_suffix("").parts))
        for folder in ports
        for path in folder.glob("*.py")
        if path.name not in ("port.py", "__init__.py")
    }
    roots = [tree for path, tree in modules(package) if path.name == "bootstrap.py"]
    adapters = {name for tree in roots for name, _ in imports(tree) if name in beside_ports} | {
        name
        for tree in roots
        for function in tree.body
        if isinstance(function, ast.FunctionDef) and function.name.startswith(("_open", "open_"))
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom)
        for name, _ in imports(node)
        if name != node.module and is_or_under(name, package)
    }
    found = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path, tree in modules(package)
        if path.name != "bootstrap.py" and path.parent not in ports
        for name, line in imports(tree)
        if name in adapters
    ]
    assert found == []


def test_the_sync_rules_do_not_know_react_and_the_ui_knows_no_feature() -> None:
    """Sentence 7: frontend/src/sync imports no React; frontend/src/ui imports nothing but itself and libraries."""
    source = ROOT / "frontend" / "src"
    sync = [
        str(path.relative_to(source))
        for path in (source / "sync").rglob("*.ts*")
        if 'from "react' in path.read_text() or path.suffix == ".tsx"
    ]
    features = tuple(f'from "../{path.name}' for path in source.iterdir() if path.is_dir() and path.name != "ui")
    ui = [
        str(path.relative_to(source))
        for path in (source / "ui").rglob("*.ts*")
        if any(feature in path.read_text() for feature in features)
    ]
    assert sync == []
    assert ui == []
