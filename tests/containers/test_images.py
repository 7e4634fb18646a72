"""Tests of the images without a container engine: their instructions, and their commands on a copy of exactly the files
that they contain. The workflow builds and starts the real images.
"""

import ast
import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from containers.dockerfile import FUNCTIONS, IMAGES, RELAY, ROOT, STANDALONE, TRANSCODER, Image
from fakes.function_process import cloud_environment
from fakes.google.emulators import free_port

pytestmark = pytest.mark.service
STARTS_WITHIN_S = 300.0
"""A start takes seconds; the rest is allowance for a busy machine."""


@pytest.mark.parametrize("image", IMAGES.values(), ids=list(IMAGES))
def test_hadolint_finds_nothing(image: Image) -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, "--no-color", str(image.file)], capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize("image", IMAGES.values(), ids=list(IMAGES))
def test_an_image_is_pinned_small_and_unprivileged(image: Image) -> None:
    """Base tags that get security fixes and no new versions, no build tools, an unprivileged user, a health check, and
    the program as process 1.
    """
    tags = [rest.split()[0] for rest in image.of("FROM")]
    assert all(re.fullmatch(r"(python:3\.\d+|node:\d+)(-slim)?-bookworm(-slim)?", tag) for tag in tags), tags
    assert len(tags) >= 2
    assert [rest for keyword, rest in image.last_stage if keyword == "USER"] == ["10001"]
    assert image.of("STOPSIGNAL") == ["SIGTERM"]
    assert image.command()[:2] == ["python", "-m"]
    assert image.of("HEALTHCHECK")


@pytest.mark.parametrize("image", IMAGES.values(), ids=list(IMAGES))
def test_the_image_contains_bytecode(image: Image) -> None:
    """Python's base image has none, and a container writes none: otherwise each start would compile every import."""
    assert image.environment()["PYTHONDONTWRITEBYTECODE"] == "1"
    python = image.last_stage[0][1].split()[0]
    minor = python.partition(":")[2].partition("-")[0]
    steps = [f"{keyword} {rest}" for keyword, rest in image.last_stage]
    compiled = steps.index(f"RUN python -m compileall -q /usr/local/lib/python{minor} /app")
    assert not [step for step in steps[compiled:] if step.startswith("COPY")]
    assert not [rest for rest in image.of("RUN") if "--no-compile" in rest]


