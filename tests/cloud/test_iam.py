"""The box allows exactly what the plan's bindings allow."""

from typing import Any

import pytest

from cloud.iam import Denied, Policy
from terraform.applied import Applied

AUTH = "serviceAccount:auth@demo"


def policy() -> Policy:
    bindings: dict[str, Any] = {
        "google_storage_bucket_iam_member.a": {"member": AUTH, "role": "roles/storage.objectViewer", "bucket": "media"},
        "google_project_iam_member.b": {
            "member": AUTH,
            "role": "roles/datastore.user",
            "condition": [{"expression": 'resource.name == "projects/demo/databases/new"'}],
        },
        "google_project_iam_member.c": {"member": AUTH, "role": "custom/launcher", "project": "demo"},
        "google_project_iam_custom_role.r": {"name": "custom/launcher", "permissions": ["run.jobs.run"]},
        "google_cloud_run_v2_service_iam_member.d": {"member": "allUsers", "role": "roles/run.invoker", "name": "site"},
    }
    return Policy(Applied(bindings, {}), owner="serviceAccount:owner@demo")


def test_a_binding_allows_its_permissions_on_its_resource() -> None:
    """Reading is not writing, one bucket is not another, and a project's role holds for everything in it."""
    found = policy()
    assert found.allows(AUTH, "storage.objects.get", "media")
    assert not found.allows(AUTH, "storage.objects.create", "media")
    assert not found.allows(AUTH, "storage.objects.get", "uploads")
    assert found.allows(AUTH, "run.jobs.run", "transcoder")


def test_a_condition_names_one_database() -> None:
    """After a restore the binding has to be of the new database."""
    found = policy()
    assert found.allows(AUTH, "datastore.use", "projects/demo/databases/new")
    assert not found.allows(AUTH, "datastore.use", "projects/demo/databases/old")


def test_everyone_may_do_what_everyone_may() -> None:
    """allUsers covers callers with and without an identity; the owner may do everything."""
    found = policy()
    assert found.allows("allUsers", "run.routes.invoke", "site")
    assert found.allows(AUTH, "run.routes.invoke", "site")
    assert found.allows("serviceAccount:owner@demo", "secretmanager.versions.access", "hash")


def test_a_refusal_names_who_and_what() -> None:
    """As Google's 403 does."""
    with pytest.raises(Denied, match=r"auth@demo does not have storage\.objects\.delete access to media"):
        policy().require(AUTH, "storage.objects.delete", "media")


def test_an_unknown_condition_fails_closed() -> None:
    """A grant for a while is not read as one for ever."""
    until = {"member": AUTH, "role": "roles/datastore.user", "condition": [{"expression": "request.time < x"}]}
    with pytest.raises(AssertionError, match="does not know"):
        Policy(Applied({"google_project_iam_member.b": until}, {}), owner="serviceAccount:owner@demo")
