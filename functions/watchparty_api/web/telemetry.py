"""Traces with OpenTelemetry, where an exporter is configured: one span per request, named after its route.

FastAPI's own spans are disabled, because they contain the path, and the URLs of rooms and films grant access.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer
    from requests import Session

FASTAPI_TELEMETRY_OFF: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
"""The configuration that disables FastAPI's telemetry."""


FLUSH_WITHIN_S = 1.0
"""How long an answer waits for its span to be sent. After the answer Cloud Run gives the process no CPU."""
_GOOGLE = ".googleapis.com"


@dataclass(frozen=True)
class Tracing:
    """An ASGI layer around an application. The span of a request is sent before the end of its answer."""

    app: ASGIApp
    tracer: "Tracer"
    flush: Callable[[], object]
    """Sends what is queued, and may take long; an answer waits `FLUSH_WITHIN_S` for it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, StatusCode, use_span

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = extract(Headers(scope=scope))
        span = self.tracer.start_span(scope["method"], context=given, kind=SpanKind.SERVER)

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
                if message["status"] >= 500:
                    span.set_status(StatusCode.ERROR)
            elif not message.get("more_body", False) and span.is_recording():
                _describe(span, scope)
                span.end()
                await self._flushed()
            await send(message)

        try:
            with use_span(span):
                await self.app(scope, receive, answered)
        finally:
            if span.is_recording():  # there was no answer
                span.end()

    async def _flushed(self) -> None:
        with anyio.move_on_after(FLUSH_WITHIN_S):
            await anyio.to_thread.run_sync(self.flush, abandon_on_cancel=True)


def _describe(span: "Span", scope: Scope) -> None:
    route = getattr(scope.get("route"), "path_format", None)
    span.set_attributes({"http.request.method": scope["method"], "request_id": scope["state"]["request_id"]})
    if route is not None:
        span.update_name(f"{scope['method']} {route}")
        span.set_attribute("http.route", route)


def open_tracing(exporter: "SpanExporter", *, service: str, version: str, project: str | None) -> "TracerProvider":
    """A provider whose tracers send their spans to `exporter` in batches. Google requires the `project`."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    described = {
        "service.name": service,
        "service.version": version,
        **({"gcp.project_id": project} if project else {}),
    }
    provider = TracerProvider(resource=Resource.create(described))
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    return provider


def otlp_exporter(endpoint: str) -> "SpanExporter":
    """An exporter to a collector, by OTLP over HTTP; OpenTelemetry's own variables configure the rest.

    Google's Telemetry API gets an access token of the process's service account; no one else ever does.
    """
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    url = f"{endpoint.rstrip('/')}/v1/traces"
    return OTLPSpanExporter(endpoint=url, session=_google_session() if is_google(endpoint) else None)


def is_google(endpoint: str) -> bool:
    """Whether an endpoint is one of Google's APIs, over TLS: only there may a token go."""
    parts = urlsplit(endpoint)
    return parts.scheme == "https" and (parts.hostname or "").endswith(_GOOGLE)


def _google_session() -> "Session":
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    return AuthorizedSession(credentials)
