"""Proves that the checks can fail: each mistake is made on a copy of terraform/, and its check must report it."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from terraform.applied import Outcome, copied, run_tests
from terraform.routes import misrouted
from terraform.schema_provider import terraform


@dataclass(frozen=True)
class Mistake:
    file: str
    right: str
    wrong: str
    said: str = ""


INVALID = [
    Mistake("events.tf", "ack_deadline_seconds ", "ack_deadline_second  ", 'named "ack_deadline_second" is not'),
    Mistake("relay.tf", "startup_cpu_boost = true", "startup_boost = true", 'named "startup_boost" is not expected'),
    Mistake("cdn.tf", "google_storage_bucket.media.name\n", "google_storage_bucket.film.name\n", "undeclared resource"),
    Mistake("events.tf", "service_account.pusher.email\n", "service_account.pusher.mail\n", "no argument"),
    Mistake("buckets.tf", "  location                    = var.region\n", "", 'The argument "location" is required'),
    Mistake("redis.tf", "= var.redis.memory_gb", '= "much"', "a number is required"),
]
UNSAFE = [
    Mistake("cdn.tf", "playlists = 1 }", "playlists = 3600 }", "fresh after a second"),
    Mistake("relay.tf", '= "3600s"', '= "300s"', "keeps sockets for an hour"),
    Mistake("redis.tf", '= "noeviction"', '= "allkeys-lru"', "never evicts keys"),
    Mistake("url_map.tf", 'prefix = ["/api/v1/videos/"], exact', "exact"),
    Mistake("functions.tf", 'may = ["uploads", "launch"]', 'may = ["uploads"]'),
    Mistake(
        "events.tf",
        "audience              = google_cloud_run_v2_service.function[each.value.function].uri",
        "audience              = local.site_url",
        "a token for the function that it reaches",
    ),
    Mistake("github.tf", "assertion.repository_id == '${var.github_repository_id}'", "true", "of one repository"),
]


def mutated(source: Path, target: Path, *mistakes: Mistake) -> Path:
    """Returns a copy under the folder `target` that contains the mistakes."""
    target = copied(source, target)
    for mistake in mistakes:
        path = target / mistake.file
        before = path.read_text()
        assert mistake.right in before, f"{mistake.file} changed: {mistake.right!r} is not in it"
        path.write_text(before.replace(mistake.right, mistake.wrong, 1))
    return target


@pytest.mark.parametrize("mistake", INVALID, ids=lambda mistake: mistake.said)
def test_invalid_configurations_are_found(mistake: Mistake, source: Path, tmp_path: Path) -> None:
    """Misspelt and missing arguments, wrong types and wrong references fail `terraform validate`."""
    done = terraform(mutated(source, tmp_path / "invalid", mistake), "validate", "-json")
    said = [f"{each['summary']} {each['detail']}" for each in json.loads(done.stdout)["diagnostics"]]
    assert any(mistake.said in each for each in said), said


@pytest.fixture(scope="module")
def unsafe(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = mutated(source, tmp_path_factory.mktemp("unsafe") / "copy", *UNSAFE)
    return run_tests(folder, "production")


def test_unsafe_configurations_are_found(unsafe: Outcome) -> None:
    """The assertions in terraform/tests detect sockets cut after five minutes and a Redis that evicts rooms."""
    assert not unsafe.passed
    assert [mistake.said for mistake in UNSAFE if mistake.said not in unsafe.said] == []


def test_a_missing_route_is_found(unsafe: Outcome) -> None:
    """Without /api/v1/videos/* requests for films would reach the function auth."""
    wrong = misrouted(unsafe.runs["production", "everything"])
    assert wrong["/api/v1/videos/x/playback"] == "auth"


def test_a_missing_binding_is_found(unsafe: Outcome) -> None:
    """Without its binding the function that handles uploads could not start a transcode."""
    found = unsafe.runs["production", "everything"].bindings()
    expected = set((Path(__file__).parent / "bindings.txt").read_text().splitlines())
    assert expected - found == {"on-upload: watchpartyTranscodeLauncher on transcoder"}
