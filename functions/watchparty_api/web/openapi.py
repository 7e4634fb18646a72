"""Builds the OpenAPI document that every application serves: operation ids, problem answers, the bearer scheme.

`schema.py` writes the document of all routes, which is the contract.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from watchparty_api.config import Config
from watchparty_api.web.telemetry import FASTAPI_TELEMETRY_OFF

_PROBLEM = {
    "title": "Problem",
    "description": "A refusal (RFC 9457). `code` is stable; `detail` is a sentence for a person.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
    "additionalProperties": True,
}
REFUSAL = {
    "description": "Refused",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def operation_id(route: APIRoute) -> str:
    """The operation id, a name for generated clients: `rooms.join`."""
    noun = str(route.tags[0]).replace(" ", "_") if route.tags else "site"
    return f"{noun}.{route.name}"


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application, with our problem answers and bearer scheme instead of the framework's."""
    content = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = content.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    content["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    content["security"] = [{}, {"bearer": []}]
    for operations in content["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = REFUSAL
    return content


def routed_app(routers: Sequence[APIRouter], *, title: str = "WatchParty", version: str | None = None) -> FastAPI:
    """An application with routes but without services."""
    app = FastAPI(
        title=title,
        version=version or Config(public_url=None).version,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
        telemetry=FASTAPI_TELEMETRY_OFF,
        # A redirect would send the bearer to the host and scheme of the request: behind a proxy plain http.
        redirect_slashes=False,
    )
    for router in routers:
        app.include_router(router, prefix="/api/v1")
    app.openapi = cache(lambda: document(app))  # type: ignore[method-assign]  # as FastAPI documents it
    return app
