"""Every file gets one exact output rate."""

from fractions import Fraction

import pytest

from watchparty_transcoder.plan.frame_rate import output_rate

NTSC_FILM, NTSC = Fraction(24000, 1001), Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("average", "base", "expected"),
    [
        (Fraction(25), Fraction(25), Fraction(25)),
        (NTSC_FILM, NTSC_FILM, NTSC_FILM),
        (Fraction(2397, 100), NTSC_FILM, NTSC_FILM),
        (Fraction(24), Fraction(24), Fraction(24)),
        (Fraction(3456000, 115241), Fraction(30), Fraction(30)),
        (Fraction(2967, 100), Fraction(90_000), NTSC),
        (Fraction(2985, 100), Fraction(2985, 100), NTSC),
        (Fraction(60000, 1001), Fraction(60000, 1001), Fraction(60000, 1001)),
        (Fraction(120), Fraction(120), Fraction(60)),
        (Fraction(240), Fraction(240), Fraction(60)),
        (Fraction(120000, 1001), Fraction(120000, 1001), Fraction(60000, 1001)),
        (Fraction(33), Fraction(60), Fraction(60)),
        (Fraction(27), Fraction(27), NTSC),
        (Fraction(1), Fraction(1), Fraction(10)),
        (Fraction(0), Fraction(0), Fraction(25)),
        (Fraction(0), Fraction(50), Fraction(50)),
        (Fraction(61), Fraction(61), Fraction(48)),
    ],
)  # fmt: skip
def test_rate(average: Fraction, base: Fraction, expected: Fraction) -> None:
    """Snaps to a near standard rate, rounds up between two, halves rates above 60, uses the base rate if variable."""
    assert output_rate(average, base) == expected
