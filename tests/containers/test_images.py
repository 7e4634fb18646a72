"""The images as far as they can be proven without a container engine: their files, and their commands run on a copy of
exactly the files that they hold. The release workflow builds them for real.
"""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from containers.dockerfile import IMAGES, RELAY, ROOT, STANDALONE, TRANSCODER, Image
from fakes.emulators import free_port

pytestmark = pytest.mark.service
STARTS_WITHIN_S = 300.0
"""It takes seconds; what a busy machine adds says nothing about us."""


@pytest.mark.parametrize("image", IMAGES.values(), ids=list(IMAGES))
def test_hadolint_finds_nothing(image: Image) -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, "--no-color", str(image.file)], capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""


@pytest.mark.parametrize("image", IMAGES.values(), ids=list(IMAGES))
def test_an_image_is_pinned_small_and_nobody(image: Image) -> None:
    """Exact base tags, build tools left behind, a user without rights, a health check, and the program as process 1."""
    tags = [rest.split()[0] for rest in image.of("FROM")]
    assert all(tag.rpartition(":")[2][0].isdigit() and tag.count(".") >= 2 for tag in tags), tags
    assert len(tags) >= 2
    assert [rest for keyword, rest in image.last_stage if keyword == "USER"] == ["10001"]
    assert image.of("STOPSIGNAL") == ["SIGTERM"]
    assert image.command()[:2] == ["python", "-m"]
    assert image.of("HEALTHCHECK")


@pytest.mark.parametrize("image", IMAGES.values(), ids=list(IMAGES))
def test_bytecode_lies_in_the_image(image: Image) -> None:
    """Python's base image has none, and a container writes none: else each start compiled all that it imports."""
    assert image.environment()["PYTHONDONTWRITEBYTECODE"] == "1"
    python = image.last_stage[0][1].split()[0]
    minor = ".".join(python.partition(":")[2].split(".")[:2])
    steps = [f"{keyword} {rest}" for keyword, rest in image.last_stage]
    compiled = steps.index(f"RUN python -m compileall -q /usr/local/lib/python{minor} /app")
    assert not [step for step in steps[compiled:] if step.startswith("COPY")]
    assert not [rest for rest in image.of("RUN") if "--no-compile" in rest]


@pytest.mark.parametrize("image", IMAGES.values(), ids=list(IMAGES))
def test_what_is_copied_is_there_and_is_sent(image: Image) -> None:
    """Every source of a COPY exists, and .dockerignore lets it through."""
    sources = [source for arguments in image.copies() for source in arguments[:-1]]
    assert [source for source in sources if not (image.context / source).exists()] == []
    if image.context == ROOT:
        allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
        assert {source.split("/")[0] for source in sources} <= allowed


def running(image: Image, folder: Path, **environ: str) -> tuple[list[str], dict[str, str]]:
    """Command and environment of the image's process on the laid out copy."""
    app = image.lay_out(folder)
    env = {name: value for name, value in image.environment().items() if not name.startswith("PATH")}
    env |= {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(app), **environ}
    return [sys.executable, *image.command()[1:]], env


def serve(command: list[str], env: dict[str, str], health: list[str], log: Path) -> int:
    """Starts it, waits until the image's own health check succeeds, sends SIGTERM; gives the exit code."""
    with log.open("wb") as output, subprocess.Popen(command, env=env, stdout=output, stderr=output) as process:
        try:
            deadline = time.monotonic() + STARTS_WITHIN_S
            while subprocess.run([sys.executable, *health[1:]], env=env, capture_output=True, check=False).returncode:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
            process.send_signal(signal.SIGTERM)
            return process.wait(timeout=60)
        finally:
            process.kill()  # a no-op for what has ended; else nobody would ever wait to the end


def test_the_relay_runs_from_its_files_alone(tmp_path: Path) -> None:
    """It answers its health check on the port that Cloud Run names, and ends well on SIGTERM."""
    port = str(free_port())
    command, env = running(RELAY, tmp_path, PORT=port, WATCHPARTY_RELAY_JWKS_URL="http://127.0.0.1:9/jwks.json")
    assert serve(command, env, RELAY.health_command(), tmp_path / "log") == 0, (tmp_path / "log").read_text()


def test_the_standalone_server_runs_from_its_files_alone(tmp_path: Path) -> None:
    """The same; uvicorn, when everything is put away, ends by the signal that it was given."""
    command, env = running(
        STANDALONE, tmp_path, WATCHPARTY_PORT=str(free_port()), WATCHPARTY_DATA=str(tmp_path / "data")
    )
    assert serve(command, env, STANDALONE.health_command(), tmp_path / "log") in (0, -signal.SIGTERM), (
        tmp_path / "log"
    ).read_text()


@pytest.mark.parametrize(
    ("image", "package"),
    [(RELAY, "watchparty_relay"), (TRANSCODER, "watchparty_transcoder"), (STANDALONE, "watchparty")],
    ids=list(IMAGES),
)
def test_nothing_of_the_checkout_is_needed(image: Image, package: str, tmp_path: Path) -> None:
    """Whatever the program imports comes from the image or from an installed package."""
    _, env = running(image, tmp_path)
    script = f"import {package}.bootstrap, sys; print([getattr(m, '__file__', None) for m in sys.modules.values()])"
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = [path for path in ast.literal_eval(done.stdout) if path]
    ours = [path for path in loaded if path.startswith(str(ROOT)) and "/.venv/" not in path]
    assert any(path.startswith(str(tmp_path)) for path in loaded)
    assert ours == []
