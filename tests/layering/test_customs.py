"""Conventions of all packages, as rules that read the source. Each has examples of code that breaks it."""

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
"""The settings, the entry point that passes os.environ to them, and the module that passes it on to programs."""
CLOUD_SDKS = ("google", "firebase_admin", "boto3", "botocore")
RUNS_ON_ANY_PYTHON = "standalone/prepare.py"
"""Reports a Python that is too old, which would fail earlier if it evaluated the annotations."""
POLLING = "tests/fakes/waiting.py"
PURE = (
    "functions/watchparty_api/records",
    "sync-relay/watchparty_relay/presence",
    "sync-relay/watchparty_relay/protocol",
    "sync-relay/watchparty_relay/rules",
    "transcoder/watchparty_transcoder/plan",
)
"""Folders without I/O, clock and randomness. Modules whose docstrings say "Pure" are held to the same."""
WRITES_CONTRACTS = "schema.py"
"""The commands of `make contracts`, which are beside the messages that they describe."""
ACT = {
    *(
        "asyncio",
        "http",
        "logging",
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
    *("socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request", "uuid"),
    *("fastapi", "httpx2", "picows", "redis", "sqlalchemy", "starlette", "uvicorn", *CLOUD_SDKS),
}
ACTING_CALLS = re.compile(r"(open|print|input)|(datetime|date)(\.datetime)?\.(now|utcnow|today)")
SIMULATES_TIME = ("tests/bench", "tests/chaos")
"""Benchmarks and chaos runs simulate users over minutes."""


@dataclass(frozen=True)
class Module:
    path: PurePosixPath
    """Relative to the root of the repository."""
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
"""Each rule with examples (path, source), each of which breaks it once."""


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


def acts(name: str) -> bool:
    """Whether a module of this name does I/O, reads a clock or is random."""
    return any(name == each or name.startswith(f"{each}.") for each in ACT)


def is_pure(name: str) -> bool:
    """Whether a module may be imported by a pure one: it is not ours, or is pure itself, or only declares errors."""
    package = name.partition(".")[0]
    ours = {PurePosixPath(path).name for path in PACKAGES}
    pure = [".".join(PurePosixPath(path).parts[1:]) for path in PURE] + [f"{package}.errors"]
    return package not in ours or any(f"{name}.".startswith(f"{each}.") for each in pure)


def comments_of(module: Module) -> list[tokenize.TokenInfo]:
    tokens = tokenize.generate_tokens(io.StringIO(module.source).readline)
    return [token for token in tokens if token.type == tokenize.COMMENT]


def attributes(module: Module, owner: str, *names: str) -> Lines:
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr in names and ast.unparse(node.value) == owner:
            yield node.lineno


@rule(("tests/test_a.py", "from __future__ import annotations"))
def annotations_are_evaluated(module: Module) -> Lines:
    """No `from __future__ import annotations`: nothing needs it, and pydantic, FastAPI and msgspec read annotations."""
    if str(module.path) != RUNS_ON_ANY_PYTHON:
        yield from (line for name, line in imported(module.tree.body) if name == "__future__")


@rule(("terraform/deploy/a.py", "try: ...\nexcept ValueError as failure: ..."))
def a_caught_exception_is_called_error(module: Module) -> Lines:
    """`except X as error`: one name for caught exceptions."""
    for node in module.nodes:
        if isinstance(node, ast.ExceptHandler) and node.name not in (None, "error"):
            yield node.lineno


@rule(("functions/watchparty_api/a.py", "logger = logging.getLogger(__name__)"))
def a_logger_is_called_log(module: Module) -> Lines:
    """`log = logging.getLogger(__name__)`."""
    for node in module.nodes:
        if isinstance(node, ast.Assign) and re.fullmatch(r"(logging\.)?getLogger\(.*\)", ast.unparse(node.value)):
            yield from (target.lineno for target in node.targets if ast.unparse(target) != "log")


@rule(
    ("tests/test_a.py", "a = b  # type: ignore"),
    ("functions/watchparty_api/a.py", "a = b  # type: ignore[arg-type]"),
)
def an_ignored_type_error_has_its_code_and_reason(module: Module) -> Lines:
    """`# type: ignore[code]  # reason`."""
    for token in comments_of(module):
        if "type: ignore" in token.string and not re.match(r"# type: ignore\[[\w, -]+\]  # \S", token.string):
            yield token.start[0]


@rule(("standalone/watchparty/a.py", "import json\n\n# Seconds.\nLIMIT = 1"))
def a_constant_is_explained_below_it(module: Module) -> Lines:
    """A constant is explained by a string below it, which editors display. A few words can follow on its line, and a
    comment can introduce a group of constants.
    """
    own_lines = [token for token in comments_of(module) if token.line.startswith("#")]
    comments = {token.start[0] for token in own_lines if not re.match(r"# (fmt|ruff|noqa)", token.line)}
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
    """Only config.py reads `os.environ`, which the entry point passes to it."""
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
    ("functions/watchparty_api/records/a.py", "from urllib import request"),
    ("sync-relay/watchparty_relay/rules/a.py", "from watchparty_relay.room_time import MachineTime"),
    ("sync-relay/watchparty_relay/presence/a.py", "from watchparty_relay import config"),
)
def what_decides_does_not_act(module: Module) -> Lines:
    """A pure module imports nothing that does I/O, reads a clock or is random, and calls no such builtin. One in a pure
    folder imports of ours only what is in pure folders, and errors.
    """
    says_so = module.is_in(*PACKAGES) and re.search(r"\b[Pp]ure\b", ast.get_docstring(module.tree) or "")
    if (module.is_in(*PURE) or says_so) and module.path.name != WRITES_CONTRACTS:
        for node in (each for each in module.nodes if isinstance(each, ast.Import | ast.ImportFrom)):
            names = [name for name, _ in imported([node])]
            if isinstance(node, ast.ImportFrom):
                names += [f"{node.module}.{alias.name}" for alias in node.names]
            if any(acts(name) for name in names) or (module.is_in(*PURE) and not all(map(is_pure, names))):
                yield node.lineno
        calls = [node for node in module.nodes if isinstance(node, ast.Call)]
        yield from (node.lineno for node in calls if ACTING_CALLS.fullmatch(ast.unparse(node.func)))


