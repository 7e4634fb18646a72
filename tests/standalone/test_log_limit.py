"""A line that a client can cause again and again does not fill the log."""

import logging

from watchparty.log_limit import LINES_IN_ALL, LINES_PER_KIND, MAX_KINDS, WINDOW_S, LineLimit


class Log:
    """The lines that pass the limit, at a time that the test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.lines: list[str] = []
        self.limit = LineLimit(lambda: self.now_s)

    def write(self, text: str, *arguments: object) -> None:
        record = logging.LogRecord("server", logging.WARNING, __file__, 1, text, arguments, None)
        if self.limit.filter(record):
            self.lines.append(record.getMessage())


def test_a_repeated_line_is_left_out_and_counted() -> None:
    """Whatever its arguments. The last line says that more follow, the next window's first one how many did."""
    log = Log()
    for number in range(1_000):
        log.write("refused %d", number)
    assert log.lines[:-1] == [f"refused {number}" for number in range(LINES_PER_KIND - 1)]
    assert log.lines[-1] == f"refused {LINES_PER_KIND - 1} (more of these are left out)"
    log.now_s = WINDOW_S
    log.write("refused %d", 7)
    log.write("refused %d", 8)
    assert log.lines[-2:] == [f"refused 7 (and {1_000 - LINES_PER_KIND} more since)", "refused 8"]


def test_other_lines_pass() -> None:
    """An operator still sees what matters during an attack."""
    log = Log()
    for _ in range(10_000):
        log.write("refused")
    log.write("the disk is full")
    assert log.lines[-1] == "the disk is full"


def test_lines_are_limited_whatever_their_text() -> None:
    """Lines whose text a client chooses fill neither the log nor the memory."""
    log = Log()
    for number in range(3 * LINES_IN_ALL):
        log.write(f"line {number}")
    assert len(log.lines) == LINES_IN_ALL
    assert len(log.limit._kinds) <= MAX_KINDS
    log.now_s = WINDOW_S
    log.write("the next window")
    assert log.lines[-1] == "the next window"
