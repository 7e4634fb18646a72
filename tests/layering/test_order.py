"""Checks the contracts in order.toml, and proves by mutation that each of them finds violations.

For each contract a package of empty modules with the contract's names is generated. It keeps the contract, and breaks
it when one forbidden import is added.
"""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ORDER = Path(__file__).with_name("order.toml")
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
SETTINGS = tomllib.loads(ORDER.read_text())["tool"]["importlinter"]
CONTRACTS: list[dict[str, Any]] = SETTINGS["contracts"]
Import = tuple[str, str]
"""(importing module, imported module)."""


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs import-linter on the packages in `folder`."""
    return subprocess.run(
        [LINT_IMPORTS, ORDER, "--no-cache", "--no-logo", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def generated(folder: Path, contract: dict[str, Any], imports: list[Import]) -> Path:
    """Generates packages with the contract's modules, which contain only `imports` and those that it allows."""
    lines: dict[str, list[str]] = {f"{package}.__init__": [] for package in SETTINGS["root_packages"]}
    lines |= {name: [] for name in _own_modules(contract)}
    allowed = [(name, each) for name in _own_modules(contract) for each in contract.get("protected_modules", [])]
    for importing, imported in [*allowed, *imports]:
        lines.setdefault(importing, []).append(f"import {imported}")
        if _is_ours(imported):
            lines.setdefault(imported, [])
    for name, statements in lines.items():
        path = folder.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(statements))
    for inside in [path for path in folder.rglob("*") if path.is_dir()]:
        (inside / "__init__.py").touch()
        inside.with_suffix(".py").unlink(missing_ok=True)  # modules that turned out to be packages
    return folder


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in SETTINGS["root_packages"]


def _layers(contract: dict[str, Any]) -> list[list[str]]:
    """The modules of each layer, from the highest to the lowest."""
    prefixes = [f"{container}." for container in contract.get("containers", [])] or [""]
    return [
        [f"{prefix}{name.strip(' ()')}" for name in layer.replace(":", "|").split("|") for prefix in prefixes]
        for layer in contract["layers"]
    ]


def _concrete(expressions: list[str]) -> list[str]:
    """Modules that match the expressions."""
    return [expression.replace("**", "some.inner").replace("*", "some") for expression in expressions]


def _own_modules(contract: dict[str, Any]) -> Iterator[str]:
    match contract["type"]:
        case "layers":
            yield from (name for layer in _layers(contract) for name in layer if "." in name)
        case "protected":
            yield from _concrete(contract["allowed_importers"])


def faults(contract: dict[str, Any]) -> list[list[Import]]:
    """Lists of imports, each of which violates the contract."""
    match contract["type"]:
        case "layers":
            layers = _layers(contract)
            upward = [(lower[0], upper[0]) for upper, lower in pairwise(layers)]
            sideways = [(layer[0], layer[1]) for layer in layers if len(layer) > 1]
            inside = "" if "containers" in contract else ".some"
            return [[(importing + inside, imported + inside)] for importing, imported in [*upward, *sideways]]
        case "acyclic_siblings":
            return [
                [
                    (f"{folder}{inside}.left.a", f"{folder}{inside}.right.b"),
                    (f"{folder}{inside}.right.c", f"{folder}{inside}.left.d"),
                ]
                for folder in _concrete(contract["ancestors"])
                for inside in ("", ".inner.innermost")
            ]
        case "protected":
            return [
                [(f"{package}.stranger", each)]
                for package in SETTINGS["root_packages"]
                for each in _concrete(contract["protected_modules"])
            ]
        case unknown:
            raise AssertionError(f"no proof is known for contracts of type {unknown}")


FAULTS = [(contract, fault) for contract in CONTRACTS for fault in faults(contract)]


def test_the_order_holds() -> None:
    """The packages keep every contract."""
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["id"])
def test_a_package_without_a_fault_keeps_the_contract(contract: dict[str, Any], tmp_path: Path) -> None:
    """The generated package keeps the contract when no forbidden import is added."""
    result = lint(generated(tmp_path, contract, []), "--contract", contract["id"])
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("contract", "fault"), FAULTS, ids=[f"{each['id']}-{fault[0]}" for each, fault in FAULTS])
def test_a_fault_is_found(contract: dict[str, Any], fault: list[Import], tmp_path: Path) -> None:
    """A forbidden import breaks the contract."""
    result = lint(generated(tmp_path, contract, fault), "--contract", contract["id"])
    assert result.returncode == 1, result.stdout
    assert f"{contract['name']} BROKEN" in result.stdout


@pytest.mark.parametrize(
    "contract", [each for each in CONTRACTS if each.get("exhaustive")], ids=lambda each: each["id"]
)
def test_a_module_without_a_place_is_found(contract: dict[str, Any], tmp_path: Path) -> None:
    """A new module breaks the contract until it has a place in the order."""
    newcomer = f"{contract['containers'][0]}.newcomer"
    result = lint(generated(tmp_path, contract, [(newcomer, "json")]), "--contract", contract["id"])
    assert result.returncode == 1
    assert newcomer in result.stdout
