"""The published figures are computed from samples, turn by turn."""

import pytest

from bench.relay.cells import SHAPES
from bench.relay.rows import rows

PROMISED = {
    *("room10k_p99_vs_c", "vs_socketio", "vs_ws", "vs_c_joined", "p99_vs_socketio", "joins_vs_socketio"),
    *("kb_per_idle", "stalled_p99_ratio", "redis_added_p99_ms", "kill9_p99_s", "flush_jump_ms"),
}


class AnySamples(dict[str, list[float]]):
    """Has samples under every name."""

    def __missing__(self, name: str) -> list[float]:
        return [2.0, 4.0, 3.0]


def test_every_promised_figure_is_in_the_result() -> None:
    """Each goal of the relay has a row."""
    kept = {
        cell: AnySamples()
        for cell in ("huge", "saturation", "low", "joins", "idle", "stalled", "hop", "kill9", "flush", "viewers")
    }
    assert {row.key for row in rows(kept)} >= PROMISED


def test_a_ratio_is_taken_within_a_turn_and_over_all_shapes() -> None:
    """The geometric mean over the three room sizes, then the median over the turns."""
    samples = AnySamples()
    for size, (ours, theirs) in zip(
        SHAPES, (([80, 10], [10, 10]), ([10, 10], [10, 10]), ([10, 270], [10, 10])), strict=True
    ):
        samples[f"relay, rooms of {size}, deliveries/s"] = [float(each) for each in ours]
        samples[f"socket.io, rooms of {size}, deliveries/s"] = [float(each) for each in theirs]
        for other in ("ws", "c", "c joined", "relay+redis", "home relay"):
            samples[f"{other}, rooms of {size}, deliveries/s"] = [1.0, 1.0]
    (row,) = [row for row in rows({"saturation": samples}) if row.key == "vs_socketio"]
    assert row.value == pytest.approx((2 + 3) / 2)
    assert (row.goal, row.moonshot, row.at_least) == (6, 8, True)
