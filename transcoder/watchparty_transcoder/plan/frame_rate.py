"""Which constant frame rate a file gets. Pure.

Files lie about their rate by a little (29.67 for 29.97) and by a lot (a variable rate whose average means nothing);
segments in whole frames need one exact rate. So: snap what is near a standard rate, never go above 60, and give the
next higher standard rate to what lies between, because a doubled frame is not seen and a dropped one is.
"""

from fractions import Fraction

NTSC = Fraction(1000, 1001)
STANDARD = tuple(
    sorted(
        [Fraction(rate) for rate in (10, 12, 15, 20, 24, 25, 30, 48, 50, 60)] + [rate * NTSC for rate in (24, 30, 60)]
    )
)
HIGHEST = Fraction(60)
SNAP = Fraction(3, 400)  # 0.75 %: joins 29.8 to 29.97 and 24.1 to 24, keeps 23.976 and 24 apart by being nearest
VARIABLE = Fraction(21, 20)  # a base rate this far above the average means that frames are missing on purpose


def output_rate(average: Fraction, base: Fraction) -> Fraction:
    """The rate of every encoded rendition, from the file's average and the lowest rate expressing its times."""
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
