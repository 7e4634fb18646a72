"""The built page is served with the right caching, and nothing outside its folder is served."""

from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from watchparty.site import Site
from watchparty_api.web.http import WellFormedPath


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<html>page</html>")
    (folder / "assets" / "app-1.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def browser(page: Path) -> TestClient:

    def room_page(request: Request, room_id: str, index: str) -> tuple[int, str]:
        return (410, "<html>closed</html>") if room_id == "closed" else (200, index.replace("page", room_id))

    return TestClient(WellFormedPath(Site(page, room_page)))


def test_hashed_assets_are_cached_for_a_year_and_the_page_is_revalidated(browser: TestClient) -> None:
    """A new build is visible at the next load, and unchanged assets are not loaded again."""
    assert "immutable" in browser.get("/assets/app-1.js").headers["cache-control"]
    assert browser.get("/library").headers["cache-control"] == "no-cache"


def test_every_route_of_the_page_returns_the_page(browser: TestClient) -> None:
    """A reload on any screen works; a missing file is a 404, not the page."""
    assert browser.get("/library").text == "<html>page</html>"
    assert browser.get("/assets/gone.js").status_code == 404


def test_a_room_link_has_its_tags_and_a_closed_room_is_gone(browser: TestClient) -> None:
    """Messengers read the status and the tags of /r/{room}."""
    assert browser.get("/r/abc").text == "<html>abc</html>"
    assert browser.get("/r/closed").status_code == 410


@pytest.mark.parametrize("path", ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt"])
def test_no_path_leads_outside_the_folder(browser: TestClient, path: str) -> None:
    """Only the page's own files are served, whatever the path."""
    assert "secret" not in browser.get(path).text.replace("secret.txt", "")


@pytest.mark.parametrize(
    "path",
    [
        *("/%00", "/assets/%00.js", "/r/%00", "/%ff", "/r/%c3%28", "/%", "/%zz.js", "/%0d%0aX:1", "/%ed%a0%80"),
        *(f"/{'x' * 256}", f"/{'x' * 300}.js", f"/assets/{'x' * 5_000}.js", f"/{'%c3%a4' * 200}", "/a" * 2_000),
        f"/r/{'x' * 300}",
    ],
)
def test_an_impossible_name_is_refused(browser: TestClient, path: str) -> None:
    """It would raise an exception in the file system and fill the log."""
    assert browser.get(path).status_code in (400, 404)


@pytest.mark.parametrize(
    "path", ["/index.html", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets%2f..%2findex.html"]
)
def test_the_page_has_its_headers_whatever_path_leads_to_it(browser: TestClient, path: str) -> None:
    """With the content security policy, and revalidated: a year later it would still name the scripts of today."""
    answer = browser.get(path)
    assert answer.headers["cache-control"] == "no-cache"
    assert "default-src" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/assets/../favicon.svg", "/assets/%2e%2e/favicon.svg", "/./assets/../favicon.svg"])
def test_only_what_is_in_the_folder_of_hashed_files_is_kept_for_a_year(
    browser: TestClient, page: Path, path: str
) -> None:
    """A file elsewhere keeps its name when its content changes."""
    (page / "favicon.svg").write_text("<svg/>")
    assert browser.get(path).headers["cache-control"] == "no-cache"


def test_the_page_can_only_load_its_own_scripts(browser: TestClient) -> None:
    """The content security policy allows no foreign script and no frame around us."""
    policy = browser.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy  # not covered by default-src


def test_only_get_and_head_are_allowed(browser: TestClient) -> None:
    """A POST to the page is refused with the allowed methods."""
    answer = browser.post("/library")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("br, gzip", "br", b"brotli"),
        ("gzip, deflate, br, zstd", "br", b"brotli"),
        ("gzip", "gzip", b"gzipped"),
        ("*", "br", b"brotli"),
        ("br;q=0, gzip;q=0.5", "gzip", b"gzipped"),
        ("br;q=0.1, gzip;q=0.9", "br", b"brotli"),
        ("identity", None, b"1"),
        ("", None, b"1"),
        ("br;q=nonsense", None, b"1"),
    ],
)
def test_assets_are_sent_as_the_browser_can_read_them(
    page: Path, browser: TestClient, accepted: str, encoding: str | None, body: bytes
) -> None:
    """From the files that the build wrote beside each asset; caches keep one copy per encoding."""
    (page / "assets" / "app-1.js.br").write_bytes(b"brotli")
    (page / "assets" / "app-1.js.gz").write_bytes(b"gzipped")
    with browser.stream("GET", "/assets/app-1.js", headers={"Accept-Encoding": accepted}) as answer:
        assert b"".join(answer.iter_raw()) == body
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]


def test_an_asset_without_a_compressed_copy_is_sent_as_it_is(browser: TestClient) -> None:
    """A build by hand may have none."""
    answer = browser.get("/assets/app-1.js", headers={"Accept-Encoding": "br"})
    assert (answer.text, "content-encoding" in answer.headers) == ("1", False)
