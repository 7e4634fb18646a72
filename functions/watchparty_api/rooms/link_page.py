"""The page behind a room's link: the site's page with tags that let messengers show the room's name and poster.

The standalone server calls `page_of_room`; in the cloud, `router` serves the page. If the room cannot be shown, the
page explains why and has a matching status.
"""

import logging
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
    """`index_html` with the room's OpenGraph tags, and excluded from search engines."""
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
    return LinkPage(200, _with_head(index_html, tags))


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
