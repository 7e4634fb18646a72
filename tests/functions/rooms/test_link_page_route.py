"""The page behind a room's link in the cloud, where it has to be fetched first."""

from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest
from starlette.testclient import TestClient

from fakes.api_harness import ApiHarness
from fakes.local_server import serving
from watchparty_api.bootstrap import rooms_pages, rooms_routers
from watchparty_api.errors import Unavailable
from watchparty_api.rooms.link_page import PAGE_HEADERS, SitePage
from watchparty_api.web.http import create_app


class Bucket(BaseHTTPRequestHandler):
    """Serves a different page for each request; counts them in `asked`."""

    asked = 0

    def do_GET(self) -> None:
        Bucket.asked += 1
        assert self.path == "/index.html"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"<html><head></head><body>build {Bucket.asked}</body></html>".encode())

    def log_message(self, *args: object) -> None:
        """Logs nothing."""


def test_the_page_is_fetched_once_a_minute_and_outlives_its_bucket() -> None:
    """A burst of messengers costs one request; if the bucket fails, the last page is still served."""
    now_s = 0.0
    Bucket.asked = 0
    page = SitePage(lambda: now_s)
    with serving(Bucket) as address:
        site = f"http://{address}"
        assert "build 1" in page.html(site)
        assert "build 1" in page.html(site)
        now_s = 61.0
        assert "build 2" in page.html(site)
    now_s = 200.0
    assert "build 2" in page.html(site)


def test_without_any_page_people_are_told_to_come_again() -> None:
    with pytest.raises(Unavailable):
        SitePage().html("http://127.0.0.1:9")


def test_a_link_has_a_preview_in_the_cloud_too(api: ApiHarness) -> None:
    """`/r/{room}` of the function `rooms` contains the room's name, and is 404 for an unknown room."""
    host = api.person("Ana")
    room = api.client.post("/api/v1/rooms", json={"name": "Club"}, headers=host.headers).json()
    with serving(Bucket) as address:
        config = replace(api.services.config, public_url=f"http://{address}")
        services = replace(api.services, config=config)
        app = create_app(services, rooms_routers())
        for router in rooms_pages():
            app.include_router(router)
        browser = TestClient(app)
        found = browser.get(f"/r/{room['url'].rpartition('/')[2]}")
        lost = browser.get("/r/no-such-room-anywhere-0000000000")
    assert (found.status_code, lost.status_code) == (200, 404)
    assert '<meta property="og:title" content="Club' in found.text
    assert found.headers["content-security-policy"] == PAGE_HEADERS["Content-Security-Policy"]
    assert "/r/{address}" not in app.openapi()["paths"]
