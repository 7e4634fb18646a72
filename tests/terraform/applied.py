"""The result of `terraform apply` on the mock provider, as values for tests.

The real `terraform test` prints the state of each run; this module parses it.
"""

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
    """The state of one run: the values of each resource by address, and the outputs."""

    resources: dict[str, Values]
    outputs: dict[str, Any]

    def instances(self, address: str) -> dict[str, Values]:
        """Returns the instances of a resource with for_each or count, by key."""
        return {
            name.removeprefix(f"{address}[").removesuffix("]").strip('"'): values
            for name, values in self.resources.items()
            if name.startswith(f"{address}[")
        }

    def of_type(self, kind: str) -> dict[str, Values]:
        return {name: values for name, values in self.resources.items() if name.startswith(f"{kind}.")}

    def bindings(self) -> set[str]:
        """Returns every IAM binding as `member: role on target`."""
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
    """The outcome of `terraform test`: success, messages, and the state of each run by (file, run)."""

    passed: bool
    said: str
    runs: dict[tuple[str, str], Applied]


def copied(source: Path, folder: Path) -> Path:
    """Copies terraform/ to `folder`/terraform, with the page that alerts quote beside it."""
    shutil.copytree(source.parent / "docs", folder / "docs", ignore=lambda _, names: {*names} - {"operations.md"})
    target = folder / "terraform"
    left_out = shutil.ignore_patterns("*.tfstate*", "*.tfvars*", *([".terraform*"] if source == SOURCE else []))
    return shutil.copytree(source, target, symlinks=True, ignore=left_out)


def copy_of_source(folder: Path) -> Path:
    """Returns an initialised copy of terraform/ for `validate` and `test`, so that the checkout stays untouched."""
    target = copied(SOURCE, folder)
    done = terraform(target, "init", "-backend=false", "-input=false", "-no-color")
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def run_tests(folder: Path, *files: str, log: Path | None = None) -> Outcome:
    """Runs `terraform test` on all files or on the named ones. A `log` receives what terraform does in detail."""
    only = [f"-filter=tests/{name}.tftest.hcl" for name in files]
    done = terraform(folder, "test", "-json", "-verbose", *only, log=log)
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
    """Returns the name of a member that is not our service account, without generated numbers."""
    kind, _, name = member.partition(":")
    if kind == "principalSet":
        return "github " + name.partition("/attribute.")[2]
    return name.partition("@")[2].partition(".")[0] if kind == "serviceAccount" else member
