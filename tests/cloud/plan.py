"""Terraform's own plan of a production, with the values that only a cloud could have computed filled in.

`terraform test` applies terraform/ on a provider that is nothing but its schema (tests/terraform/). Whatever such a
provider has to make up (addresses of topics, accounts, Redis) is overridden with what the box really runs.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from cloud.namespace import SITE
from terraform.applied import Applied, copy_of_source, run_tests

PROJECT = "demo-watchparty"
REGION = "europe-west1"
NUMBER = "123456789012"
JOB = f"projects/{PROJECT}/locations/{REGION}/jobs/watchparty-transcoder"
LOAD_BALANCER = "203.0.113.7"
_RUN = "production"


@dataclass(frozen=True)
class Redis:
    """What Memorystore would say of itself; `certificate` is the PEM of its own authority."""

    host: str
    port: int
    password: str
    certificate: str


@dataclass(frozen=True)
class Choices:
    """What an operator decides: variables of terraform/variables.tf beside the required ones."""

    cdn_keys: dict[str, str]
    """Name → base64url of 16 bytes; the first is the active one."""
    variables: dict[str, Any] = field(default_factory=dict)

    def with_variables(self, **variables: Any) -> Self:
        """A copy with some variables changed."""
        return replace(self, variables={**self.variables, **variables})


class Planner:
    """Terraform in a folder of its own; each `applied` is another `terraform apply` with an operator's choices."""

    def __init__(self, folder: Path, redis: Redis) -> None:
        self.redis = redis
        self._source = copy_of_source(folder)
        for test in (self._source / "tests").glob("*.tftest.hcl"):
            test.unlink()
        self._overrides: list[str] = []

    def applied(self, choices: Choices) -> Applied:
        """The state of the profile production after `apply`. Raises AssertionError with what Terraform said."""
        if not self._overrides:
            self._overrides = _overrides(self._run(choices))
        return self._run(choices)

    def _run(self, choices: Choices) -> Applied:
        test = self._source / "tests" / f"{_RUN}.tftest.hcl"
        test.write_text(_test_file(self.redis, choices, self._overrides))
        outcome = run_tests(self._source, _RUN)
        assert outcome.passed, outcome.said
        return outcome.runs[_RUN, "production"]


def _test_file(redis: Redis, choices: Choices, overrides: list[str]) -> str:
    image = f"{REGION}-docker.pkg.dev/{PROJECT}/watchparty/%s@sha256:{'0' * 64}"
    variables = {
        "project_id": PROJECT,
        "profile": "production",
        "domain": SITE,
        "region": REGION,
        "alert_email": "operator@example.org",
        "images": {name: image % name for name in ("functions", "relay", "transcoder")},
        "cdn_active_key": next(iter(choices.cdn_keys)),
        "cdn_key_names": list(choices.cdn_keys),
        **choices.variables,
    }
    provider = _provider(redis)
    return "\n".join(
        [provider, *overrides, f'run "production" {{\n  command = apply\n  variables {{\n{_block(variables)}  }}\n}}\n']
    )


def _provider(redis: Redis) -> str:
    certificates = [{"cert": redis.certificate}]
    defaults = {
        'mock_data "google_project"': {"number": NUMBER},
        'mock_data "google_storage_project_service_account"': {
            "email_address": f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com"
        },
        'mock_resource "google_cloud_run_v2_job"': {"id": JOB},
        'mock_resource "google_compute_global_address"': {"address": LOAD_BALANCER},
        'mock_resource "google_redis_instance"': {
            "host": redis.host,
            "port": redis.port,
            "auth_string": redis.password,
            "server_ca_certs": certificates,
        },
    }
    blocks = "".join(f"  {head} {{\n    defaults = {json.dumps(values)}\n  }}\n" for head, values in defaults.items())
    return f'mock_provider "google" {{\n{blocks}}}\n'


def _overrides(first: Applied) -> list[str]:
    """Accounts and topics with the names that Google gives them."""
    found = []
    for address, account in first.of_type("google_service_account").items():
        email = f"{account['account_id']}@{PROJECT}.iam.gserviceaccount.com"
        named = {
            "email": email,
            "member": f"serviceAccount:{email}",
            "name": f"projects/{PROJECT}/serviceAccounts/{email}",
        }
        found.append(_override(address, named))
    for address, topic in first.of_type("google_pubsub_topic").items():
        found.append(_override(address, {"id": f"projects/{PROJECT}/topics/{topic['name']}"}))
    for address, each in first.of_type("google_cloud_run_v2_service").items():
        found.append(_override(address, {"uri": f"https://{each['name']}-{NUMBER}.{REGION}.run.app"}))
    return found


def _override(address: str, values: dict[str, Any]) -> str:
    return f"override_resource {{\n  target = {address}\n  values = {json.dumps(values)}\n}}\n"


def _block(variables: dict[str, Any]) -> str:
    return "".join(f"    {name} = {json.dumps(value)}\n" for name, value in variables.items())