@rule(("functions/watchparty_api/objects/a.py", "from google.cloud import storage"))
def cloud_clients_are_imported_late(module: Module) -> Lines:
    """Cloud client libraries are imported inside functions, so that startup does not load unused ones."""
    if module.is_in(*PACKAGES):
        yield from (line for name, line in imported(module.tree.body) if name.partition(".")[0] in CLOUD_SDKS)


@rule(
    ("tests/functions/test_a.py", "from unittest.mock import patch"),
    ("tests/test_a.py", "def test_it(monkeypatch): monkeypatch.setattr(a, 'b', 1)"),
    ("tests/test_a.py", "def test_it(monkeypatch): monkeypatch.setenv('WATCHPARTY_PORT', '1')"),
)
def nothing_is_patched(module: Module) -> Lines:
    """Tests pass fakes and never patch. `monkeypatch` only sets environment variables that a library or another program
    reads, such as the address of an emulator; our own settings are arguments.
    """
    yield from (line for name, line in imported(module.nodes) if name.startswith(("unittest.mock", "mock")))
    calls = [node for node in module.nodes if isinstance(node, ast.Call)]
    patches = [node for node in calls if ast.unparse(node.func).startswith("monkeypatch.")]
    allowed = re.compile(r"monkeypatch\.setenv\('(?!WATCHPARTY_)\w+',")
    yield from (node.lineno for node in patches if not allowed.match(ast.unparse(node)))


@rule(
    ("tests/e2e/test_a.py", "time.sleep(1)"),
    ("tests/sync_relay/test_a.py", "async def test_it(): await asyncio.sleep(0.1)"),
)
def waiting_has_a_condition(module: Module) -> Lines:
    """No test sleeps: fakes/waiting.py waits for a condition. `asyncio.sleep(0)` only yields to the event loop."""
    if module.is_in("tests") and not module.is_in(*SIMULATES_TIME) and str(module.path) != POLLING:
        calls = [node for node in module.nodes if isinstance(node, ast.Call)]
        sleeps = [node for node in calls if ast.unparse(node.func) in ("time.sleep", "asyncio.sleep", "sleep")]
        yield from (node.lineno for node in sleeps if ast.unparse(node.args[0]) != "0")


def crowded(paths: Iterable[PurePosixPath]) -> dict[str, int]:
    """Folders with more than `MODULES_PER_FOLDER` modules, with the number of modules."""
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
    """All Python in the repository follows the rule."""
    found = [f"{module.path}:{line}" for module in modules for line in check(module)]
    assert not found, "\n".join([check.__doc__ or "", *found])


@pytest.mark.parametrize(
    ("check", "example"),
    [(check, example) for check, examples in RULES for example in examples],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_fault_is_found(check: Callable[[Module], Lines], example: tuple[str, str]) -> None:
    """The rule finds its example, exactly once."""
    path, source = example
    assert len(list(check(Module(PurePosixPath(path), source)))) == 1


def test_no_folder_is_crowded() -> None:
    """No folder holds more than 25 Python modules. layers.test.ts checks the same for the page."""
    assert crowded(tracked("*.py")) == {}


def test_a_crowded_folder_is_found() -> None:
    """A folder with 26 modules is reported with their number."""
    allowed = [PurePosixPath(f"full/module_{number}.py") for number in range(MODULES_PER_FOLDER)]
    assert crowded([*allowed, PurePosixPath("full/__init__.py")]) == {}
    assert crowded([*allowed, PurePosixPath("full/one_more.py")]) == {"full": MODULES_PER_FOLDER + 1}
