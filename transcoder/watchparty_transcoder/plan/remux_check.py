"""Whether the original's own video or audio can be given to browsers without encoding. Pure.

Every condition has a name, and the plan stores the names of those that fail, so that "why was this re-encoded?" has an
answer. Each condition excludes copies that would not play, not play everywhere, or play incorrectly.
"""

from collections.abc import Callable
from itertools import pairwise

from watchparty_transcoder.plan.models import AAC_FRAME, H264, AudioFacts, Facts, VideoFacts

LONGEST_SEGMENT_S = 10.5
"""Every seek waits for a whole segment, and so does the first frame. x264 places a keyframe every 250 frames at least,
which at the rate of films are 10.43 s."""
LARGEST_SEGMENT_BYTES = 12 << 20
"""Browsers refuse to buffer much more at once."""
HIGHEST_BIT_RATE = 20_000_000
HIGHEST_LEVEL = 51
LONG_SIDE, SHORT_SIDE = 1920, 1088
HIGHEST_RATE = 60.5
AUDIO_MAY_MISS_S = 0.25
"""At either end; if more is missing, it has to be filled with silence."""
AUDIO_GAP_S = 0.05
"""Players bridge that much between two frames."""
PROFILES = {
    H264: ("Baseline", "Constrained Baseline", "Main", "High"),
    "vp9": ("Profile 0",),
    "av1": ("Main",),
}
"""By codec, as libav names them. Browsers that play VP9 or AV1 choose it; for the others there is always H.264."""
COPIED_RATES = (44_100, 48_000)

CONTAINERS = ("mov", "matroska", "mpegts", "flv")
"""Demuxers of files whose frames carry the times at which they are shown."""

Condition = tuple[str, Callable[[VideoFacts], bool]]

VIDEO_CONDITIONS: tuple[Condition, ...] = (
    ("codec is H.264, VP9 or AV1", lambda video: video.codec in PROFILES),
    ("profile that browsers play", lambda video: video.profile in PROFILES.get(video.codec, ())),
    ("8 bit 4:2:0", lambda video: video.pix_fmt in ("yuv420p", "yuvj420p") and video.bit_depth == 8),
    ("level at most 5.1", lambda video: video.codec != H264 or 0 < video.level <= HIGHEST_LEVEL),
    ("at most 1080p", lambda video: max(_size(video)) <= LONG_SIDE and min(_size(video)) <= SHORT_SIDE),
    ("at most 60 frames a second", lambda video: 0 < video.rate <= HIGHEST_RATE),
    ("progressive", lambda video: not video.interlaced),
    ("upright", lambda video: video.rotation == 0),
    ("square pixels", lambda video: video.pixel_aspect == 1),
    ("standard dynamic range", lambda video: video.colour.transfer not in ("smpte2084", "arib-std-b67")),
    ("parameter sets in the header", lambda video: bool(video.configuration)),
    ("one sample description", lambda video: video.sample_entries == 1),
    ("shown from its first frame", lambda video: not video.trimmed),
    ("cut points in the index", lambda video: bool(video.keyframes)),
    ("begins with a cut point", lambda video: bool(video.keyframes) and _first_cut(video) == 0),
    ("cut points at most 10.5 s apart", lambda video: _longest_gap_s(video) <= LONGEST_SEGMENT_S),
    ("segments of at most 12 MB", lambda video: _largest_segment(video) <= LARGEST_SEGMENT_BYTES),
    ("at most 20 Mb/s", lambda video: average_bit_rate(video) <= HIGHEST_BIT_RATE),
)


def why_video_not_copied(facts: Facts, video: VideoFacts, *, video_leads: bool) -> tuple[str, ...]:
    """The names of the conditions that fail; empty if the video can be copied."""
    failed = [name for name, holds in VIDEO_CONDITIONS if not holds(video)]
    if facts.demuxer not in CONTAINERS:
        failed.insert(0, "a container with times for each frame")
    if not video_leads:
        failed.append("sound does not begin before the picture")
    return tuple(failed)


def lists_every_frame(facts: Facts) -> bool:
    """Whether an index of all frames was read; otherwise they are checked while they are copied."""
    return facts.demuxer == "mov" and not facts.fragmented


def audio_can_be_copied(facts: Facts, audio: AudioFacts, *, origin_s: float, end_s: float) -> bool:
    """AAC-LC, stereo or mono, that covers the whole film without gaps, as far as the index shows them."""
    gap_s = audio.largest_gap_s
    return (
        facts.demuxer in CONTAINERS
        and audio.codec == "aac"
        and audio.profile == "LC"
        and audio.channels in (1, 2)
        and audio.sample_rate in COPIED_RATES
        and bool(audio.configuration)
        and (not lists_every_frame(facts) or (gap_s is not None and gap_s <= AUDIO_GAP_S))
        and audio.start_s <= origin_s + AAC_FRAME / audio.sample_rate
        and audio.start_s + audio.duration_s >= end_s - AUDIO_MAY_MISS_S
    )


def average_bit_rate(video: VideoFacts) -> float:
    coded = sum(keyframe.bytes_to_next for keyframe in video.keyframes)
    return coded * 8 / video.duration_s if coded and video.duration_s else float(video.bit_rate)


def _size(video: VideoFacts) -> tuple[int, int]:
    return video.width, video.height


def _first_cut(video: VideoFacts) -> float:
    """Seconds from the first frame to the first cut point."""
    present = float((video.keyframes[0].decode + video.reorder) * video.time_base)
    return round(present - video.start_s, 6)


def _longest_gap_s(video: VideoFacts) -> float:
    times = [float(keyframe.decode * video.time_base) for keyframe in video.keyframes]
    if not times:
        return 0.0
    return max(following - this for this, following in pairwise([*times, times[0] + video.duration_s]))


def _largest_segment(video: VideoFacts) -> int:
    return max((keyframe.bytes_to_next for keyframe in video.keyframes), default=0)
