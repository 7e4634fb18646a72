"""The page behind a room's link."""

from watchparty_api.errors import Gone, NotFound
from watchparty_api.rooms.link_page import link_page
from watchparty_api.rooms.models import RoomCard

INDEX = "<!doctype html><html><head><title>WatchParty</title></head><body><div id=root></div></body></html>"


def card(name: str = "Club", poster_url: str | None = "/api/v1/rooms/x/poster") -> RoomCard:
    return RoomCard(
        id="r", url="https://watch.example/r/x", name=name, host_name="Sofie", access="open", password_required=False,
        poster_url=poster_url, film=None, presence=None, position=None,
    )  # fmt: skip


def test_a_messenger_sees_name_and_poster() -> None:
    """The tags are in the head, and the poster's URL is absolute."""
    page = link_page(INDEX, card(), base_url="https://watch.example")
    assert page.status == 200
    head = page.html.partition("</head>")[0]
    assert '<meta property="og:title" content="Club: watch together with Sofie">' in head
    assert '<meta property="og:image" content="https://watch.example/api/v1/rooms/x/poster">' in head
    assert "noindex" in head


def test_a_name_cannot_break_out_of_its_tag() -> None:
    """Quotes and angle brackets are escaped."""
    page = link_page(INDEX, card(name='"><script>alert(1)</script>'), base_url="https://watch.example")
    assert "<script>" not in page.html
    assert "&quot;&gt;&lt;script&gt;" in page.html


def test_without_a_poster_there_is_no_picture() -> None:
    """There is no og:image rather than a broken one."""
    assert "og:image" not in link_page(INDEX, card(poster_url=None), base_url="https://watch.example").html


def test_the_status_tells_what_became_of_a_room() -> None:
    """404 for none, 410 for a closed room or an old link; the page is sent all the same."""
    missing = link_page(INDEX, NotFound("room_not_found", "…"), base_url="https://watch.example")
    gone = link_page(INDEX, Gone("room_closed", "…"), base_url="https://watch.example")
    assert (missing.status, gone.status) == (404, 410)
    assert "<div id=root>" in gone.html
    assert "og:title" not in gone.html
