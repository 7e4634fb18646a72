"""Writes HLS playlists as text. Pure.

Media playlists are of type EVENT: they only grow, and end with ENDLIST. So every state is a valid playlist, and a later
state never contradicts an earlier one. Every URI is relative to the playlist that names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

VERSION = 7  # fragmented MP4 with EXT-X-MAP, fractional EXTINF
AUDIO_GROUP = "audio"
SUBTITLE_GROUP = "subtitles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A rendition in the master playlist, chosen by quality."""

    uri: str
    bandwidth: int
    average_bandwidth: int | None
    codecs: str
    width: int = 0
    height: int = 0
    frame_rate: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackEntry:
    """A track in the master playlist, chosen by language."""

    uri: str
    language: str
    label: str
    default: bool
    forced: bool = False
    channels: int = 0
    images: str | None = None  # the list of its pictures, for subtitles that are no text


def media_playlist(
    *, durations: Sequence[float], names: Sequence[str], init: str | None, longest: float, complete: bool
) -> str:
    """`longest` is the longest planned segment: the target duration must not change while the playlist grows."""
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{max(1, ceil(longest))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        # without it, a player treats a growing playlist as a live stream and begins at its end
        "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES",
    ]
    if init is not None:
        lines.append(f'#EXT-X-MAP:URI="{init}"')
    for duration, name in zip(durations, names, strict=True):
        lines += [f"#EXTINF:{duration:.6f},", name]
    if complete:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def master_playlist(
    *, variants: Sequence[Variant], audio: Sequence[TrackEntry], subtitles: Sequence[TrackEntry]
) -> str:
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_media("AUDIO", AUDIO_GROUP, choice) for choice in audio]
    lines += [_media("SUBTITLES", SUBTITLE_GROUP, choice) for choice in subtitles]
    groups = [f'AUDIO="{AUDIO_GROUP}"'] if audio else []
    groups += [f'SUBTITLES="{SUBTITLE_GROUP}"'] if subtitles else []
    for variant in variants:
        lines += ["#EXT-X-STREAM-INF:" + ",".join(_attributes(variant) + groups), variant.uri]
    return "\n".join(lines) + "\n"


def _attributes(variant: Variant) -> list[str]:
    attributes = [f"BANDWIDTH={variant.bandwidth}"]
    if variant.average_bandwidth is not None:
        attributes.append(f"AVERAGE-BANDWIDTH={variant.average_bandwidth}")
    attributes.append(f'CODECS="{variant.codecs}"')
    if variant.width:
        attributes.append(f"RESOLUTION={variant.width}x{variant.height}")
        attributes.append(f"FRAME-RATE={variant.frame_rate:.3f}")
    return attributes


def _media(kind: str, group: str, choice: TrackEntry) -> str:
    flags = ["DEFAULT=" + ("YES" if choice.default else "NO")]
    # players select a forced track on their own, any other subtitle track only when the viewer chooses it
    automatic = kind == "AUDIO" or choice.default or choice.forced
    flags.append("AUTOSELECT=" + ("YES" if automatic else "NO"))
    if kind == "SUBTITLES":
        flags.append("FORCED=" + ("YES" if choice.forced else "NO"))
    if choice.channels:
        flags.append(f'CHANNELS="{choice.channels}"')
    if choice.images:
        flags.append(f'X-IMAGES="{choice.images}"')  # our own attribute, which other players ignore (RFC 8216, 4.2)
    return (
        f'#EXT-X-MEDIA:TYPE={kind},GROUP-ID="{group}",NAME="{choice.label}",LANGUAGE="{choice.language}",'
        + ",".join(flags)
        + f',URI="{choice.uri}"'
    )
