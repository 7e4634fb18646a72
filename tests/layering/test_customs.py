"""What all packages do alike, as rules that read the source; each rule has an example of the fault that it finds."""

import ast
import io
import re
import subprocess
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "functions/watchparty_api",
    "sync-relay/watchparty_relay",
    "transcoder/watchparty_transcoder",
    "standalone/watchparty",
)
MODULES_PER_FOLDER = 25
READ_THE_ENVIRONMENT = ("config.py", "__main__.py", "process.py")
"""The settings, the entry point that hands os.environ to them, and the one module that hands it on to programs."""
CLOUD_SDKS = ("google", "firebase_admin", "boto3", "botocore")
RUNS_ON_ANY_PYTHON = "standalone/prepare.py"
"""It tells whoever has a Python that is too old; evaluating the annotations would fail before."""
POLLING = "tests/fakes/waiting.py"
PURE = (
    "functions/watchparty_api/records",
    "sync-relay/watchparty_relay/presence",
    "sync-relay/watchparty_relay/protocol",
    "sync-relay/watchparty_relay/rules",
    "transcoder/watchparty_transcoder/plan",
)
"""Folders that decide and never act: no I/O, no clock, no chance. So does a module whose docstring says "Pure"."""
WRITES_CONTRACTS = "schema.py"
"""The command of `make contracts`, beside the messages that it describes."""
ACT = {
    *(
        "asyncio",
        "http",
        "multiprocessing",
        "os",
        "pathlib",
        "queue",
        "random",
        "secrets",
        "select",
        "shutil",
        "signal",
    ),
    *("signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request"),
    *("fastapi", "httpx2", "picows", "redis", "sqlalchemy", "starlette", "uvicorn", *CLOUD_SDKS),
}
ACTING_CALLS = re.compile(r"(open|print|input)|(datetime|date)(\.datetime)?\.(now|utcnow|today)")
SIMULATES_TIME = ("tests/bench", "tests/chaos")
"""Measurements and chaos let people act over minutes; everything else is a test."""


@dataclass(frozen=True)
class Module:
    path: PurePosixPath
    """From the root of the repository."""
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    def is_in(self, *folders: str) -> bool:
        return any(self.path.is_relative_to(folder) for folder in folders)


Lines = Iterator[int]
RULES: list[tuple[Callable[[Module], Lines], tuple[tuple[str, str], ...]]] = []
"""Each rule with modules (path, source) that break it once."""


def rule(*examples: tuple[str, str]) -> Callable[[Callable[[Module], Lines]], Callable[[Module], Lines]]:
    def add(check: Callable[[Module], Lines]) -> Callable[[Module], Lines]:
        RULES.append((check, examples))
        return check

    return add


def imported(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of each import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


def attributes(module: Module, owner: str, *names: str) -> Lines:
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == owner:
            yield node.lineno


@rule(("tests/test_a.py", "from __future__ import annotations"))
def annotations_are_evaluated(module: Module) -> Lines:
    """Nothing needs `from __future__ import annotations`, and pydantic, FastAPI and msgspec read the real types."""
    if str(module.path) != RUNS_ON_ANY_PYTHON:
        yield from (line for name, line in imported(module.tree.body) if name == "__future__")


@rule(("terraform/deploy/a.py", "try: ...\nexcept ValueError as failure: ..."))
def a_caught_exception_is_called_error(module: Module) -> Lines:
    """`except X as error`, so that one word is looked for."""
    for node in module.nodes:
        if isinstance(node, ast.ExceptHandler) and node.name not in (None, "error"):
            yield node.lineno


@rule(("functions/watchparty_api/a.py", "logger = logging.getLogger(__name__)"))
def a_logger_is_called_log(module: Module) -> Lines:
    """`log = logging.getLogger(__name__)`."""
    for node in module.nodes:
        if isinstance(node, ast.Assign) and re.fullmatch(r"(logging\.)?getLogger\(.*\)", ast.unparse(node.value)):
            yield from (target.lineno for target in node.targets if ast.unparse(target) != "log")


@rule(("standalone/watchparty/a.py", "import json\n\n# Seconds.\nLIMIT = 1"))
def a_constant_is_explained_below_it(module: Module) -> Lines:
    """A sentence about a constant is a string below it, which editors show. A few words may follow on its line, and a
    comment may head a group.
    """
    comments = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(module.source).readline)
        if token.type == tokenize.COMMENT
        and token.line.startswith("#")
        and not re.match(r"# (fmt|ruff|noqa)", token.line)
    }
    for node, following in zip_longest(module.tree.body, module.tree.body[1:]):
        follows_at_once = following is not None and following.lineno - 1 == node.end_lineno
        heads_a_group = isinstance(following, ast.Assign | ast.AnnAssign) and follows_at_once
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno - 1 in comments and not heads_a_group:
            yield node.lineno


@rule(
    ("transcoder/watchparty_transcoder/make/a.py", "os.environ['A']"),
    ("sync-relay/watchparty_relay/a.py", "os.getenv('A')"),
    ("standalone/watchparty/a.py", "from os import environ"),
)
def the_environment_is_read_in_config_only(module: Module) -> Lines:
    """`os.environ` is read by config.py, and handed to it by the entry point."""
    if module.is_in(*PACKAGES) and module.path.name not in READ_THE_ENVIRONMENT:
        yield from attributes(module, "os", "environ", "getenv")
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom) and node.module == "os":
                yield from (node.lineno for alias in node.names if alias.name in ("environ", "getenv"))


