"""How every benchmark speaks: a table for people, one line of JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured figure: its key in the result, what it is in words, unit, goal and the spread of its runs."""

    key: str
    what: str
    value: float
    unit: str
    goal: float | None = None
    spread: str = ""


def percentile(samples: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a value that was really measured."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread_of(samples: Sequence[float]) -> str:
    return f"{min(samples):.3g} … {max(samples):.3g} (n={len(samples)})"


def publish(rows: Sequence[Row], extra: Mapping[str, float] | None = None) -> None:
    """Prints the table and, as the last line, RESULT."""
    print(f"\n| {'what':<52} | {'measured':>10} | {'goal':>8} | spread |")
    print(f"|{'-' * 54}|{'-' * 12}|{'-' * 10}|--------|")
    for row in rows:
        goal = "–" if row.goal is None else f"{row.goal:g} {row.unit}"
        print(f"| {row.what:<52} | {row.value:>7.3g} {row.unit:<2} | {goal:>8} | {row.spread} |")
    result = {row.key: round(row.value, 4) for row in rows} | dict(extra or {})
    print(f"RESULT {json.dumps(result)}")
