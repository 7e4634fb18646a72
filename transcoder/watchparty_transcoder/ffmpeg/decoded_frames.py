"""Which moments of a stream ffmpeg has decoded. Pure.

Filters fill a gap with silence or with the previous frame, so the output does not show that something was missing. So
ffmpeg also lists the frames that enter the filters, with its muxer `framecrc`, among the lines of standard error.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

LISTED = ["-flush_packets", "1", "-f", "framecrc", "pipe:2"]
"""The options of the output: each frame is one line, written at once, so that log lines do not break it."""
TIME_BASE = re.compile(rb"#tb 0: (\d+)/(\d+)")
FIELDS = 6
"""Of a frame's line: stream, decode time, presentation time, duration, size, checksum."""
CONTINUES_S = 0.05
"""Frames that are this far apart follow each other: times are rounded, and those of some formats to milliseconds."""


class DecodedFrames:
    """The stretches without a gap, on the clock of the filters' output."""

    def __init__(self) -> None:
        self._time_base = Fraction(0)
        self._spans: list[tuple[float, float]] = []

    def take(self, line: bytes) -> bool:
        """Whether the line was part of the list, and not ffmpeg's log."""
        if line[:1] == b"#":
            if found := TIME_BASE.match(line):
                self._time_base = Fraction(int(found[1]), int(found[2]))
            return True
        fields = line.split(b",")
        if len(fields) != FIELDS or not fields[0].isdigit():
            return False
        begin_s = float(int(fields[2]) * self._time_base)
        self._add(begin_s, begin_s + float(int(fields[3]) * self._time_base))
        return True

    def _add(self, begin_s: float, end_s: float) -> None:
        if self._spans and self._spans[-1][0] <= begin_s <= self._spans[-1][1] + CONTINUES_S:
            self._spans[-1] = (self._spans[-1][0], max(self._spans[-1][1], end_s))
        else:
            self._spans.append((begin_s, end_s))

    def gaps(self, begin_s: float, end_s: float) -> Iterator[tuple[float, float]]:
        """The stretches between `begin_s` and `end_s` of which nothing was decoded."""
        at = begin_s
        for first, last in sorted(self._spans):
            if first > at + CONTINUES_S and at < end_s:
                yield at, min(first, end_s)
            at = max(at, last)
        if end_s > at + CONTINUES_S:
            yield at, end_s
