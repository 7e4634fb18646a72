"""What the relay's image runs: the compiled modules do what their sources do."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from fakes.relay.compiled import RELAY, ROOT, c_compiler, compiled_relay

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(c_compiler() is None, reason="C compiler: none that can build Python's extensions"),
]

HERE = Path(__file__).parent
CONTRACTS = ("bus/test_bus_contract.py", "bus/test_journal.py", "transport/test_transport_contract.py")
BESIDE_PYTEST = "functions transcoder standalone tests"
PRINT_FILES = (
    "import importlib, sys; print(*(importlib.import_module(name).__file__ for name in sys.argv[1:]), sep='\\n')"
)


@pytest.fixture(scope="module")
def folder() -> Path:
    return compiled_relay()


def modules() -> list[str]:
    """Those that compile.py compiles, as paths without suffix."""
    return list(runpy.run_path(str(RELAY / "compile.py"))["modules"]())


def python(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


def test_no_message_is_defined_in_a_compiled_module() -> None:
    """mypyc drops the keywords of a class, and with them a Struct's tag: it would be another message."""
    sources = [RELAY / "watchparty_relay" / f"{module}.py" for module in modules()]
    assert [source.name for source in sources if "(Struct" in source.read_text()] == []


def test_what_compile_leaves_out_exists() -> None:
    """A module that was renamed would otherwise be compiled without anyone noticing."""
    left_out = runpy.run_path(str(RELAY / "compile.py"))["LEFT_OUT"]
    assert [module for module in left_out if not (RELAY / "watchparty_relay" / f"{module}.py").exists()] == []


def test_python_takes_the_compiled_ones(folder: Path) -> None:
    """Each compiled module is imported as an extension, although its source is beside it; the others are not."""
    named = [f"watchparty_relay.{module.replace('/', '.')}" for module in modules()]
    done = python("-c", PRINT_FILES, *named, "watchparty_relay.rules.playback", folder=folder)
    *files, plain = done.stdout.splitlines()
    assert [Path(file).suffix for file in files] == [".so"] * len(named), done.stderr
    assert Path(plain).suffix == ".py"
    assert all(Path(file).is_relative_to(folder) for file in files)


def test_the_compiled_modules_pass_the_tests_of_their_sources(folder: Path) -> None:
    """Each module's own tests, and the contracts of buses and transports."""
    suites = [HERE / name for name in CONTRACTS]
    named = (HERE / Path(module).with_name(f"test_{Path(module).name}.py") for module in modules())
    suites += [path for path in named if path.exists() and path not in suites]
    assert len(suites) > len(CONTRACTS) + 10
    options = ("-p", "no:xdist", "-p", "no:cacheprovider", "-o", f"pythonpath={folder} {BESIDE_PYTEST}")
    done = python("-m", "pytest", *options, *map(str, suites), folder=folder)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
