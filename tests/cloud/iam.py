"""Who may do what, decided from the plan's bindings alone.

`ROLES` holds, of each role that the plan grants, the permissions that the box checks. Pages, read 2026-11:
https://cloud.google.com/iam/docs/roles-permissions/storage, …/datastore, …/pubsub, …/run, …/iam, …/telemetry,
https://cloud.google.com/storage/docs/access-control/iam-roles
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from terraform.applied import Applied

ROLES: dict[str, frozenset[str]] = {
    "roles/storage.objectViewer": frozenset({"storage.objects.get", "storage.objects.list"}),
    "roles/storage.objectUser": frozenset(
        f"storage.objects.{verb}" for verb in ("get", "list", "create", "update", "delete")
    ),
    "roles/storage.legacyObjectReader": frozenset({"storage.objects.get"}),
    "roles/datastore.user": frozenset({"datastore.use"}),
    "roles/pubsub.publisher": frozenset({"pubsub.topics.publish"}),
    "roles/pubsub.subscriber": frozenset({"pubsub.subscriptions.consume"}),
    "roles/run.invoker": frozenset({"run.routes.invoke", "run.jobs.run"}),
    "roles/iam.serviceAccountTokenCreator": frozenset(
        {"iam.serviceAccounts.signBlob", "iam.serviceAccounts.getOpenIdToken"}
    ),
    "roles/eventarc.eventReceiver": frozenset({"eventarc.events.receiveEvent"}),
    "roles/telemetry.tracesWriter": frozenset({"telemetry.traces.write"}),
    "roles/secretmanager.secretAccessor": frozenset({"secretmanager.versions.access"}),
}
ANYONE = "allUsers"
_NAMED = re.compile(r'resource\.name == "([^"]+)"')


class Denied(Exception):
    """Carries who asked for what; Google answers 403 with the same facts."""

    def __init__(self, member: str, permission: str, resource: str) -> None:
        super().__init__(f"{member} does not have {permission} access to {resource}")


@dataclass(frozen=True)
class Binding:
    """One grant; `resource` is the plan's name of a bucket, topic, service, job, secret or account, or `project`."""

    member: str
    permissions: frozenset[str]
    resource: str


class Policy:
    """All bindings of a plan, and the owner who applied it. Members are as IAM writes them: `serviceAccount:NAME@…`."""

    def __init__(self, applied: Applied, *, owner: str) -> None:
        self._owner = owner
        self.apply(applied)

    def apply(self, *applied: Applied) -> None:
        """The bindings of other states of the plan replace the previous ones; of two while the second is deployed.

        The order within a deployment is Terraform's, which tests/terraform/test_order.py reads from its graph.
        """
        self._bindings = [each for state in applied for each in _bindings(state)]

    def allows(self, member: str, permission: str, resource: str) -> bool:
        return member == self._owner or any(
            binding.member in (member, ANYONE)
            and permission in binding.permissions
            and binding.resource in (resource, "project")
            for binding in self._bindings
        )

    def require(self, member: str, permission: str, resource: str) -> None:
        """Raises Denied unless a binding allows it."""
        if not self.allows(member, permission, resource):
            raise Denied(member, permission, resource)


def _bindings(applied: Applied) -> Iterator[Binding]:
    custom = {
        role["name"]: frozenset(role["permissions"])
        for role in applied.of_type("google_project_iam_custom_role").values()
    }
    accounts = {account["name"]: account["email"] for account in applied.of_type("google_service_account").values()}
    for address, binding in applied.resources.items():
        if "_iam_member." not in address:
            continue
        permissions = custom.get(binding["role"]) or ROLES.get(binding["role"], frozenset())
        yield Binding(binding["member"], permissions, _resource(binding, accounts))


def _resource(binding: dict[str, Any], accounts: dict[str, str]) -> str:
    for condition in binding.get("condition") or []:
        match = _NAMED.fullmatch(condition["expression"])
        assert match, f"a condition the box does not know: {condition['expression']}"
        return match[1]
    for field in ("bucket", "secret_id", "topic", "subscription", "name", "repository"):
        if isinstance(binding.get(field), str):
            return str(binding[field])
    if "service_account_id" in binding:
        return accounts[binding["service_account_id"]]
    return "project"
