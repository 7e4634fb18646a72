"""A Starlette application beside the API, for bytes: refusals look as everywhere, bodies stream through unmeasured."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from watchparty_api.errors import ApiError
from watchparty_api.services import Services
from watchparty_api.web.http import problem


def bare_app(services: Services, routes: Sequence[BaseRoute], *, middleware: Sequence[Middleware] = ()) -> Starlette:
    """The application that answers `routes`."""
    app = Starlette(routes=routes, middleware=middleware, exception_handlers={ApiError: _refused})
    app.router.redirect_slashes = False  # as in the API: nobody is sent on to what a Host header says
    app.state.services = services
    return app


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101  registered for nothing else
    return problem(error, secrets.token_urlsafe(12))
