"""The output of every benchmark: a table for people and one line of JSON for programs."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured figure: its key in the result, a description, unit, goal and the spread of its runs.

    `goal` and `moonshot` are upper bounds, or lower bounds with `at_least`.
    """

    key: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    spread: str = ""
    moonshot: float | None = None
    at_least: bool = False


def percentile(samples: Sequence[float], share: float) -> float:
    """The nearest-rank percentile, which is always a measured value."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread_of(samples: Sequence[float]) -> str:
    return f"{min(samples):.3g} … {max(samples):.3g} (n={len(samples)})"


def publish(rows: Sequence[Row], extra: Mapping[str, float] | None = None) -> None:
    """Prints the table and, as the last line, `RESULT` with the JSON."""
    print(f"\n| {'what':<60} | {'measured':>10} | {'goal':>9} | {'moonshot':>9} | spread |")
    print(f"|{'-' * 62}|{'-' * 12}|{'-' * 11}|{'-' * 11}|--------|")
    for row in rows:
        goal, moonshot = (_bound(bound, row) for bound in (row.goal, row.moonshot))
        print(f"| {row.what:<60} | {row.value:>7.3g} {row.unit:<2} | {goal:>9} | {moonshot:>9} | {row.spread} |")
    result = {row.key: round(row.value, 4) for row in rows} | dict(extra or {})
    print(f"RESULT {json.dumps(result)}")


def _bound(bound: float | None, row: Row) -> str:
    return "–" if bound is None else f"{'≥' if row.at_least else '≤'} {bound:g} {row.unit}"