@pytest.mark.parametrize("image", IMAGES.values(), ids=list(IMAGES))
def test_copied_files_exist_and_are_in_the_build_context(image: Image) -> None:
    """Every source of a COPY exists, and .dockerignore does not exclude it."""
    sources = [source for arguments in image.copies() for source in arguments[:-1]]
    assert [source for source in sources if not (image.context / source).exists()] == []
    allowed = {line[1:] for line in (image.context / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {source.split("/")[0] for source in sources} <= allowed
    if image.context != ROOT:
        assert {source.split("/")[0] for source in sources} == allowed


def test_all_images_run_the_same_python() -> None:
    """Every Python base has one minor version, the one for which packages are locked."""
    bases = {rest.split()[0] for image in IMAGES.values() for rest in image.of("FROM") if rest.startswith("python")}
    (version,) = {base.partition(":")[2].partition("-")[0] for base in bases}
    assert f"--python-version {version}" in (ROOT / "Makefile").read_text()


def test_an_unchanged_image_is_built_once_a_month() -> None:
    """The tag changes with the month, so that a new build picks up the fixes of the base."""
    script = (
        "from datetime import datetime as d; from images import content_tag as tag;"
        "print(*(tag('relay', d.fromisoformat(day)) for day in ('2026-11-01', '2026-11-30', '2026-12-01')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT / "terraform/deploy", capture_output=True, text=True, check=True
    )
    first, later, december = done.stdout.split()
    assert first == later != december


def running(image: Image, folder: Path, **environ: str) -> tuple[list[str], dict[str, str]]:
    """Returns command and environment of the image's process on the laid out copy."""
    app = image.lay_out(folder)
    env = {name: value for name, value in image.environment().items() if not name.startswith("PATH")}
    env |= {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(app), **environ}
    return [sys.executable, *image.command()[1:]], env


def serve(command: list[str], env: dict[str, str], health: list[str], log: Path, *, cwd: Path | None = None) -> int:
    """Starts it, waits until the image's health check succeeds, sends SIGTERM, and returns the exit code."""
    with log.open("wb") as output, subprocess.Popen(command, env=env, cwd=cwd, stdout=output, stderr=output) as process:
        try:
            deadline = time.monotonic() + STARTS_WITHIN_S
            while subprocess.run([sys.executable, *health[1:]], env=env, capture_output=True, check=False).returncode:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
            process.send_signal(signal.SIGTERM)
            return process.wait(timeout=60)
        finally:
            process.kill()  # does nothing if it has stopped; otherwise the context manager would wait forever


def test_the_relay_runs_from_its_files_alone(tmp_path: Path) -> None:
    """It answers its health check on the port that Cloud Run names, and exits with 0 on SIGTERM."""
    port = str(free_port())
    command, env = running(RELAY, tmp_path, PORT=port, WATCHPARTY_RELAY_JWKS_URL="http://127.0.0.1:9/jwks.json")
    assert serve(command, env, RELAY.health_command(), tmp_path / "log") == 0, (tmp_path / "log").read_text()


def test_a_function_runs_from_its_files_alone(tmp_path: Path) -> None:
    """It listens on the port that Cloud Run names, with the entry point that the environment names."""
    target = {"FUNCTION_TARGET": "sweep", "FUNCTION_SIGNATURE_TYPE": "cloudevent", "THREADS": "2"}
    command, env = running(FUNCTIONS, tmp_path, PORT=str(free_port()), **target)
    app = tmp_path / "app"
    code = serve(command, env, FUNCTIONS.health_command(), tmp_path / "log", cwd=app)
    assert code == 0, (tmp_path / "log").read_text()


_WITHOUT = """
import json, sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    names = set(json.loads(sys.argv[1]))

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{name} is not in functions/requirements.lock", name=name)

sys.meta_path.insert(0, Absent())
import main, firebase_admin.auth, websockets.sync.client
from google.cloud import firestore, run_v2, storage

main._auth_app(), main._rooms_app(), main._videos_app(), main._services()
"""


def test_the_functions_need_only_their_locked_packages(tmp_path: Path) -> None:
    """Every function can be built with nothing but the image's files and the packages of requirements.lock."""
    _, env = running(FUNCTIONS, tmp_path)
    env |= cloud_environment(tmp_path / "keys", store_url=f"sqlite:///{tmp_path}/store.db")
    lock = (ROOT / "functions/requirements.lock").read_text()
    allowed = {canonicalize_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[\S+\])?==", lock, re.MULTILINE)}
    absent = [name for name, by in packages_distributions().items() if allowed.isdisjoint(map(canonicalize_name, by))]
    assert {"playwright", "redis"} <= set(absent), "what is held back here is missing in the image"
    command = [sys.executable, "-c", _WITHOUT, json.dumps(absent)]
    done = subprocess.run(command, env=env, cwd=tmp_path / "app", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("image", IMAGES.values(), ids=list(IMAGES))
def test_every_package_of_an_image_is_checked_by_its_hash(image: Image) -> None:
    """pip installs only from lock files with hashes. npm's lock of the page has its own."""
    installs = [rest for rest in image.of("RUN") if "pip install" in rest]
    assert installs
    for each in installs:
        assert re.search(r"pip install --no-cache-dir --require-hashes -r [\w-]+[.]lock$", each), each


def test_the_standalone_server_runs_from_its_files_alone(tmp_path: Path) -> None:
    """The same, except that uvicorn re-raises the signal after a clean shutdown."""
    command, env = running(
        STANDALONE, tmp_path, WATCHPARTY_PORT=str(free_port()), WATCHPARTY_DATA=str(tmp_path / "data")
    )
    assert serve(command, env, STANDALONE.health_command(), tmp_path / "log") in (0, -signal.SIGTERM), (
        tmp_path / "log"
    ).read_text()


@pytest.mark.parametrize(
    ("image", "package"),
    [
        (FUNCTIONS, "watchparty_api"),
        (RELAY, "watchparty_relay"),
        (TRANSCODER, "watchparty_transcoder"),
        (STANDALONE, "watchparty"),
    ],
    ids=list(IMAGES),
)
def test_an_image_does_not_need_the_checkout(image: Image, package: str, tmp_path: Path) -> None:
    """Everything that the program imports comes from the image or from an installed package."""
    _, env = running(image, tmp_path)
    script = f"import {package}.bootstrap, sys; print([getattr(m, '__file__', None) for m in sys.modules.values()])"
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = [path for path in ast.literal_eval(done.stdout) if path]
    ours = [path for path in loaded if path.startswith(str(ROOT)) and "/.venv/" not in path]
    assert any(path.startswith(str(tmp_path)) for path in loaded)
    assert ours == []
