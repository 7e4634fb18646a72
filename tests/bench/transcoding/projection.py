"""Projects the time and cost of a two-hour film on a hundred Cloud Run tasks from parts that were measured here.

wall = start + most expensive task + publishing; cost = all tasks, from start to end. A task encodes its share on four
virtual cores. Measured: CPU seconds of the most expensive and of the mean chunk, and the speed-up of two slots on two
cores. Assumed, because they cannot be measured here: how long tasks take to start, that a virtual core is as fast as
one of this machine, the time for listing and publishing, and the prices.
"""

from collections.abc import Iterator

from bench.report import Row

FILM_S = 7200
TASKS = 100
CORES, GIBIBYTES = 4, 4
START_S = 15.0
CORE_SECOND_USD, GIBIBYTE_SECOND_USD = 0.000018, 0.000002  # Cloud Run jobs, tier 1
PUBLISH_S = 2.0


def project(*, most_expensive: float, mean: float, efficiency: float) -> Iterator[Row]:
    """Chunks in CPU seconds per second of film. `efficiency`: 1 if two slots are twice as fast as one."""
    seconds_per_core = FILM_S / TASKS / (CORES * efficiency)
    wall_s = START_S + seconds_per_core * most_expensive + PUBLISH_S
    billed_s = START_S + seconds_per_core * mean
    usd = TASKS * billed_s * (CORES * CORE_SECOND_USD + GIBIBYTES * GIBIBYTE_SECOND_USD)
    yield Row("projected_2h_s", "2 h film, 100 tasks, projected wall", wall_s, "s", 120)
    yield Row("projected_2h_usd", "2 h film, 100 tasks, projected cost", usd, "$", 0.60)
