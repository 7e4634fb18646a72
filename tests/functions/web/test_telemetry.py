"""Traces: one span per request in the caller's trace, named after its route, without any URL."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from fastapi import FastAPI
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from fakes.api_harness import SITE, ApiHarness
from fakes.local_server import serving
from watchparty_api.web.http import create_app
from watchparty_api.web.public import router
from watchparty_api.web.telemetry import Tracing, is_google, open_tracing, otlp_exporter

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def browser(api: ApiHarness, spans: InMemorySpanExporter) -> TestClient:
    """The whole API with tracing and an exporter that the test can read."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    api.app.add_middleware(Tracing, tracer=provider.get_tracer("test"), flush=provider.force_flush)
    return TestClient(api.app, base_url=SITE)


def test_a_request_is_one_span_of_its_route(
    browser: TestClient, spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    """The span is named after the route, not the path, continues the caller's trace, and ends once: no warning."""
    browser.get("/api/v1/rooms/canary-room", headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
    assert [record for record in caplog.records if record.name.startswith("opentelemetry")] == []
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /rooms/{room_id}"
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 404
    assert f"{span.context.trace_id:032x}" == TRACE
    assert "canary" not in span.to_json()


def test_a_request_without_an_answer_is_a_span(spans: InMemorySpanExporter) -> None:
    """Where the application raises before it answers, the span ends with the error."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))

    async def raises(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError("canary")

    with pytest.raises(LookupError):
        TestClient(Tracing(raises, provider.get_tracer("test"), provider.force_flush)).get("/")
    (span,) = spans.get_finished_spans()
    assert not span.status.is_ok


def test_an_unknown_path_is_a_span_without_a_route(browser: TestClient, spans: InMemorySpanExporter) -> None:
    """A request that matches no route is a span without one."""
    browser.get("/api/v1/canary")
    (span,) = spans.get_finished_spans()
    assert span.name == "GET"
    assert "canary" not in span.to_json()


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    got: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            import gzip

            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            got.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Suppresses the log lines."""

    with serving(Handler) as host:
        yield f"http://{host}", got


def test_spans_reach_a_collector_by_otlp(collector: tuple[str, list[ExportTraceServiceRequest]]) -> None:
    """The real exporter sends spans in its wire format."""
    endpoint, got = collector
    provider = open_tracing(otlp_exporter(endpoint), service="rooms", version="1", project=None)
    with provider.get_tracer("test").start_as_current_span("GET /x"):
        pass
    provider.force_flush()
    names = [span.name for each in got for r in each.resource_spans for s in r.scope_spans for span in s.spans]
    assert names == ["GET /x"]


def test_a_span_has_left_when_its_answer_ends(
    api: ApiHarness, collector: tuple[str, list[ExportTraceServiceRequest]]
) -> None:
    """The end of an answer is sent after its span: afterwards Cloud Run gives the process no CPU."""
    endpoint, got = collector
    left: list[int] = []

    async def observed(scope: Scope, receive: Receive, send: Send) -> None:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                left.append(len(got))
            await send(message)

        await traced(scope, receive, watched)

    config = replace(api.services.config, otlp_endpoint=endpoint)
    traced = create_app(replace(api.services, config=config), [router])
    TestClient(observed, base_url=SITE).get("/api/v1/config")
    assert left == [1]


def test_an_answer_does_not_wait_for_a_collector_that_hangs(api: ApiHarness) -> None:
    """After a second the answer is sent without its span."""
    released = threading.Event()
    api.app.add_middleware(Tracing, tracer=TracerProvider().get_tracer("test"), flush=lambda: released.wait(60))
    began = time.monotonic()
    assert TestClient(api.app, base_url=SITE).get("/api/v1/config").status_code == 200
    took_s = time.monotonic() - began
    released.set()
    assert took_s < 30


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("https://telemetry.googleapis.com", True),
        ("https://telemetry.googleapis.com:443/", True),
        ("http://telemetry.googleapis.com", False),
        ("https://collector.example:4318", False),
        ("https://googleapis.com.example", False),
        ("https://evilgoogleapis.com", False),
        ("https://collector.example/telemetry.googleapis.com", False),
    ],
)
def test_only_google_gets_a_token(endpoint: str, expected: bool) -> None:
    """A token for a stranger's collector, or without TLS, would give the site away."""
    assert is_google(endpoint) is expected


def test_without_a_collector_there_is_no_layer(api: ApiHarness) -> None:
    """The tracing layer exists only where a collector is configured."""
    plain = create_app(api.services, [router])
    assert Tracing not in layers(plain)
    traced = replace(api.services, config=replace(api.services.config, otlp_endpoint="http://127.0.0.1:9"))
    assert Tracing in layers(create_app(traced, [router]))


def layers(app: FastAPI) -> list[Any]:
    return [each.cls for each in app.user_middleware]
