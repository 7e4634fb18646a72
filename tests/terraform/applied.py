"""What `terraform apply` makes of terraform/ on the mock provider, as values that tests can ask.

The real `terraform test` prints the state that each run reached; this reads it.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraform.schema_provider import terraform

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "terraform"

Values = dict[str, Any]


@dataclass(frozen=True)
class Applied:
    """The state of one run: values of each resource by its address, and the outputs."""

    resources: dict[str, Values]
    outputs: dict[str, Any]

    def instances(self, address: str) -> dict[str, Values]:
        """The instances of a resource with for_each or count, by their key."""
        return {
            name.removeprefix(f"{address}[").removesuffix("]").strip('"'): values
            for name, values in self.resources.items()
            if name.startswith(f"{address}[")
        }

    def of_type(self, kind: str) -> dict[str, Values]:
        return {name: values for name, values in self.resources.items() if name.startswith(f"{kind}.")}

    def bindings(self) -> set[str]:
        """`who: role on what` of every IAM binding."""
        accounts = {
            values["member"]: values["account_id"].removeprefix("watchparty-")
            for values in self.of_type("google_service_account").values()
        }
        found = [values for name, values in self.resources.items() if "_iam_member." in name]

        def who(member: str) -> str:
            return accounts.get(member) or _outsider(member)

        return {f"{who(each['member'])}: {self._role(each['role'])} on {self._target(each)}" for each in found}

    def _role(self, role: str) -> str:
        custom = {
            values["name"]: values["role_id"] for values in self.of_type("google_project_iam_custom_role").values()
        }
        return str(custom.get(role, role.removeprefix("roles/")))

    def _target(self, values: Values) -> str:
        for field in ("bucket", "secret_id", "topic", "subscription", "name", "repository"):
            if isinstance(values.get(field), str):
                return str(values[field]).removeprefix("demo-watchparty-watchparty-").removeprefix("watchparty-")
        if "service_account_id" in values:
            names = {each["name"]: each["account_id"] for each in self.of_type("google_service_account").values()}
            return str(names[values["service_account_id"]]).removeprefix("watchparty-")
        (condition,) = values.get("condition") or [None]
        return str(condition["title"]).replace("-", " ") if condition else "the project"


@dataclass(frozen=True)
class Outcome:
    """One `terraform test`: whether it passed, what it said, and the state of each run as (file, run)."""

    passed: bool
    said: str
    runs: dict[tuple[str, str], Applied]


def copied(source: Path, folder: Path) -> Path:
    """A copy of terraform/ at `folder`/terraform, with the page beside it that alerts quote."""
    shutil.copytree(source.parent / "docs", folder / "docs", ignore=lambda _, names: {*names} - {"operations.md"})
    target = folder / "terraform"
    left_out = shutil.ignore_patterns("*.tfstate*", "*.tfvars*", *([".terraform*"] if source == SOURCE else []))
    return shutil.copytree(source, target, symlinks=True, ignore=left_out)


def copy_of_source(folder: Path) -> Path:
    """terraform/ where nothing of the checkout can be touched, ready for `validate` and `test`."""
    target = copied(SOURCE, folder)
    done = terraform(target, "init", "-backend=false", "-input=false", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def run_tests(folder: Path, *files: str) -> Outcome:
    """`terraform test`, all files or those named."""
    only = [f"-filter=tests/{name}.tftest.hcl" for name in files]
    done = terraform(folder, "test", "-json", "-verbose", *only)
    runs: dict[tuple[str, str], Applied] = {}
    said: list[str] = [done.stderr]
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message["type"] == "test_state":
            key = Path(message["@testfile"]).name.removesuffix(".tftest.hcl"), message["@testrun"]
            runs[key] = _applied(message["test_state"])
        elif message["type"] == "diagnostic":
            said.append(message["@message"] + " " + message["diagnostic"].get("detail", ""))
    return Outcome(done.returncode == 0, "\n".join(said), runs)


def _applied(state: dict[str, Any]) -> Applied:
    found = state["root_module"]["resources"]
    outputs = {name: each.get("value") for name, each in state.get("outputs", {}).items()}
    return Applied({each["address"]: each["values"] for each in found}, outputs)


def _outsider(member: str) -> str:
    """A member that is no service account of ours, without the numbers that Google makes up."""
    kind, _, name = member.partition(":")
    if kind == "principalSet":
        return "github " + name.partition("/attribute.")[2]
    return name.partition("@")[2].partition(".")[0] if kind == "serviceAccount" else member
