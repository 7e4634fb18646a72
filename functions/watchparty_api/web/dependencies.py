"""Dependencies of route handlers: the application's services, and the page parameters of lists.

Separate from `services.py`, so that a function without HTTP does not import FastAPI.
"""

from typing import Annotated

from fastapi import Depends, Query, Request

from watchparty_api.services import Services


def services_of(request: Request) -> Services:
    """The services of the application that handles this request.

    `http.create_app` and `http.bare_app` put them there.
    """
    services: Services = request.app.state.services
    return services


ServicesOf = Annotated[Services, Depends(services_of)]
PageLimit = Annotated[int, Query(ge=1, le=200)]
"""`?limit=`: the most items that one page of a list contains."""
PageCursor = Annotated[str | None, Query(max_length=1000)]
"""`?cursor=`: the `next_cursor` of the previous page."""
