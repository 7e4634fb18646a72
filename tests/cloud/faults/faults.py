"""Every known fault of the cloud, put back: the check that is named for it must fail.

    make cloud-faults [ONLY="3 7"]

Each fault is a patch of a copy of the checkout, and its check runs there: in the box (`tests/cloud/journey`) where only
running shows it, otherwise beside the code. Prints a table; the exit code is 1 if a check passes. `test_faults.py`
holds that each fault has a row and that each patch still applies.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
FILMS = "tests/cloud/journey/test_films.py"
TERRAFORM = "tests/terraform/test_terraform.py"
ORDER = "tests/terraform/test_order.py"
OWN_TESTS = f"{TERRAFORM}::test_its_own_tests_pass"


@dataclass(frozen=True)
class Change:
    """Every occurrence of `right` in `file` becomes `wrong`."""

    file: str
    right: str
    wrong: str


@dataclass(frozen=True)
class Fault:
    """A fault by its number in the list of the review; `why_none` says why no check can see it on one machine."""

    number: int
    what: str
    changes: tuple[Change, ...] = ()
    check: str = ""
    why_none: str = ""
    cheap: bool = False
    """Whether its check takes a second or two: `make test` puts it back, too."""

    @property
    def in_the_box(self) -> bool:
        return "cloud/journey" in self.check


FAULTS = [
    Fault(
        1,
        "objects are not named as the edge serves them",
        (
            Change(
                "transcoder/watchparty_transcoder/broker/bootstrap.py",
                'f"media/{cloud.video_id}/',
                'f"{cloud.video_id}/',
            ),
        ),
        f"{FILMS}::test_a_grant_opens_its_film_and_nothing_opens_without",
    ),
    Fault(
        2,
        "the CDN's cookie is in quotes",
        (
            Change(
                "functions/watchparty_api/rooms/playback/grants.py",
                'f"{cookie.name}={cookie.value}"',
                "f'{cookie.name}=\"{cookie.value}\"'",
            ),
        ),
        f"{FILMS}::test_a_grant_opens_its_film_and_nothing_opens_without",
    ),
    Fault(
        3,
        "playlists are cached for an hour",
        (Change("terraform/cdn.tf", "playlists = 1 }", "playlists = 3600 }"),),
        f"{FILMS}::test_a_playlist_that_grows_is_fresh_at_the_edge",
    ),
    Fault(
        4,
        "the first administrator is created with the operator's own secret",
        (
            Change(
                "standalone/watchparty/config.py",
                '        raise SettingError("WATCHPARTY_KEYS_SECRETS", wanted, "")\n    return secrets',
                "        return None\n    return None",
            ),
        ),
        f"{FILMS}::test_a_grant_opens_its_film_and_nothing_opens_without",
    ),
    Fault(
        5,
        "a relay exits when Redis does not answer at once",
        (Change("sync-relay/watchparty_relay/server.py", "if time.monotonic() + retry_s > give_up_s:", "if retry_s:"),),
        "tests/sync_relay/test_server.py::test_a_relay_waits_for_redis_with_its_port_open",
    ),
    Fault(
        6,
        "workload identity trusts a repository's name",
        (
            Change(
                "terraform/github.tf",
                "assertion.repository_id == '${var.github_repository_id}'",
                "assertion.repository == 'owner/name'",
            ),
        ),
        OWN_TESTS,
    ),
    Fault(
        7,
        "serve_films = false cannot be undone",
        (Change("terraform/cdn.tf", "    create_before_destroy = true\n", "    create_before_destroy = false\n"),),
        f"{ORDER}::test_films_can_be_served_again",
    ),
    Fault(
        8,
        "a restore removes the right to the old database first, a rotation that to the old key",
        (
            Change(
                "terraform/functions.tf", "    create_before_destroy = true\n", "    create_before_destroy = false\n"
            ),
        ),
        f"{ORDER}::test_a_restored_database_is_usable_before_the_old_one_is_not",
    ),
    Fault(
        9,
        "sweep answers 200 when every task fails",
        (Change("functions/watchparty_api/maintenance.py", "    if failed:\n", "    if failed and not tasks:\n"),),
        "tests/functions/test_maintenance.py::test_a_task_that_fails_does_not_stop_the_others",
        cheap=True,
    ),
    Fault(
        10,
        "the alert of a due rotation fires at every message",
        (Change("terraform/secrets.tf", '= "attributes.eventType = \\"SECRET_ROTATE\\""', '= ""'),),
        f"{TERRAFORM}::test_only_a_due_rotation_raises_its_alert",
    ),
    Fault(
        11,
        "a new project's propagation of rights stops the deployment",
        (Change("terraform/deploy/transient.py", "for text, why in TRANSIENT.items()", "for text, why in ()"),),
        "tests/deployment/test_deployment.py::test_a_new_project_is_given_time",
    ),
    Fault(
        12,
        "notices of functions count against Armor's rate of an address",
        (
            Change(
                "terraform/functions.tf",
                'local.production ? "wss://${local.relay_host}/ws" : null',
                'local.production ? "wss://${var.domain}/ws" : null',
            ),
        ),
        "tests/cloud/journey/test_notices.py::test_notices_do_not_count_against_the_rate_of_an_address",
    ),
    Fault(
        13,
        "hobby does not move its sockets before Cloud Run cuts them",
        (Change("standalone/watchparty/bootstrap.py", "rotates=True", "rotates=False"),),
        "tests/standalone/test_one_service.py::test_sockets_move_before_cloud_run_cuts_them",
    ),
    Fault(
        14,
        "destroying and deploying again in one project",
        why_none="recipes in docs/deployment.md: Google's soft deletion, which nothing on one machine imitates",
    ),
    Fault(
        15,
        "traces are sent to Google without credentials",
        (
            Change(
                "functions/watchparty_api/web/telemetry.py",
                "session=_google_session() if is_google(endpoint) else None",
                "session=None",
            ),
        ),
        "tests/cloud/journey/test_traces.py::test_a_trace_has_reached_google_when_the_answer_arrives",
    ),
    Fault(
        16,
        "relays log plain text",
        (Change("sync-relay/watchparty_relay/logs.py", "    handler.setFormatter(CloudFormatter())\n", ""),),
        "tests/cloud/journey/test_party.py::test_every_line_that_is_logged_has_a_severity",
    ),
    Fault(
        17,
        "the functions' packages float",
        (Change("functions/Dockerfile", "--require-hashes -r requirements.lock", "-r requirements.lock"),),
        "tests/containers/test_images.py::test_every_package_of_an_image_is_checked_by_its_hash",
        cheap=True,
    ),
    Fault(
        18,
        "Redis' pool refuses the connection too many",
        (
            Change(
                "sync-relay/watchparty_relay/bus/redis.py",
                "pool = BlockingConnectionPool.from_url(",
                "pool = ConnectionPool.from_url(",
            ),
            Change("sync-relay/watchparty_relay/bus/redis.py", "        timeout=TIMEOUT_S,\n", ""),
            Change(
                "sync-relay/watchparty_relay/bus/redis.py", "import BlockingConnectionPool,", "import ConnectionPool,"
            ),
        ),
        "tests/sync_relay/bus/test_redis.py::test_a_burst_waits_for_free_connections",
    ),
    Fault(
        19,
        "an instance accepts more requests than it has threads",
        (
            Change(
                "terraform/functions.tf",
                "var.functions_scale.concurrency) : local.event_threads",
                "var.functions_scale.concurrency) : 80",
            ),
        ),
        f"{TERRAFORM}::test_an_instance_accepts_only_what_it_runs_in_parallel",
    ),
    Fault(
        20,
        "tasks beyond the region's quota are accepted",
        (
            Change(
                "terraform/variables.tf",
                "var.transcoder.tasks * var.transcoder.cpu <= var.transcoder.quota_vcpu",
                "var.transcoder.tasks > 0",
            ),
        ),
        OWN_TESTS,
    ),
    Fault(
        21,
        "refusals of Cloud Armor are sampled away",
        (Change("terraform/url_map.tf", "sample_rate = 1 ", "sample_rate = 0.1 "),),
        f"{TERRAFORM}::test_every_refused_request_is_logged",
    ),
    Fault(
        22,
        "two instances of the hobby service command the rooms",
        (
            Change(
                "standalone/watchparty/bootstrap.py",
                "lease_store=RecordLeaseStore(lambda: holder.services)",
                "lease_store=None",
            ),
        ),
        "tests/standalone/test_cloud_run.py::test_the_rooms_lease_names_the_deployment",
    ),
    Fault(
        23,
        "images and functions run different versions of Python",
        (Change("sync-relay/Dockerfile", "python:3.13-", "python:3.11-"),),
        "tests/containers/test_images.py::test_all_images_run_the_same_python",
        cheap=True,
    ),
    Fault(
        24,
        "the page does not name the role on the billing account",
        (Change("docs/deployment.md", "roles/billing.costsManager", "roles/owner"),),
        "tests/cloud/faults/test_faults.py::test_the_page_names_what_terraform_cannot_do",
        cheap=True,
    ),
]


def copied(folder: Path) -> Path:
    """The checkout's tracked files, with the installed packages and the built page beside them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for name in (".venv", ".build", "frontend/dist", "frontend/node_modules"):
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


