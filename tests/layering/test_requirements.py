"""The requirements lists agree with each other, and every pin states its purpose."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LISTS = [
    *(ROOT / folder / "requirements.txt" for folder in (".", "functions", "sync-relay", "transcoder", "standalone")),
    ROOT / "sync-relay" / "compile-requirements.txt",
]
LINE = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(\[[^\]]+\])?==(?P<version>\S+)\s+# \S")


LOCKED = {
    "functions/requirements.lock": ["functions/requirements.txt"],
    "sync-relay/requirements.lock": ["sync-relay/requirements.txt"],
    "sync-relay/compile-requirements.lock": ["sync-relay/requirements.txt", "sync-relay/compile-requirements.txt"],
    "transcoder/requirements.lock": ["transcoder/requirements.txt"],
    "standalone/image-requirements.lock": [
        "standalone/image-requirements.txt",
        "standalone/requirements.txt",
        "functions/requirements.txt",
        "sync-relay/requirements.txt",
    ],
}
"""Lock file of an image → the lists that it locks."""


def pinned(path: Path) -> list[str]:
    """The requirements of one list, without comments and the lists that it includes."""
    lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("-r")]


def pins(path: Path) -> dict[str, str]:
    """Package → version of one list, without the lists that it includes."""
    found = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith(("#", "-r ")):
            match = LINE.match(line)
            assert match, f"{path.relative_to(ROOT)}: no exact pin with a reason: {line}"
            found[match["name"].lower()] = match["version"]
    return found


def test_one_package_has_one_version_everywhere() -> None:
    """No two lists pin different versions of a package."""
    versions: dict[str, set[str]] = {}
    for path in LISTS:
        for name, version in pins(path).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("file", LOCKED)
def test_the_lock_of_an_image_is_complete_and_agrees(file: str) -> None:
    """It has the pins of its lists, every package that those need on Python 3.13, and a hash for each."""
    lock = locked(ROOT / file)
    assert [name for name, (_, hashes) in lock.items() if not hashes] == []
    wanted, extras = {}, {}
    for path in LOCKED[file]:
        for requirement in map(Requirement, pinned(ROOT / path)):
            name = canonicalize_name(requirement.name)
            wanted[name] = next(iter(requirement.specifier)).version
            extras[name] = requirement.extras
    assert {name: lock[name][0] for name in wanted} == wanted
    where = {"python_version": "3.13", "python_full_version": "3.13.0", "platform_machine": "x86_64"}
    needed = [Requirement(f"{name}[{','.join(extras[name])}]") for name in wanted]
    seen: set[tuple[str, str]] = set()
    while needed:
        requirement = needed.pop()
        name = canonicalize_name(requirement.name)
        assert name in lock, f"{name} is missing: run `make lock`"
        assert requirement.specifier.contains(lock[name][0], prereleases=True), f"{requirement}: run `make lock`"
        for extra in requirement.extras or {""}:
            if (name, extra) not in seen:
                seen.add((name, extra))
                if is_installed(name, lock[name][0]):
                    listed = [Requirement(text) for text in metadata.requires(name) or []]
                    here = {**where, "extra": extra}
                    needed += [each for each in listed if each.marker is None or each.marker.evaluate(here)]
    found = {name for name, _ in seen}
    assert found <= set(lock)
    if all(is_installed(name, pin) for name, (pin, _) in lock.items()):
        assert found == set(lock)


def locked(path: Path) -> dict[str, tuple[str, list[str]]]:
    """Package → version and hashes of a lock file."""
    text = path.read_text()
    entries = re.findall(
        r"^([a-z0-9.-]+)(?:\[[^\]]+\])?==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})*)", text, re.MULTILINE
    )
    return {canonicalize_name(name): (pin, hashes.split("--hash=")[1:]) for name, pin, hashes in entries}


def is_installed(name: str, wanted: str) -> bool:
    """Whether exactly this version is installed here: another one may need other packages."""
    try:
        return metadata.version(name) == wanted
    except metadata.PackageNotFoundError:
        return False


def test_the_top_list_covers_every_deployable() -> None:
    """requirements.txt includes the list of each deployable and of the standalone server."""
    text = (ROOT / "requirements.txt").read_text()
    for path in LISTS[1:]:
        assert f"-r {path.relative_to(ROOT)}" in text


def test_home_needs_no_cloud_client_and_no_test_tool() -> None:
    """`make run` installs no client of Google's or Amazon's and no test tool."""
    names = set(pins(ROOT / "standalone" / "requirements.txt"))
    assert not [
        name for name in names if name.startswith(("google-", "firebase", "boto", "pytest", "moto", "playwright"))
    ]


def test_every_deployed_package_is_used() -> None:
    """The functions import each package in their requirements.txt, by its own name or the one given here."""
    imported_as = {
        "pyjwt": "jwt",
        "argon2-cffi": "argon2",
        "google-cloud-firestore": "google.cloud import firestore",
        "google-cloud-storage": "google.cloud import storage",
        "google-cloud-pubsub": "google.cloud import pubsub_v1",
        "google-cloud-secret-manager": "google.cloud import secretmanager",
        "google-cloud-run": "google.cloud import run_v2",
        "opentelemetry-sdk": "opentelemetry.sdk",
        "opentelemetry-exporter-otlp-proto-http": "opentelemetry.exporter.otlp.proto.http",
    }
    sources = "\n".join(path.read_text() for path in (ROOT / "functions").rglob("*.py"))
    names = pins(ROOT / "functions" / "requirements.txt")
    modules = {name: imported_as.get(name, name.replace("-", "_")) for name in names}
    assert [name for name, module in modules.items() if not re.search(rf"(from|import) {module}\b", sources)] == []
