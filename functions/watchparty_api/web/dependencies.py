"""What every request handler asks for: the services of the application that answers.

Apart from `services.py`, so that a function without HTTP does not pay for the import of FastAPI.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from watchparty_api.services import Services


def services_of(request: Request) -> Services:
    """The services of the application that answers this request."""
    services: Services = request.app.state.services
    return services


ServicesOf = Annotated[Services, Depends(services_of)]
