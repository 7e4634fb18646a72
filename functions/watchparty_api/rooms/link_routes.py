"""`/r/{room}` in the cloud, where the page lies in a bucket and only the functions know the rooms.

The page is fetched from the site itself and kept for a minute: it is public, and the load balancer has it at hand.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from urllib.error import URLError
from urllib.request import urlopen

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from watchparty_api.errors import Unavailable
from watchparty_api.rooms.link_page import PAGE_HEADERS, page_of_room
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.site import base_url

log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

_KEPT_S = 60.0
_WITHIN_S = 5.0


class SitePage:
    """The index.html of a site as it was within the last minute; an older one rather than none."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._kept: dict[str, tuple[str, float]] = {}

    def html(self, site: str) -> str:
        """Raises Unavailable when there has never been one."""
        html, fetched_s = self._kept.get(site, (None, 0.0))
        if html is None or self._now_s() - fetched_s > _KEPT_S:
            try:
                with urlopen(f"{site}/index.html", timeout=_WITHIN_S) as answer:  # noqa: S310  our own public address
                    html = answer.read().decode()
            except (URLError, TimeoutError) as error:
                log.warning("the page could not be fetched: %s", error)
                if html is None:
                    raise Unavailable(
                        "no_page", "The site is unavailable right now. Try again in a moment.", retry_after_s=5
                    ) from error
            self._kept[site] = html, self._now_s()
        return html


_page = SitePage()


@router.get("/r/{address}")
def room_page(address: str, request: Request, services: ServicesOf) -> HTMLResponse:
    """The page behind a room's link, with the tags that messengers read."""
    site = base_url(request)
    page = page_of_room(services, address, _page.html(site), base_url=site)
    return HTMLResponse(page.html, status_code=page.status, headers=PAGE_HEADERS)
