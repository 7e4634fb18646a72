"""Log lines in the cloud: one JSON object each, with the request's id and the trace of Google's front end."""

import json
import logging
import sys
from pathlib import Path

import pytest

from fakes.function_process import EVENT, HTTP, asked, cloud_environment, function_process
from watchparty_api.logs import CloudFormatter, Trace, log_context, trace_of

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def line(record: logging.LogRecord, project: str | None = "demo") -> dict[str, object]:
    written = CloudFormatter(project).format(record)
    assert "\n" not in written
    parsed: dict[str, object] = json.loads(written)
    return parsed


def record(message: str, level: int = logging.WARNING, *, raised: bool = False) -> logging.LogRecord:
    trouble = None
    if raised:
        try:
            raise ValueError("inner")
        except ValueError:
            trouble = sys.exc_info()
    return logging.LogRecord("watchparty_api.test", level, __file__, 1, message, None, trouble)


def test_a_line_is_one_object_with_its_severity() -> None:
    """A message stays one line whatever it contains; a stack is part of it, where Error Reporting expects it."""
    assert line(record('a "quoted"\nmessage'))["message"] == 'a "quoted"\nmessage'
    assert line(record("m", logging.INFO))["severity"] == "INFO"
    assert line(record("m", logging.CRITICAL))["severity"] == "CRITICAL"
    assert "ValueError: inner" in str(line(record("m", raised=True))["message"])
    assert "request_id" not in line(record("outside of any request"))


def test_lines_of_a_request_lead_to_its_trace() -> None:
    """Lines carry request and trace in the fields of Cloud Logging; without a project there is no trace."""
    with log_context("request-1", Trace(TRACE, SPAN, True)):
        said = line(record("m"))
        assert "logging.googleapis.com/trace" not in line(record("m"), project=None)
    assert said["request_id"] == "request-1"
    assert said["logging.googleapis.com/trace"] == f"projects/demo/traces/{TRACE}"
    assert said["logging.googleapis.com/spanId"] == SPAN
    assert said["logging.googleapis.com/trace_sampled"] is True


@pytest.mark.parametrize(
    ("traceparent", "cloud_trace", "expected"),
    [
        (f"00-{TRACE}-{SPAN}-01", "", Trace(TRACE, SPAN, True)),
        (f"00-{TRACE}-{SPAN}-00", "", Trace(TRACE, SPAN, False)),
        ("", f"{TRACE}/1;o=1", Trace(TRACE, "0000000000000001", True)),
        ("", TRACE, Trace(TRACE, "0000000000000000", False)),
        ("", "", None),
        ("rubbish", "also rubbish", None),
        (f"00-{TRACE}-{SPAN}-01\n", "", None),
    ],
)
def test_both_headers_of_google_are_read(traceparent: str, cloud_trace: str, expected: Trace | None) -> None:
    """W3C's and Google's trace headers are read; an invalid one is ignored."""
    assert trace_of(traceparent, cloud_trace) == expected


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return cloud_environment(tmp_path, store_url=f"sqlite:///{tmp_path}/store.db")


@pytest.mark.integration
def test_a_real_function_writes_such_lines(environ: dict[str, str], tmp_path: Path) -> None:
    """A function logs an invalid transcode event as JSON, with the event's id and trace."""
    headers = {
        "ce-id": "event-1",
        "ce-source": "//test",
        "ce-type": "test",
        "ce-specversion": "1.0",
        "ce-traceparent": f"00-{TRACE}-{SPAN}-01",
        "Content-Type": "application/json",
    }
    log = tmp_path / "log"
    with function_process("on_transcode", {**environ, **EVENT}, log=log) as port:
        assert asked(port, "/", body=b'{"message": {"data": "eyJ2IjogMX0="}}', headers=headers)[0] == 200
    lines = [json.loads(each) for each in log.read_text().splitlines() if each.startswith("{")]
    (warning,) = [each for each in lines if "invalid transcode event" in each["message"]]
    assert (warning["severity"], warning["request_id"]) == ("WARNING", "event-1")
    assert warning["logging.googleapis.com/trace"] == f"projects/demo/traces/{TRACE}"


@pytest.mark.integration
def test_no_address_of_a_room_is_in_any_line(environ: dict[str, str], tmp_path: Path) -> None:
    """No log line contains the URL of a room."""
    log = tmp_path / "log"
    with function_process("rooms", {**environ, **HTTP}, log=log) as port:
        assert asked(port, "/api/v1/rooms/canary-room-address")[0] == 404
    assert "canary" not in log.read_text()
