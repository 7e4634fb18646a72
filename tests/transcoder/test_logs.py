"""Log lines in the cloud: Cloud Logging reads severity, message and time from one JSON object per line."""

import json
import logging
import sys

from watchparty_transcoder.logs import CloudFormatter


def record(level: int, message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("watchparty", level, __file__, 1, message, arguments, None)


def test_a_line_has_its_severity() -> None:
    """Alerts are set on severity, so an error must be one for Cloud Logging."""
    line = json.loads(CloudFormatter().format(record(logging.ERROR, "room %s is full", "Kino")))
    assert (line["severity"], line["message"], line["logger"]) == ("ERROR", "room Kino is full", "watchparty")


def test_a_stack_trace_stays_in_one_line() -> None:
    """Otherwise each of its lines would be an entry of its own."""
    try:
        raise ValueError("broken")
    except ValueError:
        failed = record(logging.ERROR, "unexpected error")
        failed.exc_info = sys.exc_info()
    text = CloudFormatter().format(failed)
    assert "\n" not in text
    assert "ValueError: broken" in json.loads(text)["message"]
