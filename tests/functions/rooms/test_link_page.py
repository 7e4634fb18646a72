"""The page behind a room's link."""

import json
import re
from pathlib import Path

from watchparty_api.errors import Gone, NotFound
from watchparty_api.rooms.link_page import link_page
from watchparty_api.rooms.models import FilmProgress, RoomCard

INDEX = "<!doctype html><html><head><title>WatchParty</title></head><body><div id=root></div></body></html>"
PAGE = (Path(__file__).parents[3] / "frontend" / "index.html").read_text()
"""The page as it is written; a build changes its scripts and styles only."""


def card(
    name: str = "Club", poster_url: str | None = "/api/v1/rooms/x/poster", film: FilmProgress | None = None
) -> RoomCard:
    return RoomCard(
        id="r", url="https://watch.example/r/x", name=name, host_name="Sofie", access="open", password_required=False,
        poster_url=poster_url, film=film, presence=None, position=None,
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


def shown(html: str) -> str:
    """What the body shows before a script runs."""
    return html.partition("</head>")[2].partition('<script type="application/json"')[0]


def test_the_card_is_shown_before_any_script_runs() -> None:
    """Room, host, film and poster are in the page; the poster is loaded first, and the facts are there as JSON."""
    film = FilmProgress(title="The Long Evening", status="ready", progress=1, playable=True, duration_s=60)
    page = link_page(PAGE, card(film=film), base_url="https://watch.example").html
    assert "<template" not in page
    assert "{{" not in page
    for text in (">Club<", ">Sofie<", ">The Long Evening<", 'src="/api/v1/rooms/x/poster"'):
        assert text in shown(page)
    assert '<link rel="preload" as="image" fetchpriority="high" href="/api/v1/rooms/x/poster">' in page
    facts = re.search(r'<script type="application/json" id="room-card">(.*?)</script>', page)
    assert facts
    assert RoomCard.model_validate(json.loads(facts[1])) == card(film=film)


def test_what_a_room_does_not_have_is_not_shown() -> None:
    """No empty picture and no empty line, and nothing is preloaded."""
    page = link_page(PAGE, card(poster_url=None), base_url="https://watch.example").html
    assert "<img" not in shown(page)
    assert '<p class="mt-3' not in shown(page)
    assert "preload" not in page


def test_names_cannot_break_out_of_the_card() -> None:
    """Neither of the skeleton nor of the JSON, and a name that looks like a placeholder stays what it is."""
    evil = "</script><script>alert(1)</script>{{host}}"
    film = FilmProgress(title=evil, status="ready", progress=1, playable=True, duration_s=60)
    page = link_page(PAGE, card(name=evil, film=film), base_url="https://watch.example").html
    assert "<script>alert" not in page
    assert "{{host}}" in shown(page)
    facts = re.search(r'id="room-card">(.*?)</script>', page)
    assert facts
    assert json.loads(facts[1])["name"] == evil


def test_a_refusal_shows_no_card() -> None:
    """The template stays unused, so the script explains why the room cannot be shown."""
    gone = link_page(PAGE, Gone("room_closed", "…"), base_url="https://watch.example").html
    assert "room-card" not in gone
    assert '<template id="room-skeleton">' in gone
