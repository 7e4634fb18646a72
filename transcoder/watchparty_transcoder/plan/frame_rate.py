"""Chooses the constant frame rate of a film. Pure.

The rate that a file states may be slightly wrong (29.67 for 29.97) or meaningless (the average of a variable rate), and
segments of whole frames need one exact rate. A rate close to a standard one is snapped to it, and nothing exceeds 60.
A rate in between becomes the next higher standard rate, because a doubled frame is invisible and a dropped one is not.
"""

from fractions import Fraction

NTSC = Fraction(1000, 1001)
STANDARD = tuple(
    sorted(
        [Fraction(rate) for rate in (10, 12, 15, 20, 24, 25, 30, 48, 50, 60)] + [rate * NTSC for rate in (24, 30, 60)]
    )
)
HIGHEST = Fraction(60)
SNAP = Fraction(3, 400)
"""0.75 %: snaps 29.8 to 29.97 and 24.1 to 24; the nearer of 23.976 and 24 wins."""
VARIABLE = Fraction(21, 20)
"""A base rate this many times the average means that frames are missing on purpose."""


def output_rate(average: Fraction, base: Fraction) -> Fraction:
    """The rate of every encoded rendition, from the file's average and the lowest rate that expresses its times."""
    rate = average if average > 0 else base
    if base > rate * VARIABLE and base <= HIGHEST * (1 + SNAP):
        rate = base
    if rate <= 0:
        return Fraction(25)
    while rate > HIGHEST * (1 + SNAP):
        rate /= 2
    nearest = min(STANDARD, key=lambda standard: abs(standard - rate))
    if abs(nearest - rate) <= rate * SNAP:
        return nearest
    return next(standard for standard in STANDARD if standard > rate)
