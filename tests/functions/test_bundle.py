"""The archive that is deployed: reproducible, complete, and without anything else."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions, requires
from io import BytesIO
from pathlib import Path

import bundle
from fakes.function_process import SOURCE, cloud_environment

_IN_A_CLEAN_PLACE = """
import json, sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    names = set(json.loads(sys.argv[1]))

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{name} is not in functions/requirements.txt", name=name)

sys.meta_path.insert(0, Absent())
sys.path.insert(0, ".")
import main, firebase_admin.auth, websockets.sync.client
from google.cloud import firestore, run_v2, storage

main._auth_app(), main._rooms_app(), main._videos_app(), main._services()
"""
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(path: Path) -> set[str]:
    """The distributions of a requirements list, with their dependencies."""
    listed = (_NAME.match(line) for line in path.read_text().splitlines())
    waiting, found = [match[0] for match in listed if match], set[str]()
    while waiting:
        name = normal(waiting.pop())
        if name not in found:
            found.add(name)
            needed = [each for each in requires(name) or [] if "extra ==" not in each] if installed(name) else []
            waiting += [match[0] for each in needed if (match := _NAME.match(each))]
    return found


def installed(name: str) -> bool:
    return name in {normal(each) for several in packages_distributions().values() for each in several}


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    """The same sources give the same bytes, whenever and wherever the archive is built."""
    copy = shutil.copytree(SOURCE.parent, tmp_path / "elsewhere", ignore=shutil.ignore_patterns(".mypy_cache"))
    for path in copy.rglob("*"):
        os.utime(path, (0, 1_000_000_000))
    assert bundle.archive(copy) == bundle.archive(SOURCE.parent)


def test_nothing_else_is_in_it() -> None:
    """The archive contains entry points, requirements and the package's sources only."""
    with zipfile.ZipFile(BytesIO(bundle.archive(SOURCE.parent))) as opened:
        names = opened.namelist()
    assert {"main.py", "requirements.txt", "watchparty_api/web/http.py"} <= set(names)
    strangers = [
        name
        for name in names
        if name not in ("main.py", "requirements.txt") and not re.fullmatch(r"watchparty_api/[\w/]+\.py", name)
    ]
    assert strangers == []


def test_it_installs_the_locked_packages() -> None:
    """Google's build reads requirements.txt: there it finds every package with its hashes."""
    with zipfile.ZipFile(BytesIO(bundle.archive(SOURCE.parent))) as opened:
        assert opened.read("requirements.txt") == (SOURCE.parent / "requirements.lock").read_bytes()


def test_it_runs_on_its_own_requirements(tmp_path: Path) -> None:
    """Unpacked elsewhere, every function can be built with the packages of its requirements."""
    with zipfile.ZipFile(BytesIO(bundle.archive(SOURCE.parent))) as opened:
        opened.extractall(tmp_path / "unpacked")
    environ = cloud_environment(tmp_path / "keys", store_url=f"sqlite:///{tmp_path}/store.db")
    allowed = closure(SOURCE.parent / "requirements.txt")
    absent = [name for name, by in packages_distributions().items() if allowed.isdisjoint(map(normal, by))]
    assert {"playwright", "redis"} <= set(absent), "what is held back here would be missing there"
    ran = subprocess.run(
        [sys.executable, "-I", "-c", _IN_A_CLEAN_PLACE, json.dumps(absent)],
        cwd=tmp_path / "unpacked",
        env=environ,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
