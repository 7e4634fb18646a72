"""Limits how often log lines repeat, so that no client can fill the disk with the lines that it causes."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_S = 60.0
LINES_PER_KIND = 20
"""In one window; a traceback belongs to its line."""
LINES_IN_ALL = 1_000
MAX_KINDS = 1_000


@dataclass
class _Window:
    since_s: float
    lines: int = 0


class LineLimit(logging.Filter):
    """Passes the first lines of a kind in each window, and the first lines of all kinds together.

    Lines are of one kind if they have the same logger, level and format. What is left out is counted in the next line
    of its kind.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[tuple[str, int, str], _Window] = {}
        self._all = _Window(clock())

    def filter(self, record: logging.LogRecord) -> bool:
        now_s, kind = self._clock(), (record.name, record.levelno, str(record.msg))
        if kind not in self._kinds and len(self._kinds) >= MAX_KINDS:
            self._kinds.pop(next(iter(self._kinds)))
        window = self._kinds.setdefault(kind, _Window(now_s))
        left_out = _count(window, now_s, LINES_PER_KIND)
        if window.lines > LINES_PER_KIND:
            return False
        _count(self._all, now_s, LINES_IN_ALL)
        if self._all.lines > LINES_IN_ALL:
            return False
        if left_out:
            _append(record, f"(and {left_out} more since)")
        if window.lines == LINES_PER_KIND:
            _append(record, "(more of these are left out)")
        return True


def _count(window: _Window, now_s: float, limit: int) -> int:
    """Counts a line, in a new window if this one is over; returns how many were left out of the old one."""
    left_out = 0
    if now_s - window.since_s >= WINDOW_S:
        left_out = max(0, window.lines - limit)
        window.since_s, window.lines = now_s, 0
    window.lines += 1
    return left_out


def _append(record: logging.LogRecord, text: str) -> None:
    record.msg, record.args = f"{record.getMessage().rstrip()} {text}", None


def limit_lines(logger: logging.Logger) -> None:
    """Limits the lines of every handler of this logger."""
    for handler in logger.handlers:
        handler.addFilter(LineLimit())
