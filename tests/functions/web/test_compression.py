"""Long answers of the API are compressed, except those that a secret and someone else's text could share."""

import gzip

import pytest
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from fakes.api_harness import ApiHarness
from watchparty_api.web.compression import MIN_BYTES, CompressedAnswers

FILMS = "/api/v1/videos"


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"].endswith(".mp4"):
        await Response(bytes(10 * MIN_BYTES), media_type="video/mp4")(scope, receive, send)
    else:
        await JSONResponse("x" * (10 if scope["path"] == "/short" else 10 * MIN_BYTES))(scope, receive, send)


def answer(path: str, accepted: str = "gzip, deflate, br", method: str = "GET") -> tuple[str | None, str | None, int]:
    """Encoding, Vary, and the length on the line."""
    headers = {"Accept-Encoding": accepted}
    with TestClient(CompressedAnswers(application)).stream(method, path, headers=headers) as got:
        return got.headers.get("content-encoding"), got.headers.get("vary"), len(b"".join(got.iter_raw()))


def test_a_long_answer_is_compressed_for_those_who_accept_it() -> None:
    """The others get it as it is; caches are told what it depends on."""
    encoding, vary, length = answer(FILMS)
    assert (encoding, vary) == ("gzip", "Accept-Encoding")
    assert length < MIN_BYTES
    for accepted in ("", "br", "gzip;q=0", "gzip;q=0, *", "gzip;q=x"):
        assert answer(FILMS, accepted)[:2] == (None, "Accept-Encoding"), accepted


@pytest.mark.parametrize("path", ["/short", "/films/a.mp4"])
def test_short_answers_and_films_stay_as_they_are(path: str) -> None:
    """Compressing them costs time and saves nothing."""
    assert answer(path)[0] is None


@pytest.mark.parametrize(
    "path",
    [
        *("/api/v1/rooms", "/api/v1/rooms/x", "/api/v1/rooms/x/invitations", "/api/v1/auth/tokens", "/api/v1/webhooks"),
        *("/api/v1/webhooks/x/deliveries", "/api/v1/videos/x/playback", "/api/v1/rooms/x/playback"),
        "/api/v1/videos/x/hls/grant/main.m3u8",
        *("/api/v1/admin/rooms", "/api/v1/admin/audit", "/api/v1/admin/dead-letters"),
    ],
)
def test_an_answer_that_can_hold_a_secret_is_never_compressed(path: str) -> None:
    """Its length would reveal the secret to a guest who chooses a name and watches the line (BREACH)."""
    assert answer(path)[:2] == (None, None)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_an_answer_to_a_change_is_never_compressed(method: str) -> None:
    """Secrets are shown in them, once."""
    assert answer("/api/v1/rooms/x/members", method=method)[0] is None


def test_the_api_compresses(api: ApiHarness) -> None:
    """The document of all calls is the longest answer; what arrives is the same."""
    client = api.new_client()
    with client.stream("GET", "/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"}) as got:
        packed = b"".join(got.iter_raw())
    plain = client.get("/api/v1/openapi.json", headers={"Accept-Encoding": "identity"})
    assert got.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 4
