"""A right that a deployment replaces is granted first and taken away last: the previous revision needs it until then.

Terraform logs each change before it makes it, so the order of a second apply after a first one can be read.
"""

import re
from pathlib import Path

from terraform.applied import Applied, copied, run_tests

_CHANGE = re.compile(r"\[DEBUG\] (\S+(?: \S+)?): applying the planned (\w+) change")
_RUN = """
run "{name}" {{
  command = apply
  variables {{
{variables}
  }}
}}
"""
FUNCTIONS = {"auth", "rooms", "videos", "on_upload", "on_transcode", "on_room_event", "on_delivery", "sweep"}
UPDATES = {(f'google_cloud_run_v2_service.function["{name}"]', "Update") for name in FUNCTIONS}


class Deployments:
    """Two deployments, one after the other: every change in order, and the state after each."""

    def __init__(self, folder: Path, first: str, second: str) -> None:
        tests = folder / "tests"
        head = (tests / "production.tftest.hcl").read_text().partition('\nrun "')[0]
        runs = _RUN.format(name="first", variables=first) + _RUN.format(name="second", variables=second)
        (tests / "order.tftest.hcl").write_text(head + runs)
        log = folder.with_name("terraform.log")
        outcome = run_tests(folder, "order", log=log)
        assert outcome.passed, outcome.said
        self.changes = _CHANGE.findall(log.read_text())
        self.after: dict[str, Applied] = {name: outcome.runs["order", name] for name in ("first", "second")}

    def order(self, address: str, old: str, new: str) -> list[str]:
        """Returns what happened to the functions and to two instances of a resource, from the creation of the new."""
        start = self.changes.index((f'{address}["{new}"]', "Create"))
        names = {(f'{address}["{new}"]', "Create"): "create", (f'{address}["{old}"]', "Delete"): "destroy"}
        found = [names.get(change, "update" if change in UPDATES else "") for change in self.changes]
        first = min(start, found.index("destroy"), found.index("update"))
        return list(dict.fromkeys(each for each in found[first:] if each))

    def updates_before(self, address: str, old: str) -> int:
        """Returns how many functions were updated before the old instance was destroyed."""
        end = self.changes.index((f'{address}["{old}"]', "Delete"))
        return len(UPDATES & set(self.changes[:end]))


READER = "google_secret_manager_secret_iam_member.function_reads_key"


def test_a_removed_cdn_key_is_readable_until_the_functions_are_updated(source: Path, tmp_path: Path) -> None:
    """Even an operator who replaces the key in one step, without the hour in between, locks no function out."""
    folder = copied(source, tmp_path / "copy")
    done = Deployments(folder, "", 'cdn_key_names = ["k2"]\ncdn_active_key = "k2"')
    assert done.order(READER, "rooms cdn-k1", "rooms cdn-k2") == ["create", "update", "destroy"]
    assert done.updates_before(READER, "rooms cdn-k1") == 2  # rooms and videos


def test_switching_the_cdn_key_changes_no_right(source: Path, tmp_path: Path) -> None:
    """Both keys stay readable, so instances of the previous revision still start."""
    folder = copied(source, tmp_path / "copy")
    both = 'cdn_key_names = ["k1", "k2"]'
    done = Deployments(folder, both, f'{both}\ncdn_active_key = "k2"')
    readers = [set(done.after[name].instances(READER)) for name in ("first", "second")]
    assert readers[0] == readers[1] >= {"rooms cdn-k1", "rooms cdn-k2"}
    mounted = [
        {volume["secret"][0]["secret"] for volume in function["template"][0]["volumes"]}
        for function in done.after["second"].instances("google_cloud_run_v2_service.function").values()
    ]
    assert [name for each in mounted for name in each if "cdn" in name] == 2 * ["watchparty-cdn-k2"]


def test_a_restored_database_is_usable_before_the_old_one_is_not(source: Path, tmp_path: Path) -> None:
    """Google replaces a binding whose condition changes. Here a new key replaces it."""
    folder = copied(source, tmp_path / "copy")
    path = folder / "functions.tf"
    before, head, rest = path.read_text().partition('resource "google_project_iam_member" "function_uses_firestore" {')
    keyed = rest.replace("local.members", '{ for n, each in local.members : "${n} ${var.database}" => each }', 1)
    path.write_text(before + head + keyed)
    done = Deployments(folder, "", 'database = "watchparty-2"')
    address = "google_project_iam_member.function_uses_firestore"
    assert done.order(address, "rooms watchparty", "rooms watchparty-2") == ["create", "update", "destroy"]
    assert done.updates_before(address, "rooms watchparty") == len(FUNCTIONS)


def test_films_can_be_served_again(source: Path, tmp_path: Path) -> None:
    """Google refuses to delete a security policy that a backend still uses: the backends let go of it first."""
    done = Deployments(copied(source, tmp_path / "copy"), "serve_films = false", "")
    deleted = done.changes.index(("google_compute_security_policy.no_films[0]", "Delete"))
    backends = {(f'google_compute_backend_bucket.media["{name}"]', "Update") for name in ("media", "playlists")}
    assert backends <= set(done.changes[:deleted])


def test_the_certificate_changes_without_a_moment_without_one(source: Path, tmp_path: Path) -> None:
    """The proxy gets the map before the load balancer's own certificate is deleted, which Google refuses
    while it is in use."""
    done = Deployments(copied(source, tmp_path / "copy"), "", "certificate_by_dns = true")
    deleted = done.changes.index(("google_compute_managed_ssl_certificate.site[0]", "Delete"))
    assert ("google_compute_target_https_proxy.site[0]", "Update") in done.changes[:deleted]
