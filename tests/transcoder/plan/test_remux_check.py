"""What is copied, and which condition prevents it."""

from fractions import Fraction
from typing import Any

import pytest

from transcoder.facts import TIMESCALE, audio, facts, video
from watchparty_transcoder.plan import remux_check
from watchparty_transcoder.plan.models import Colour, Keyframe


def test_a_common_film_is_copied() -> None:
    """H.264 High at 1080p30 with a keyframe every two seconds passes every condition."""
    assert remux_check.why_video_not_copied(facts(), video(), video_leads=True) == ()


@pytest.mark.parametrize(
    ("changes", "condition"),
    [
        ({"codec": "hevc"}, "codec is H.264, VP9 or AV1"),
        ({"profile": "High 10"}, "profile that browsers play"),
        ({"pix_fmt": "yuv422p"}, "8 bit 4:2:0"),
        ({"bit_depth": 10}, "8 bit 4:2:0"),
        ({"level": 52}, "level at most 5.1"),
        ({"width": 3840, "height": 2160}, "at most 1080p"),
        ({"rate": Fraction(120)}, "at most 60 frames a second"),
        ({"interlaced": True}, "progressive"),
        ({"rotation": 90}, "upright"),
        ({"pixel_aspect": Fraction(4, 3)}, "square pixels"),
        ({"colour": Colour(transfer="smpte2084")}, "standard dynamic range"),
        ({"configuration": b""}, "parameter sets in the header"),
        ({"sample_entries": 2}, "one sample description"),
        ({"trimmed": True}, "shown from its first frame"),
        ({"keyframes": ()}, "cut points in the index"),
        ({"keyframes": (Keyframe(decode=TIMESCALE, bytes_to_next=1),)}, "begins with a cut point"),
        ({"keyframes": (Keyframe(decode=-1024, bytes_to_next=9),)}, "cut points at most 10.5 s apart"),
        (
            {"keyframes": tuple(Keyframe(decode=n * 2 * TIMESCALE - 1024, bytes_to_next=13 << 20) for n in range(30))},
            "segments of at most 12 MB",
        ),
        (
            {"keyframes": tuple(Keyframe(decode=n * 2 * TIMESCALE - 1024, bytes_to_next=6_000_000) for n in range(30))},
            "at most 20 Mb/s",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_condition_is_named(changes: dict[str, Any], condition: str) -> None:
    """A film that violates one condition is not copied, and the plan names that condition."""
    changed = video(**changes)
    assert condition in remux_check.why_video_not_copied(facts(video=changed), changed, video_leads=True)


def test_every_condition_has_its_test() -> None:
    """Every condition is violated by one of the cases above."""
    (marked,) = [mark for mark in test_each_condition_is_named.pytestmark if mark.name == "parametrize"]
    assert {name for name, _ in remux_check.VIDEO_CONDITIONS} == {condition for _, condition in marked.args[1]}


@pytest.mark.parametrize(
    ("frames_apart", "copied"), [(250, True), (264, False)], ids=["x264's usual 250 frames", "every eleven seconds"]
)
def test_how_far_apart_cut_points_may_be(frames_apart: int, copied: bool) -> None:
    """Viewers who join or seek would wait too long for a longer segment than those of most downloaded films."""
    ticks = TIMESCALE * 1001 // 24_000
    keyframes = tuple(Keyframe(decode=n * ticks - 1024, bytes_to_next=9) for n in range(0, 1438, frames_apart))
    film = video(keyframes=keyframes)
    assert (remux_check.why_video_not_copied(facts(video=film), film, video_leads=True) == ()) is copied


@pytest.mark.parametrize(
    ("changes", "copied"),
    [
        ({"demuxer": "matroska"}, True),
        ({"demuxer": "mpegts"}, True),
        ({"demuxer": "flv"}, True),
        ({"fragmented": True}, True),
        ({"demuxer": "avi"}, False),
        ({"demuxer": "mpeg"}, False),
        ({"demuxer": "h264"}, False),
    ],
    ids=str,
)
def test_containers_that_are_copied(changes: dict[str, Any], copied: bool) -> None:
    """Those that say when each frame is shown."""
    failed = remux_check.why_video_not_copied(facts(**changes), video(), video_leads=True)
    assert failed == (() if copied else ("a container with times for each frame",))


def test_audio_of_other_containers() -> None:
    """Without an index, gaps are found while the audio is copied; MPEG program streams and AVI are encoded."""
    unlisted = audio(largest_gap_s=None)
    allowed = {
        demuxer: remux_check.audio_can_be_copied(facts(demuxer=demuxer), unlisted, origin_s=0, end_s=60)
        for demuxer in ("mov", "matroska", "mpegts", "flv", "mpeg", "avi")
    }
    assert [demuxer for demuxer, copied in allowed.items() if copied] == ["matroska", "mpegts", "flv"]
    assert remux_check.audio_can_be_copied(facts(fragmented=True), unlisted, origin_s=0, end_s=60)


def test_audio_before_the_video_prevents_copying() -> None:
    """A film whose audio begins first needs frames that the original does not have."""
    assert remux_check.why_video_not_copied(facts(), video(), video_leads=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"codec": "mp3"},
        {"profile": "HE-AAC"},
        {"channels": 6},
        {"sample_rate": 22_050},
        {"configuration": b""},
        {"largest_gap_s": None},
        {"largest_gap_s": 0.2},
        {"start_s": 1.5},
        {"duration_s": 58.0},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_audio_that_is_encoded(changes: dict[str, Any]) -> None:
    """Everything but AAC-LC stereo or mono that covers the whole film without a gap."""
    assert remux_check.audio_can_be_copied(facts(), audio(), origin_s=0, end_s=60)
    assert not remux_check.audio_can_be_copied(facts(), audio(**changes), origin_s=0, end_s=60)
