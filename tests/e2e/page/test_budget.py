"""What a page weighs when the running server sends it."""

import httpx2

from e2e.home import Home
from fakes.page_budget import assert_within_budget, weights


def test_pages_are_within_their_budget_on_the_wire(home: Home) -> None:
    """Brotli for browsers that take it, gzip for others; the landing page, the join form and the room keep within their
    limits with both."""
    with httpx2.Client(base_url=home.url) as browser:
        brotli = weights(browser, accept="br")
        gzip = weights(browser, accept="gzip")
    assert_within_budget(brotli)
    assert_within_budget(gzip)
    assert all(brotli[page].js_kb < gzip[page].js_kb for page in brotli)
