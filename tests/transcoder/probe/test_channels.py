"""Channels are counted and placed as libav describes them, without the part of PyAV that crashes."""

import pytest

from watchparty_transcoder.probe.channels import positions


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("mono, s16, 768 kb/s", ("NONE",)),
        ("stereo, fltp, 128 kb/s (default)", ("NONE",) * 2),
        ("5.1(side), fltp, 448 kb/s", ("NONE",) * 6),
        ("7.1.4, fltp", ("NONE",) * 12),
        ("hexadecagonal, s16", ("NONE",) * 16),
        ("12 channels, s16", ("NONE",) * 12),
        ("1 channels (FR), s16", ("FR",)),
        ("3 channels (FL+FR+LFE), s16", ("FL", "FR", "LFE")),
        ("ambisonic 1, fltp", ("AMBI0", "AMBI1", "AMBI2", "AMBI3")),
        ("something new, s16", ("NONE",) * 2),
    ],
)
def test_positions(layout: str, expected: tuple[str, ...]) -> None:
    """Every form of description; an unknown one counts as stereo."""
    assert positions(layout) == expected
