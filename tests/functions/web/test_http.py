"""The HTTP boundary: problem answers, request ids, body limits, CORS."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness
from fakes.asgi import request
from fakes.party import film
from watchparty_api.bootstrap import routers
from watchparty_api.store.port import Write
from watchparty_api.web.http import MAX_BODY_BYTES, create_app

LOGIN = "/api/v1/auth/login"
JSON = {"Content-Type": "application/json"}


def problem(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert answer.json()["status"] == answer.status_code
    assert answer.json()["detail"].endswith((".", "?"))
    return answer.status_code, answer.json()["code"]


def test_invalid_json_is_malformed(client: TestClient) -> None:
    """Invalid JSON answers 400, not 422."""
    assert problem(client.post(LOGIN, content=b'{"email":', headers=JSON)) == (400, "malformed_json")


def test_wrong_fields_are_named(client: TestClient) -> None:
    """422 names each invalid field by its JSON pointer."""
    answer = client.post(LOGIN, json={"email": "no address", "more": 1})
    assert problem(answer) == (422, "invalid")
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/email", "/password", "/more"}


def test_a_refusal_does_not_echo_what_was_sent(client: TestClient) -> None:
    """A refused password is not repeated in the answer."""
    answer = client.post(LOGIN, json={"email": "a@example.org", "password": ["canary-password"]})
    assert answer.status_code == 422
    assert "canary-password" not in answer.text


@pytest.mark.parametrize(("method", "path", "expected"), [
    ("GET", "/api/v1/nothing", (404, "not_found")),
    ("GET", "/nothing", (404, "not_found")),
    ("PUT", LOGIN, (405, "method_not_allowed")),
])  # fmt: skip
def test_the_frameworks_own_refusals_look_like_ours(
    client: TestClient, method: str, path: str, expected: tuple[int, str]
) -> None:
    """Unknown paths and methods are answered as problems, too."""
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == expected
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_large_body_is_refused_by_its_announced_length_s8(client: TestClient) -> None:
    """S8: a body that is announced as too large is refused unread."""
    answer = client.post(LOGIN, content=b"{", headers=JSON | {"Content-Length": str(MAX_BODY_BYTES + 1)})
    assert problem(answer)[0] == 413


def test_a_large_body_is_refused_by_what_arrives_s8(client: TestClient) -> None:
    """S8: without an announced length reading stops at the limit."""

    def chunks() -> Iterator[bytes]:
        yield b'{"email": "'
        for _ in range(MAX_BODY_BYTES // 1024 + 1):
            yield b"a" * 1024

    assert problem(client.post(LOGIN, content=chunks(), headers=JSON))[0] == 413


@pytest.mark.parametrize("path", ["/api/v1/rooms", "/api/v1/videos/{film}/subtitles"])
def test_a_body_that_ends_too_early_is_no_error_of_ours(
    api: ApiHarness, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """A client that goes away while it sends a body wrote a traceback to the log."""
    ana = api.person("Ana Bell")
    headers = {**ana.headers, "Idempotency-Key": "k", "Content-Type": "application/json"}
    url = f"https://watch.example{path.format(film=film(api, ana).id)}"
    answer = request(api.app, "POST", url, headers=headers, body=[b'{"name'], leave=True)
    assert answer.status == 400, answer.body
    assert not caplog.records


@pytest.mark.parametrize(("given", "kept"), [("request-12345678", True), ("short", False), ("<script>alert(1)", False)])
def test_a_request_id_is_returned_or_generated(client: TestClient, given: str, kept: bool) -> None:
    """A well-formed request id is returned; every answer has one."""
    answered = client.get("/health", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert (answered == given) is kept
    assert len(answered) >= 8


def test_there_is_no_redirect_to_the_host_header(client: TestClient) -> None:
    """A superfluous slash answers 404, not a redirect that would carry the bearer along."""
    answer = client.get("/api/v1/rooms/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


def test_no_other_origin_reads_by_default(client: TestClient) -> None:
    """Without listed origins there is no CORS at all."""
    answer = client.get("/api/v1/config", headers={"Origin": "https://other.example"})
    assert [name for name in answer.headers if name.startswith("access-control")] == []


def test_listed_origins_read_with_credentials_and_others_do_not(api: ApiHarness) -> None:
    """A listed origin is returned by name, never as `*`; other origins get no CORS headers."""
    config = replace(api.services.config, cors_origins=("https://app.example",))
    client = TestClient(create_app(replace(api.services, config=config), routers()))
    allowed = client.get("/api/v1/config", headers={"Origin": "https://app.example"}).headers
    assert allowed["access-control-allow-origin"] == "https://app.example"
    assert allowed["access-control-allow-credentials"] == "true"
    refused = client.get("/api/v1/config", headers={"Origin": "https://other.example"}).headers
    assert "access-control-allow-origin" not in refused


def test_a_lost_race_is_a_conflict(api: ApiHarness) -> None:
    """Of two concurrent changes the second answers 409 and can be retried."""
    ana = api.person()
    store = api.services.store

    class Hasty:
        """Writes between the request's read and its write."""

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def commit(self, writes: Sequence[Write]) -> None:
            store.replace(replace(ana.account, preferences={"by": "another tab"}))
            store.commit(writes)

    client = TestClient(create_app(replace(api.services, store=Hasty()), routers()))  # type: ignore[arg-type]  # as far as it is called
    answer = client.patch("/api/v1/auth/me", json={"display_name": "Ana"}, headers=ana.headers)
    assert problem(answer) == (409, "changed_meanwhile")
