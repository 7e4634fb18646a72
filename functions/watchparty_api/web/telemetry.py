"""Traces with OpenTelemetry, where an exporter is configured: one span per request, named after its route.

FastAPI's own spans are disabled, because they contain the path, and the URLs of rooms and films grant access.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

FASTAPI_TELEMETRY_OFF: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
"""The configuration that disables FastAPI's telemetry."""


@dataclass(frozen=True)
class Tracing:
    """An ASGI layer around an application."""

    app: ASGIApp
    tracer: "Tracer"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, StatusCode

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = extract(Headers(scope=scope))
        with self.tracer.start_as_current_span(scope["method"], context=given, kind=SpanKind.SERVER) as span:

            async def answered(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            await self.app(scope, receive, answered)
            route = getattr(scope.get("route"), "path_format", None)
            span.set_attributes({"http.request.method": scope["method"], "request_id": scope["state"]["request_id"]})
            if route is not None:
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)


def open_tracer(exporter: "SpanExporter", *, service: str, version: str) -> "Tracer":
    """A tracer that sends its spans to `exporter` in batches, every second."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.version": version}))
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    return provider.get_tracer("watchparty")


def otlp_exporter(endpoint: str) -> "SpanExporter":
    """An exporter to a collector, by OTLP over HTTP; OpenTelemetry's own variables configure the rest."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
