"""Log lines of relays and transcode tasks: Cloud Logging reads severity and message from one JSON object per line."""

import json
import logging
import sys

import pytest

import watchparty_relay.logs
import watchparty_transcoder.logs

FORMATTERS = pytest.mark.parametrize(
    "formatter", [watchparty_relay.logs.CloudFormatter(), watchparty_transcoder.logs.CloudFormatter()]
)


def record(level: int, message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("watchparty", level, __file__, 1, message, arguments, None)


@FORMATTERS
def test_a_line_has_its_severity(formatter: logging.Formatter) -> None:
    """Alerts are set on severity, so an error must be one for Cloud Logging."""
    line = json.loads(formatter.format(record(logging.ERROR, "room %s is full", "Kino")))
    assert (line["severity"], line["message"], line["logger"]) == ("ERROR", "room Kino is full", "watchparty")


@FORMATTERS
def test_a_stack_trace_stays_in_one_line(formatter: logging.Formatter) -> None:
    """Otherwise each of its lines would be an entry of its own."""
    try:
        raise ValueError("broken")
    except ValueError:
        failed = record(logging.ERROR, "unexpected error")
        failed.exc_info = sys.exc_info()
    text = formatter.format(failed)
    assert "\n" not in text
    assert "ValueError: broken" in json.loads(text)["message"]
