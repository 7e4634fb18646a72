"""`make run` and a prepared `make deploy` work with the packages of their lists alone."""

import re
import subprocess
import venv
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from e2e.home import Home

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / folder for folder in ("functions", "sync-relay", "transcoder", "standalone")]


def test_a_film_plays_with_the_packages_of_make_run_alone(tmp_path: Path) -> None:
    """A host uploads a film, it is prepared, and a guest plays it: no package is missing in the list."""
    python = python_with(distributions_for(ROOT / "standalone" / "requirements.txt"), tmp_path / "environment")
    operator = python_with(locked(ROOT / "standalone" / "image-requirements.lock"), tmp_path / "operator")
    home = Home(tmp_path / "data", python=str(python))
    try:
        done = subprocess.run(  # with the packages of the workflow that deploys
            [operator, "terraform/deploy", "smoke", "--site", home.url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        home.stop()
    assert done.returncode == 0, done.stdout + done.stderr + home.output
    assert "the film plays for a guest, and for no one without a grant" in done.stdout


@pytest.mark.parametrize("module", ["pytest", "google.cloud.firestore", "boto3", "playwright"])
def test_the_environment_has_no_other_package(module: str, tmp_path: Path) -> None:
    """What the list does not name cannot be imported, so the test above would notice a package that is missing."""
    python = python_with(distributions_for(ROOT / "standalone" / "requirements.txt"), tmp_path / "environment")
    done = subprocess.run([python, "-c", f"import {module}"], capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError" in done.stderr


def distributions_for(requirements: Path) -> list[metadata.Distribution]:
    """The installed distributions of a list and, transitively, of what they require on this machine."""
    lines = [line.partition("#")[0].strip() for line in requirements.read_text().splitlines()]
    needed = [Requirement(line) for line in lines if line]
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    while needed:
        requirement = needed.pop()
        for extra in requirement.extras or {""}:
            if (requirement.name, extra) in seen:
                continue
            seen.add((requirement.name, extra))
            distribution = found.setdefault(requirement.name, metadata.distribution(requirement.name))
            wanted = [Requirement(text) for text in distribution.requires or []]
            needed += [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": extra})]
    return list(found.values())


def locked(lock: Path) -> list[metadata.Distribution]:
    """The distributions of a lock file that are installed here."""
    names = re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]+\])?==", lock.read_text(), re.MULTILINE)
    return [each for name in names for each in metadata.distributions(name=name)]


def python_with(distributions: list[metadata.Distribution], folder: Path) -> Path:
    """A virtual environment in `folder` whose packages are links to those of `distributions`; returns its Python."""
    venv.create(folder, symlinks=True, with_pip=False)
    site = next((folder / "lib").glob("python3*")) / "site-packages"
    for distribution in distributions:
        for name in {file.parts[0] for file in distribution.files or [] if file.parts[0] != ".."}:
            link = site / name
            if not link.exists():
                link.symlink_to(Path(str(distribution.locate_file(name))))
    (site / "watchparty.pth").write_text("".join(f"{source}\n" for source in SOURCES))
    return folder / "bin" / "python"
