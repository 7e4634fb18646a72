"""docs/figures.py computes with what Terraform and the code do, and every price has its page and day."""

import re
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from watchparty_relay.bus.redis import MAX_CONNECTIONS
from watchparty_relay.reporting.event_recorder import SNAPSHOT_EVERY_MS

ROOT = Path(__file__).parents[2]
FIGURES = runpy.run_path(str(ROOT / "docs" / "figures.py"))
MEASURED: Any = FIGURES["MEASURED"]


def terraform_default(variable: str, name: str = "") -> int:
    """The default of a variable of Terraform, or of one of its attributes."""
    block = (ROOT / "terraform/variables.tf").read_text().partition(f'variable "{variable}" {{')[2].partition("\n}")[0]
    pattern = rf"\b{name}\s*= optional\(number, (\d+)\)" if name else r"default\s*= (\d+)"
    found = re.search(pattern, block)
    assert found is not None, (variable, name)
    return int(found[1])


def test_the_container_beside_each_relay_is_paid_for() -> None:
    """Its share of CPU and memory is in the price of a relay."""
    sidecar = (ROOT / "terraform/relay.tf").read_text().partition('name       = "metrics"')[2]
    cpu = re.search(r'cpu += "([\d.]+)"', sidecar)
    memory = re.search(r'memory = "(\d+)Mi"', sidecar)
    assert cpu is not None
    assert memory is not None
    assert float(cpu[1]) == int(memory[1]) / 1024 == FIGURES["SIDECAR"]
    alone = 3600 * (FIGURES["VCPU_S"] + FIGURES["GIB_S"])
    assert FIGURES["relay_price"](1) == pytest.approx(1.25 * alone)


@pytest.mark.parametrize(
    ("constant", "variable", "name"),
    [
        ("RELAYS_MOST", "relay_scale", "most"),
        ("SOCKETS_PER_INSTANCE", "relay_scale", "connections"),
        ("FUNCTIONS_MOST", "functions_scale", "most"),
        ("TASKS", "transcoder", "tasks"),
        ("TASK_VCPU", "transcoder", "cpu"),
        ("REDIS_GIB", "redis", "memory_gb"),
    ],
)
def test_the_site_that_is_computed_is_the_one_that_is_shipped(constant: str, variable: str, name: str) -> None:
    """The defaults of Terraform's variables."""
    assert FIGURES[constant] == terraform_default(variable, name)


def test_originals_cost_until_the_bucket_has_forgotten_them() -> None:
    """Deleted after `original_days`, and billed while they can still be restored."""
    uploads = (ROOT / "terraform/buckets.tf").read_text().partition('"google_storage_bucket" "uploads"')[2]
    restorable = re.search(r"retention_duration_seconds = (\d+)", uploads)
    assert restorable is not None
    assert FIGURES["ORIGINAL_DAYS"] == terraform_default("original_days") + int(restorable[1]) / 86_400


def test_a_relay_has_as_many_connections_to_redis_as_its_pool_permits() -> None:
    """And one for its subscription."""
    assert FIGURES["RELAY_CONNECTIONS"] == MAX_CONNECTIONS + 1


def test_snapshots_are_computed_as_often_as_they_are_recorded() -> None:
    """Each room whose film plays writes one."""
    assert FIGURES["SNAPSHOT_EVERY_S"] * 1000 == SNAPSHOT_EVERY_MS


def test_every_price_names_its_page_and_its_day() -> None:
    """Or says that it was not verified; "the same" refers to the line above."""
    source = (ROOT / "docs/figures.py").read_text().partition("# ---- prices")[2].partition("# ---- a film night")[0]
    page = False
    for line in re.findall(r"^[A-Z].*(?:\n    .*|\n\))*", source, re.MULTILINE):
        comment = line.partition("#")[2]
        page = "https://" in line or (page and "same" in comment) or line.startswith(("HOURS_MONTH", "FIRESTORE"))
        assert page, line
    assert source.count("not verified") == 3  # the heading explains it, and two prices are


def test_a_short_film_costs_a_minute_of_every_task() -> None:
    """Cloud Run bills a task for a minute at least, so a clip costs as much as the film that fills the minutes."""
    least = FIGURES["transcode_price"](1 / 60)
    assert least == FIGURES["TASKS"] * FIGURES["TASK_VCPU"] * 60 * (FIGURES["VCPU_S"] + FIGURES["GIB_S"])
    assert FIGURES["transcode_price"](2.0) > 2 * least


def test_a_relay_is_full_at_the_target_of_the_autoscaling() -> None:
    """At 60 % of its sockets, or of its core if viewers cost so much that this comes first, or of its memory."""
    assert replace(MEASURED, relay_cpu=0.0001).viewers_per_relay == pytest.approx(600)
    assert replace(MEASURED, relay_cpu=0.002).viewers_per_relay == pytest.approx(300)
    assert replace(MEASURED, relay_kib=8 * 1024).viewers_per_relay == pytest.approx(102.4)


def test_limits_come_in_the_order_in_which_they_are_reached() -> None:
    """And what is measured decides: with dear commands Redis is the first."""
    reached = [each.viewers for each in FIGURES["limits"](MEASURED)]
    assert reached == sorted(reached)
    assert FIGURES["limits"](replace(MEASURED, redis_cpu=0.001))[0].part == "Redis, its core"


def test_a_million_viewers_cost_more_if_they_cost_more() -> None:
    """Each measured figure reaches the table of a million viewers."""

    def price(part: str, **changes: float) -> float:
        parts = {each.part: float(each.usd_h) for each in FIGURES["million"](replace(MEASURED, **changes))}
        return parts[part]

    assert price("relays", relay_cpu=0.002) == pytest.approx(2 * price("relays", relay_cpu=0.0001), rel=0.01)
    assert price("Redis", redis_cpu=0.0001) > 2 * price("Redis", redis_cpu=0.00001)
