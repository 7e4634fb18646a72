"""The requirements lists agree with each other, and every pin states its purpose."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTS = [
    *(ROOT / folder / "requirements.txt" for folder in (".", "functions", "sync-relay", "transcoder", "standalone")),
    ROOT / "sync-relay" / "compile-requirements.txt",
]
LINE = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(\[[^\]]+\])?==(?P<version>\S+)\s+# \S")


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
