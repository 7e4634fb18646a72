"""Facts of an imaginary film that can be copied; each test varies them."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from watchparty_transcoder.plan.models import AudioFacts, Colour, Facts, Keyframe, VideoFacts

TIMESCALE = 15_360


def video(**changes: Any) -> VideoFacts:
    """A minute of 1080p30 H.264 High with a keyframe every two seconds."""
    usual = VideoFacts(
        index=0,
        codec="h264",
        profile="High",
        level=40,
        width=1920,
        height=1080,
        colour=Colour(primaries="bt709", transfer="bt709", matrix="bt709"),
        rate=Fraction(30),
        base_rate=Fraction(30),
        duration_s=60.0,
        bit_rate=8_000_000,
        time_base=Fraction(1, TIMESCALE),
        reorder=1024,
        keyframes=tuple(Keyframe(decode=place * 2 * TIMESCALE - 1024, bytes_to_next=2_000_000) for place in range(30)),
        configuration=b"\x01\x64\x00\x28",
    )
    return replace(usual, **changes)


def audio(**changes: Any) -> AudioFacts:
    """AAC-LC stereo, as long as the video."""
    usual = AudioFacts(
        index=1,
        codec="aac",
        profile="LC",
        sample_rate=48_000,
        channels=2,
        duration_s=60.01,
        configuration=b"\x11\x90",
        largest_gap_s=0.0,
    )
    return replace(usual, **changes)


def facts(**changes: Any) -> Facts:
    usual = Facts(size_bytes=60_000_000, demuxer="mov", seekable=True, duration_s=60.0, video=video(), audio=(audio(),))
    return replace(usual, **changes)
