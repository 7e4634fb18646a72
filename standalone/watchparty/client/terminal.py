"""What the commands print: a progress bar, tables, and text from a server without control characters."""

import shutil
import sys
import time
from collections.abc import Sequence
from typing import TextIO

REDRAW_EVERY_S = 0.1
"""Terminals over slow lines can't show more."""


def printable(text: object) -> str:
    """The text without characters that could control a terminal."""
    return "".join(each if each.isprintable() else "�" for each in str(text))


def table(rows: Sequence[Sequence[object]]) -> str:
    """Columns of equal width, separated by two spaces."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def size_text(size_bytes: float) -> str:
    """A size for people, such as 1.4 GB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}" if unit in ("bytes", "kB") else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.1f} TB"


def duration_text(seconds: float) -> str:
    """A remaining time for people, such as 3 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def progress_line(sent: int, size: int, *, bytes_per_s: float, columns: int) -> str:
    """One line: bar, share, sizes, speed and remaining time."""
    share = sent / size
    facts = f" {share * 100:3.0f} %  {size_text(sent)} of {size_text(size)}"
    if bytes_per_s > 0 and sent < size:
        facts += f"  {size_text(bytes_per_s)}/s  {duration_text((size - sent) / bytes_per_s)} left"
    width = min(40, columns - len(facts) - 3)
    if width < 5:
        return facts.strip()[: columns - 1]
    filled = round(width * share)
    return f"[{'#' * filled}{'.' * (width - filled)}]{facts}"


class ProgressBar:
    """Redraws one line of a terminal; draws nothing elsewhere."""

    def __init__(self, to: TextIO | None = None) -> None:
        self._to: TextIO | None = to or sys.stderr  # None after `2>&-`
        self._first: tuple[float, int] | None = None
        self._drawn_s = 0.0

    def __call__(self, sent: int, size: int) -> None:
        now_s = time.monotonic()
        if self._first is None:
            self._first = now_s, sent
        if self._to is None or not self._to.isatty() or (now_s - self._drawn_s < REDRAW_EVERY_S and sent < size):
            return
        self._drawn_s = now_s
        began_s, before = self._first
        speed = (sent - before) / (now_s - began_s) if now_s > began_s else 0.0
        line = progress_line(sent, size, bytes_per_s=speed, columns=shutil.get_terminal_size().columns)
        self._to.write(f"\r\x1b[K{line}")
        self._to.flush()

    def close(self) -> None:
        """Ends the line."""
        if self._to is not None and self._drawn_s:
            self._to.write("\n")
            self._drawn_s = 0.0
