"""What two hours would take and cost on a hundred Cloud Run tasks, from parts that were measured here.

wall = start + longest task + publishing; a task encodes its share on four virtual cores. Measured: CPU seconds of the
dearest chunk, how much of two cores two slots really get, verifying and publishing a film of that many segments.
Assumed, because nothing of it runs here: the time in which tasks start, that a virtual core is as fast as one of this
machine, and the prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.report import Row

FILM_S = 7200
TASKS = 100
CORES, GIBIBYTES = 4, 4
START_S = 15.0
CORE_SECOND_USD, GIBIBYTE_SECOND_USD = 0.000018, 0.000002  # Cloud Run jobs, tier 1
PUBLISH_S = 2.0


def project(*, slowest_cpu_s_per_s: float, efficiency: float, folder: Path) -> Iterator[Row]:
    task_s = FILM_S / TASKS * slowest_cpu_s_per_s / (CORES * efficiency)
    billed_s = START_S + task_s
    usd = TASKS * billed_s * (CORES * CORE_SECOND_USD + GIBIBYTES * GIBIBYTE_SECOND_USD)
    yield Row("projected_2h_s", "2 h film, 100 tasks, projected wall", START_S + task_s + PUBLISH_S, "s", 120)
    yield Row("projected_2h_usd", "2 h film, 100 tasks, projected cost", usd, "$", 0.60)
