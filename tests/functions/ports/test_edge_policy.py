"""The edge's policy for films, changed through a local Compute Engine API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from google.auth.credentials import AnonymousCredentials

from cloud.http_server import http_server
from cloud.reverse_proxy import Answer
from fakes.google.security_policies import SecurityPolicies
from fakes.google.strict_gcs import Request
from watchparty_api.errors import Unavailable
from watchparty_api.ports.edge_policy import EdgePolicy

NAME = "projects/demo/global/securityPolicies/films"
DEFAULT = 2147483647


@pytest.fixture
def google() -> SecurityPolicies:
    return SecurityPolicies({"films": {DEFAULT: "allow"}})


@contextmanager
def served(google: SecurityPolicies) -> Iterator[EdgePolicy]:
    def answer(request: Request) -> Answer:
        said = google(request)
        return Answer(said.status, said.body, list(said.headers.items()))

    with http_server(answer) as port:
        yield EdgePolicy(NAME, f"http://127.0.0.1:{port}/compute/v1", AnonymousCredentials())


def test_the_policy_refuses_and_allows_again(google: SecurityPolicies) -> None:
    """Each change has been applied when the call returns."""
    with served(google) as policy:
        policy.serve(False)
        assert google.policies["films"] == {DEFAULT: "deny(403)"}
        policy.serve(True)
    assert google.policies["films"] == {DEFAULT: "allow"}


def test_a_repeated_call_changes_nothing(google: SecurityPolicies) -> None:
    """Google reports several times a day: a policy that is as it should be is only read."""
    with served(google) as policy:
        for _ in range(3):
            policy.serve(False)
    assert google.calls.count("patchRule") == 1


def test_a_change_that_google_gives_up_is_reported(google: SecurityPolicies) -> None:
    """An operation that ends with an error raises Unavailable, so that the report is delivered again."""
    google.broken = True
    with served(google) as policy, pytest.raises(Unavailable, match="RESOURCE_NOT_READY"):
        policy.serve(False)


def test_a_policy_that_does_not_exist_is_reported(google: SecurityPolicies) -> None:
    """A refusal of the API raises Unavailable with what it said."""
    with served(google) as policy, pytest.raises(Unavailable, match="404"):
        replace(policy, name=NAME + "-2").serve(False)


def test_an_api_that_does_not_answer_is_reported() -> None:
    """Nothing listens: Unavailable."""
    with pytest.raises(Unavailable):
        EdgePolicy(NAME, "http://127.0.0.1:9/compute/v1", AnonymousCredentials()).serve(False)
