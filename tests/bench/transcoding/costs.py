"""Measures work: wall-clock seconds, and CPU seconds of this process and its children."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    wall_s: float
    cpu_s: float


def cost_of(work: Callable[[], object]) -> Cost:
    """Children count only after they were waited for."""
    began_s, used_s = time.monotonic(), _cpu_s()
    work()
    return Cost(time.monotonic() - began_s, _cpu_s() - used_s)


def _cpu_s() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)