def apply(fault: Fault, folder: Path) -> None:
    """Raises AssertionError for a patch that no longer applies."""
    for change in fault.changes:
        path = folder / change.file
        text = path.read_text()
        assert change.right in text, f"B{fault.number}: {change.right!r} is not in {change.file}"
        path.write_text(text.replace(change.right, change.wrong))


def is_found(fault: Fault) -> tuple[bool, str]:
    """Whether the check fails with the fault, and the last line that pytest printed."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = copied(Path(temporary) / "checkout")
        apply(fault, folder)
        python = str(folder / ".venv" / "bin" / "python")
        namespace = [python, "tests/cloud/namespace.py"] if fault.in_the_box else []
        sources = [str(folder / name) for name in ("functions", "sync-relay", "transcoder", "standalone", "tests")]
        done = subprocess.run(
            [*namespace, python, "-m", "pytest", "-q", "-p", "no:cacheprovider", fault.check],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sources)},
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout.strip().splitlines()[-1:] or [done.stderr[-200:]]
        # Skipped is 0, "not found" is 4: only a check that ran and failed, or could not be set up, has found the fault.
        return done.returncode == 1, said[0]


def main(numbers: list[str]) -> int:
    missed = 0
    print("| | fault put back | check | found |\n|---|---|---|---|")
    for fault in FAULTS:
        if numbers and str(fault.number) not in numbers:
            continue
        if fault.why_none:
            print(f"| B{fault.number} | {fault.what} | none: {fault.why_none} | – |", flush=True)
            continue
        found, said = is_found(fault)
        missed += not found
        place = "box" if fault.in_the_box else "beside the code"
        print(f"| B{fault.number} | {fault.what} | {place}: `{fault.check}` | {said} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
