"""Builds a FastAPI application from services and routers: problem answers, request ids, body limits, CORS.

The standalone server mounts all routers in one application; each function of `main.py` mounts its own. FastAPI's 422
for a body that is not JSON becomes 400. An unexpected error is answered with the request's id; the log has the details.
`bare_app` builds a Starlette application beside the API for streamed bodies, with the same refusals and without limits.
"""

import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watchparty_api.errors import (
    ApiError,
    Conflict,
    FieldError,
    Invalid,
    Malformed,
    RoutingError,
    StoreError,
    TooLarge,
)
from watchparty_api.logs import Trace, log_context, trace_of
from watchparty_api.services import Services
from watchparty_api.web import docs_page, public
from watchparty_api.web.compression import CompressedAnswers
from watchparty_api.web.openapi import routed_app
from watchparty_api.web.paths import path_refusal
from watchparty_api.web.telemetry import Tracing, open_tracing, otlp_exporter

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 256 * 1024
"""The limit of a JSON body, which is read into memory as a whole; the largest legitimate one is a queue."""
SUBTITLE_BODY_BYTES = 2 * 1024 * 1024 + 64 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SUBTITLE_PATH = re.compile(r".*/videos/[^/]+/subtitles$")


def new_request_id() -> str:
    return secrets.token_urlsafe(12)


def problem(error: ApiError, request_id: str) -> JSONResponse:
    """Returns the answer to a refusal (RFC 9457)."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "request_id": request_id,
    }
    if error.errors:
        body["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in error.errors]
    body.update(error.extra)
    headers = {"X-Request-Id": request_id}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    return JSONResponse(body, status_code=error.status, headers=headers, media_type="application/problem+json")


class Boundary:
    """The outermost layer: gives each request an id, limits its body, and answers every exception.

    An `exception_handler(Exception)` would answer, too, but then the server raises the exception again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id
        exchange = _Exchange(scope, receive, send, request_id)
        with log_context(request_id, _trace(headers)):
            try:
                if refusal := path_refusal(_raw_path(scope)):
                    raise refusal
                if _length(headers.get(b"content-length", b"")) > exchange.limit:
                    raise exchange.too_large
                await self.app(scope, exchange.receive, exchange.send)
            except Exception as error:
                if exchange.started:
                    raise
                await _answer(error, request_id)(scope, receive, send)


class _Exchange:
    """One request and its answer: counts the bytes received, and adds the request id to the answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        self._scope, self._receive, self._send, self._request_id = scope, receive, send, request_id
        self.limit = SUBTITLE_BODY_BYTES if _SUBTITLE_PATH.fullmatch(scope["path"]) else MAX_BODY_BYTES
        self.too_large = TooLarge("body_too_large", f"A request body can have up to {self.limit} bytes.")
        self.started = False
        self._seen = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self.limit:
            raise self.too_large
        return message

    async def send(self, message: Message) -> None:
        if self._seen > self.limit:
            await self._refuse_once()  # the framework turned what `receive` raised into a 400
            return
        if message["type"] == "http.response.start":
            self.started = True
            answered = message.setdefault("headers", [])
            if all(name.lower() != b"x-request-id" for name, _ in answered):  # a problem already has it
                answered.append((b"x-request-id", self._request_id.encode()))
        await self._send(message)

    async def _refuse_once(self) -> None:
        if not self.started:
            self.started = True
            await problem(self.too_large, self._request_id)(self._scope, self._receive, self._send)


class WellFormedPath:
    """The same check of the path for applications without a `Boundary`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = path_refusal(_raw_path(scope)) if scope["type"] == "http" else None
        await (problem(refusal, new_request_id()) if refusal else self.app)(scope, receive, send)


def _raw_path(scope: Scope) -> bytes:
    """The path as it was sent; servers need not keep it."""
    return scope.get("raw_path") or quote(scope["path"]).encode()


def _trace(headers: Mapping[bytes, bytes]) -> Trace | None:
    given = (headers.get(name, b"").decode("latin-1") for name in (b"traceparent", b"x-cloud-trace-context"))
    return trace_of(*given)


def _length(content_length: bytes) -> int:
    """The announced length of the body; 0 when there is none."""
    return int(content_length) if content_length.isdigit() else 0


def _answer(error: Exception, request_id: str) -> Response:
    """Maps an exception to its answer."""
    match error:
        case ApiError():
            return problem(error, request_id)
        case ClientDisconnect():
            return problem(Malformed("incomplete_body", "The connection ended before the body did."), request_id)
        case StoreError():
            return problem(Conflict("changed_meanwhile", "Someone else just changed this. Try again."), request_id)
        case _:
            log.exception("unexpected error, request %s", request_id)
            return problem(
                ApiError("internal", f"Something went wrong on our side. Mention {request_id} if you report it."),
                request_id,
            )


def _validation(error: RequestValidationError) -> ApiError:
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return Malformed("malformed_json", "The body isn’t valid JSON.")
    # Pydantic prefixes the sentence of our validators.
    fields = [
        FieldError("/" + "/".join(str(p) for p in e["loc"][1:]), e["msg"].removeprefix("Value error, ")) for e in found
    ]
    return Invalid("invalid", "Some fields aren’t valid. Check them and try again.", errors=fields)


def create_app(services: Services, routers: Sequence[APIRouter], *, title: str = "WatchParty") -> FastAPI:
    """Builds the application: `routers` under /api/v1, health and public keys beside it."""
    app = routed_app(routers, title=title, version=services.config.version)
    app.state.services = services
    app.include_router(public.root_router)
    app.include_router(docs_page.router, prefix="/api/v1")

    async def refused(request: Request, error: Exception) -> Response:
        api_error = error if isinstance(error, ApiError) else None
        if isinstance(error, RequestValidationError):
            api_error = _validation(error)
        elif isinstance(error, HTTPException):
            api_error = RoutingError(error.status_code, error.detail)
        return _answer(api_error or error, request.state.request_id)

    for kind in (ApiError, StoreError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refused)
    app.add_middleware(CompressedAnswers)
    if services.config.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(services.config.cors_origins),
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id", "X-Guest-Key"],
            expose_headers=["X-Request-Id", "Retry-After"],
        )
    if services.config.otlp_endpoint is not None:
        config = services.config
        exporter = otlp_exporter(services.config.otlp_endpoint)
        tracing = open_tracing(exporter, service=config.service, version=config.version, project=config.project)
        app.add_middleware(Tracing, tracer=tracing.get_tracer("watchparty"), flush=tracing.force_flush)
    app.add_middleware(Boundary)
    return app


def bare_app(services: Services, routes: Sequence[BaseRoute], *, middleware: Sequence[Middleware] = ()) -> Starlette:
    """Builds an application without JSON handling for `routes`."""
    checked = [Middleware(WellFormedPath), *middleware]
    app = Starlette(routes=routes, middleware=checked, exception_handlers={ApiError: _refused})
    app.router.redirect_slashes = False  # as in the API: no redirect to a host that a Host header names
    app.state.services = services
    return app


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101  registered for nothing else
    return problem(error, new_request_id())
