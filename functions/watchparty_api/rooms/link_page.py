"""The page behind a room's link: the site's page with what a messenger or a slow phone must not wait for.

Messengers read the room's name and poster from tags. A browser shows the card before any script has loaded, loads the
poster first, and finds the card's facts in the page, so that the form needs no request for them.

The standalone server calls `page_of_room`; in the cloud, `router` serves the page. If the room cannot be shown, the
page explains why and has a matching status.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.error import URLError
from urllib.request import urlopen

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from watchparty_api.errors import ApiError, Unavailable
from watchparty_api.rooms.address import find_room
from watchparty_api.rooms.models import RoomCard
from watchparty_api.rooms.views import room_card
from watchparty_api.services import Services
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.site import base_url

PAGE_CACHE = "no-cache"
PAGE_HEADERS = {
    "Cache-Control": PAGE_CACHE,
    # Scripts and styles only from our origin; films from anywhere, because a direct link can point to any host.
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: data: http: https:;"
        " connect-src 'self' ws: wss: http: https:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:;"
        " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every page of the site, whichever server sends it."""


@dataclass(frozen=True)
class LinkPage:
    """The HTML and its status: 200, 404 or 410."""

    status: int
    html: str


def link_page(index_html: str, found: RoomCard | ApiError, *, base_url: str) -> LinkPage:
    """`index_html` with the room's OpenGraph tags, card and skeleton, and excluded from search engines."""
    if isinstance(found, ApiError):
        return LinkPage(found.status, _with_head(index_html, [_tag("robots", "noindex", by="name")]))
    title = f"{found.name}: watch together with {found.host_name}" if found.host_name else found.name
    tags = [
        _tag("robots", "noindex", by="name"),
        _tag("og:type", "website"),
        _tag("og:title", title),
        _tag("og:description", "You’re invited. Tap to join, no account needed."),
        _tag("og:url", found.url),
    ]
    if found.poster_url is not None:
        tags += [_tag("og:image", base_url + found.poster_url), _tag("twitter:card", "summary_large_image", by="name")]
        tags.append(f'<link rel="preload" as="image" fetchpriority="high" href="{escape(found.poster_url)}">')
    return LinkPage(200, _with_card(_with_head(index_html, tags), found))


def page_of_room(services: Services, address: str, index_html: str, *, base_url: str) -> LinkPage:
    """The page behind a room's link, for the room as stored now."""
    try:
        found: RoomCard | ApiError = room_card(
            services, find_room(services, address).for_newcomers(), base_url=base_url
        )
    except ApiError as error:
        found = error
    return link_page(index_html, found, base_url=base_url)


def _tag(name: str, content: str, *, by: str = "property") -> str:
    return f'<meta {by}="{name}" content="{escape(content, quote=True)}">'


def _with_head(index_html: str, tags: list[str]) -> str:
    """Adds the tags at the end of the head."""
    return index_html.replace("</head>", "".join(tags) + "</head>", 1)


_TEMPLATE = re.compile(r'<template id="room-skeleton">(.*?)</template>', re.DOTALL)
"""The part of the site's page that is filled in; it looks like the join form (frontend/index.html)."""


def _with_card(index_html: str, card: RoomCard) -> str:
    """The page with its skeleton filled in, and the card as JSON for the script that replaces it."""
    template = _TEMPLATE.search(index_html)
    if template is None:
        return index_html  # the site's page is older than this code
    title = card.film.title if card.film else None
    filled = _optional("poster", template[1], card.poster_url)
    filled = _optional("film", filled, title)
    values = {"room": card.name, "host": card.host_name, "film": title, "poster": card.poster_url}
    filled = re.sub(r"{{(\w+)}}", lambda found: escape(values.get(found[1]) or "", quote=True), filled)
    # In a script element only "<" could end the element.
    facts = card.model_dump_json().replace("<", "\\u003c")
    script = f'<script type="application/json" id="room-card">{facts}</script>'
    return index_html[: template.start()] + filled + script + index_html[template.end() :]


def _optional(name: str, html: str, value: str | None) -> str:
    """`html` without its block `name` if there is no value for it."""
    return html if value else re.sub(rf"<!--{name}-->.*?<!--/{name}-->", "", html, flags=re.DOTALL)


log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

_CACHE_S = 60.0
_FETCH_WITHIN_S = 5.0


class SitePage:
    """The site's index.html, cached for a minute; an older copy is used if it cannot be fetched."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._cached: dict[str, tuple[str, float]] = {}

    def html(self, site: str) -> str:
        """Returns the page. Raises Unavailable if it has never been fetched."""
        html, fetched_s = self._cached.get(site, (None, 0.0))
        if html is None or self._now_s() - fetched_s > _CACHE_S:
            try:
                with urlopen(f"{site}/index.html", timeout=_FETCH_WITHIN_S) as answer:  # noqa: S310  our own public address
                    html = answer.read().decode()
            except (URLError, TimeoutError) as error:
                log.warning("could not fetch the page: %s", error)
                if html is None:
                    raise Unavailable(
                        "no_page", "The site is unavailable right now. Try again in a moment.", retry_after_s=5
                    ) from error
            self._cached[site] = html, self._now_s()
        return html


_page = SitePage()


@router.get("/r/{address}")
def room_page(address: str, request: Request, services: ServicesOf) -> HTMLResponse:
    """The page behind a room's link, with the tags that messengers read."""
    site = base_url(request)
    page = page_of_room(services, address, _page.html(site), base_url=site)
    return HTMLResponse(page.html, status_code=page.status, headers=PAGE_HEADERS)
