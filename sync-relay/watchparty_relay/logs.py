"""Log lines for Cloud Logging: one JSON object per line, with its severity. Elsewhere lines stay plain text."""

import json
import logging
import sys
from datetime import UTC, datetime


class CloudFormatter(logging.Formatter):
    """The special fields of https://cloud.google.com/logging/docs/structured-logging."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info:  # Error Reporting groups by the stack trace in the message
            message = f"{message}\n{self.formatException(record.exc_info)}"
        line = {
            "severity": record.levelname,
            "message": message,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
        }
        return json.dumps(line, ensure_ascii=False)


def log_to_the_cloud() -> None:
    """Writes everything from INFO on to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(CloudFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
