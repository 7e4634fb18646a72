"""The built page is served with the right caching, and nothing outside its folder is."""

from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from watchparty.site import Site


@pytest.fixture
def browser(tmp_path: Path) -> TestClient:
    page = tmp_path / "dist"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<html>page</html>")
    (page / "assets" / "app-1.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")

    def room_page(request: Request, room_id: str, index: str) -> tuple[int, str]:
        return (410, "<html>closed</html>") if room_id == "closed" else (200, index.replace("page", room_id))

    return TestClient(Site(page, room_page))


def test_hashed_assets_are_kept_for_a_year_and_the_page_is_asked_for_anew(browser: TestClient) -> None:
    """A new build is seen at the next load, and nothing is loaded twice."""
    assert "immutable" in browser.get("/assets/app-1.js").headers["cache-control"]
    assert browser.get("/library").headers["cache-control"] == "no-cache"


def test_every_page_address_is_answered_by_the_page(browser: TestClient) -> None:
    """A reload on any screen works; a missing file is a 404, not the page."""
    assert browser.get("/library").text == "<html>page</html>"
    assert browser.get("/assets/gone.js").status_code == 404


def test_a_room_link_says_what_it_is_and_closed_rooms_say_gone(browser: TestClient) -> None:
    """Messengers read the status and the tags of /r/{room}."""
    assert browser.get("/r/abc").text == "<html>abc</html>"
    assert browser.get("/r/closed").status_code == 410


@pytest.mark.parametrize("path", ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt"])
def test_no_path_leads_outside(browser: TestClient, path: str) -> None:
    """Whatever a path says, only the page's own files are served."""
    assert "secret" not in browser.get(path).text.replace("secret.txt", "")


@pytest.mark.parametrize("path", ["/%00", "/assets/%00.js", "/r/%00"])
def test_what_can_be_no_name_is_not_found(browser: TestClient, path: str) -> None:
    """A null byte is an exception to the file system, and a page of log for whoever asks for one."""
    assert browser.get(path).status_code == 404


def test_the_page_may_load_its_own_scripts_only(browser: TestClient) -> None:
    """The content security policy allows no foreign script and no frame around us."""
    policy = browser.get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy  # which default-src does not speak of


def test_only_reading_is_answered(browser: TestClient) -> None:
    """A POST to a page is refused with what is allowed."""
    answer = browser.post("/library")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
