"""Log lines for Cloud Logging: one JSON object per line, with severity, request and trace.

Every line of a request contains its id, which a problem shows to the caller, and the trace that Google's front end
started, so that either one finds all lines. At home lines are plain text.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

_SEVERITIES = {"WARNING": "WARNING", "ERROR": "ERROR", "CRITICAL": "CRITICAL", "DEBUG": "DEBUG"}
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_CLOUD_TRACE = re.compile(r"([0-9a-f]{32})(?:/(\d+))?(?:;o=(\d))?")


@dataclass(frozen=True)
class Trace:
    """A position in a distributed trace, in hex, as in W3C's `traceparent`."""

    trace_id: str
    span_id: str
    sampled: bool


@dataclass(frozen=True)
class Occasion:
    """The request or event that is being handled while a line is logged."""

    request_id: str
    trace: Trace | None = None


_occasion: ContextVar[Occasion | None] = ContextVar("occasion", default=None)


@contextmanager
def log_context(request_id: str, trace: Trace | None = None) -> Iterator[None]:
    """Assigns the lines logged inside, also in threads that it starts, to this request or event."""
    token = _occasion.set(Occasion(request_id, trace))
    try:
        yield
    finally:
        _occasion.reset(token)


def trace_of(traceparent: str, cloud_trace: str = "") -> Trace | None:
    """Parses the headers `traceparent` and `X-Cloud-Trace-Context`; None when neither is valid."""
    if match := _TRACEPARENT.fullmatch(traceparent):
        return Trace(match[1], match[2], bool(int(match[3], 16) & 1))
    if match := _CLOUD_TRACE.fullmatch(cloud_trace):
        return Trace(match[1], f"{int(match[2] or 0):016x}", match[3] == "1")
    return None


class CloudFormatter(logging.Formatter):
    """The special fields of https://cloud.google.com/logging/docs/structured-logging."""

    def __init__(self, project: str | None) -> None:
        super().__init__()
        self._project = project

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info:  # Error Reporting groups errors by the stack in the message
            message = f"{message}\n{self.formatException(record.exc_info)}"
        line: dict[str, object] = {
            "severity": _SEVERITIES.get(record.levelname, "INFO"),
            "message": message,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
        }
        if now := _occasion.get():
            line["request_id"] = now.request_id
            if now.trace and self._project:
                line["logging.googleapis.com/trace"] = f"projects/{self._project}/traces/{now.trace.trace_id}"
                line["logging.googleapis.com/spanId"] = now.trace.span_id
                line["logging.googleapis.com/trace_sampled"] = now.trace.sampled
        return json.dumps(line, ensure_ascii=False)


def log_as_json(project: str | None) -> None:
    """Sends log lines from INFO on to standard output as JSON, except those of HTTP clients: they contain URLs, and the
    URL of a room grants access."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(CloudFormatter(project))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("httpx", "urllib3", "google", "uvicorn.access", "gunicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