@rule(
    ("transcoder/watchparty_transcoder/plan/plan.py", "datetime.now(UTC)"),
    ("transcoder/watchparty_transcoder/plan/inner/a.py", "open('film.mp4')"),
    ("transcoder/watchparty_transcoder/plan/a.py", "def decide():\n    from time import monotonic"),
    ("functions/watchparty_api/a.py", "'''A decision. Pure.'''\nimport asyncio.events"),
)
def what_decides_does_not_act(module: Module) -> Lines:
    """A pure module imports nothing that acts, and calls nothing that acts without an import of its own."""
    says_so = module.is_in(*PACKAGES) and re.search(r"\b[Pp]ure\b", ast.get_docstring(module.tree) or "")
    if (module.is_in(*PURE) or says_so) and module.path.name != WRITES_CONTRACTS:
        yield from (line for name, line in imported(module.nodes) if name in ACT or name.partition(".")[0] in ACT)
        calls = [node for node in module.nodes if isinstance(node, ast.Call)]
        yield from (node.lineno for node in calls if ACTING_CALLS.fullmatch(ast.unparse(node.func)))


@rule(("functions/watchparty_api/objects/a.py", "from google.cloud import storage"))
def cloud_clients_are_imported_late(module: Module) -> Lines:
    """A client library is imported inside a function, so that no start pays for one that it does not use."""
    if module.is_in(*PACKAGES):
        yield from (line for name, line in imported(module.tree.body) if name.partition(".")[0] in CLOUD_SDKS)


@rule(
    ("tests/functions/test_a.py", "from unittest.mock import patch"),
    ("tests/test_a.py", "def test_it(monkeypatch): monkeypatch.setattr(a, 'b', 1)"),
    ("tests/test_a.py", "def test_it(monkeypatch): monkeypatch.setenv('WATCHPARTY_PORT', '1')"),
)
def nothing_is_patched(module: Module) -> Lines:
    """Tests pass fakes in. `monkeypatch` does one thing: it names an emulator to a client library of Google's, which
    reads that from the environment and has no other setting for it.
    """
    yield from (line for name, line in imported(module.nodes) if name.startswith(("unittest.mock", "mock")))
    calls = [node for node in module.nodes if isinstance(node, ast.Call)]
    patches = [node for node in calls if ast.unparse(node.func).startswith("monkeypatch.")]
    allowed = re.compile(r"monkeypatch\.setenv\('\w+_EMULATOR_HOST',")
    yield from (node.lineno for node in patches if not allowed.match(ast.unparse(node)))


@rule(
    ("tests/e2e/test_a.py", "time.sleep(1)"),
    ("tests/sync_relay/test_a.py", "async def test_it(): await asyncio.sleep(0.1)"),
)
def waiting_has_a_condition(module: Module) -> Lines:
    """No test sleeps: it waits for what it expects, by fakes/waiting.py. `asyncio.sleep(0)` gives the loop a turn."""
    if module.is_in("tests") and not module.is_in(*SIMULATES_TIME) and str(module.path) != POLLING:
        calls = [node for node in module.nodes if isinstance(node, ast.Call)]
        sleeps = [node for node in calls if ast.unparse(node.func) in ("time.sleep", "asyncio.sleep", "sleep")]
        yield from (node.lineno for node in sleeps if ast.unparse(node.args[0]) != "0")


def crowded(paths: Iterable[PurePosixPath]) -> dict[str, int]:
    """Folders with more modules side by side than a reader takes in, with their number."""
    sizes = Counter(str(path.parent) for path in paths if path.name != "__init__.py")
    return {folder: size for folder, size in sizes.items() if size > MODULES_PER_FOLDER}


def tracked(*patterns: str) -> list[PurePosixPath]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [PurePosixPath(line) for line in listed.stdout.splitlines() if (ROOT / line).exists()]


@pytest.fixture(scope="session")
def modules() -> list[Module]:
    return [Module(path, (ROOT / path).read_text()) for path in tracked("*.py")]


@pytest.mark.parametrize("check", [check for check, _ in RULES], ids=lambda check: check.__name__)
def test_every_module_follows_the_rule(check: Callable[[Module], Lines], modules: list[Module]) -> None:
    """All of our Python does it alike."""
    found = [f"{module.path}:{line}" for module in modules for line in check(module)]
    assert not found, "\n".join([check.__doc__ or "", *found])


@pytest.mark.parametrize(
    ("check", "example"),
    [(check, example) for check, examples in RULES for example in examples],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_fault_is_found(check: Callable[[Module], Lines], example: tuple[str, str]) -> None:
    """A module with the fault breaks the rule."""
    path, source = example
    assert len(list(check(Module(PurePosixPath(path), source)))) == 1


def test_no_folder_is_crowded() -> None:
    """At most 25 modules side by side; the page's own test holds its folders to the same."""
    assert crowded(tracked("*.py")) == {}


def test_a_crowded_folder_is_found() -> None:
    """One module too many is named with its folder."""
    allowed = [PurePosixPath(f"full/module_{number}.py") for number in range(MODULES_PER_FOLDER)]
    assert crowded([*allowed, PurePosixPath("full/__init__.py")]) == {}
    assert crowded([*allowed, PurePosixPath("full/one_more.py")]) == {"full": MODULES_PER_FOLDER + 1}
