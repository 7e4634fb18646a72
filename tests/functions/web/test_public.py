"""The public routes."""

import asyncio

import anyio.to_thread
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness
from fakes.asgi import sending


def test_config_tells_the_page_what_it_needs_first(client: TestClient) -> None:
    """GET /config returns sign-in mode, registration, limits and version without credentials."""
    answer = client.get("/api/v1/config")
    assert answer.status_code == 200
    assert answer.json()["registration"] == "invitation"
    assert answer.json()["sign_in"] == "local"
    assert answer.headers["x-request-id"]


def test_health_and_readiness(api: ApiHarness) -> None:
    """/health reports that the process runs, /ready that the store responds."""
    assert api.client.get("/health").json() == {"status": "ok"}
    assert api.client.get("/ready").status_code == 200
    api.services.store.close()
    refused = api.client.get("/ready")
    assert refused.status_code == 503
    assert refused.headers["retry-after"]


def test_health_answers_while_every_thread_is_busy(api: ApiHarness) -> None:
    """Slow calls and downloads do not make the process look dead."""

    async def asked() -> int:
        threads = anyio.to_thread.current_default_thread_limiter()
        for _ in range(int(threads.total_tokens)):
            threads.acquire_on_behalf_of_nowait(object())
        async with asyncio.timeout(10):
            return (await sending(api.app, "GET", "https://watch.example/health").end()).status

    assert asyncio.run(asked()) == 200


def test_jwks_holds_public_keys_only(client: TestClient) -> None:
    """The key set contains the public keys of join and notice tokens, but not of access tokens."""
    keys = client.get("/.well-known/jwks.json").json()["keys"]
    assert sorted(key["kid"].split("-")[0] for key in keys) == ["join", "notice"]
    assert all("d" not in key for key in keys)


def test_docs_need_no_other_host(client: TestClient) -> None:
    """/docs is one page without scripts and without anything from another host."""
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "/api/v1/auth/login" in page.text
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "WatchParty"
