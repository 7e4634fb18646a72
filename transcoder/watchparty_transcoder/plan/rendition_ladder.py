"""Chooses the renditions of a film. Pure.

Renditions are chosen by the short side, so that a portrait film gets the same ones as a landscape film. A film is never
enlarged, and a rendition has to gain something over the one below it and over the copied original.
"""

from fractions import Fraction
from math import ceil

from watchparty_transcoder.plan.models import Grid, RenditionPlan

STANDARD_RATES = {
    1080: 5_000_000,
    720: 2_800_000,
    480: 1_400_000,
    360: 800_000,
}  # bits per second at up to 30 frames per second
HIGHEST = 1080
FAST_RATE = 1.5
"""ultrafast needs more bits for the same quality."""
LADDER_CRF, FAST_CRF = 23, 26
GAIN = 1.3
"""A rendition's rate has to be this many times that of the next lower one."""
HIGH_RATE_FACTOR = 1.5
"""For more than 30 frames per second: twice the frames, each more similar to its neighbour."""
COPY_IS_ENOUGH = 2.0
"""Times the rate of a rendition of the same size: a heavier original gets that rendition too."""
FAST_SIDES = (720, 360)
CHEAP_SHORT_SIDE = 480
"""A ladder that ends here is encoded faster than it is watched, so that no fast pass is needed."""


def short_sides(short_side: int, *, copied_bit_rate: float | None) -> tuple[int, ...]:
    """The short sides of the ladder, highest first. `copied_bit_rate`: of the original, if it is copied."""
    even = short_side - short_side % 2
    wanted = [side for side in STANDARD_RATES if side <= even]
    own_size = min(even, HIGHEST)
    if own_size not in wanted:
        wanted.insert(0, own_size)
    if copied_bit_rate is not None and copied_bit_rate <= COPY_IS_ENOUGH * max_rate(own_size):
        wanted.remove(own_size)
    kept: list[int] = []
    for side in wanted:
        if not kept or max_rate(kept[-1]) >= GAIN * max_rate(side):
            kept.append(side)
    return tuple(kept)


def max_rate(short_side: int) -> int:
    """Peak bits per second for a short side, scaled between the standard ones by the number of pixels."""
    if short_side in STANDARD_RATES:
        return STANDARD_RATES[short_side]
    above = min((side for side in STANDARD_RATES if side > short_side), default=HIGHEST)
    return max(150_000, int(STANDARD_RATES[above] * (short_side / above) ** 2))


def ladder_renditions(
    grid: Grid, width: int, height: int, *, copied_bit_rate: float | None
) -> tuple[RenditionPlan, ...]:
    return tuple(
        _rendition("ladder", side, grid, width, height, crf=LADDER_CRF, factor=1.0)
        for side in short_sides(min(width, height), copied_bit_rate=copied_bit_rate)
    )


def fast_renditions(grid: Grid, width: int, height: int) -> tuple[RenditionPlan, ...]:
    """At most two, which share one decode; none if the ladder itself is cheap enough."""
    short = min(width, height)
    if short <= CHEAP_SHORT_SIDE:
        return ()
    return tuple(
        _rendition("fast", side, grid, width, height, crf=FAST_CRF, factor=FAST_RATE)
        for side in FAST_SIDES
        if side <= short
    )


def _rendition(kind: str, side: int, grid: Grid, width: int, height: int, *, crf: int, factor: float) -> RenditionPlan:
    scale = Fraction(side, min(width, height))
    rate_factor = HIGH_RATE_FACTOR if grid.rate > 31 else 1.0
    return RenditionPlan(
        name=f"v{side}/{kind}",
        width=_even(width * scale),
        height=_even(height * scale),
        crf=crf,
        max_rate=int(max_rate(side) * factor * rate_factor),
    )


def _even(length: Fraction) -> int:
    """4:2:0 halves both sides, so both have to be even."""
    return max(2, ceil(length / 2 - Fraction(1, 2)) * 2)
