"""Watches what was made, as a player would: reads the master playlist, decodes renditions, times flashes and beeps."""

import math
import re
from array import array
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import av

WHITE = 160  # mean luma of a flash; the test picture stays near 100
LOUD = 0.08


@dataclass
class WatchedVideo:
    width: int = 0
    height: int = 0
    pixel_format: str = ""
    times: list[float] = field(default_factory=list)
    flashes: list[float] = field(default_factory=list)
    pixel_aspect: float = 1.0
    colours: tuple[int, int, int, int] = (0, 0, 0, 0)  # primaries, transfer, matrix, range
    interlaced: bool = False

    @property
    def duration_s(self) -> float:
        step = (self.times[-1] - self.times[0]) / max(1, len(self.times) - 1) if len(self.times) > 1 else 0.0
        return self.times[-1] - self.times[0] + step


@dataclass
class HeardAudio:
    rate: int = 0
    channels: int = 0
    start_s: float = 0.0
    duration_s: float = 0.0
    beeps: list[float] = field(default_factory=list)
    samples: list["array[float]"] = field(default_factory=list)  # by channel


def decode_video(playlist: Path) -> WatchedVideo:
    """Every frame of a rendition, through its playlist."""
    seen = WatchedVideo()
    before = 0
    with av.open(str(playlist)) as container:
        for frame in container.decode(video=0):
            luma = bytes(frame.planes[0])[::97]
            mean = sum(luma) // len(luma)
            if mean > WHITE >= before:
                seen.flashes.append(round(frame.time, 3))
            before = mean
            seen.times.append(frame.time)
            if len(seen.times) == 1:
                seen.width, seen.height, seen.pixel_format = frame.width, frame.height, frame.format.name
                seen.colours = (frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range)
                seen.interlaced = frame.interlaced_frame
                aspect = container.streams.video[0].sample_aspect_ratio
                seen.pixel_aspect = float(aspect) if aspect else 1.0
    return seen


def decode_audio(playlist: Path) -> HeardAudio:
    """Every sample of a rendition, and where each beep begins."""
    heard = HeardAudio()
    with av.open(str(playlist)) as container:
        stream = container.streams.audio[0]
        heard.rate, heard.channels = stream.codec_context.sample_rate, stream.codec_context.channels
        heard.samples = [array("f") for _ in range(heard.channels)]
        first = None
        for frame in container.decode(audio=0):
            first = frame.time if first is None else first
            for channel, plane in zip(heard.samples, frame.planes, strict=True):
                channel.frombytes(bytes(plane)[: frame.samples * 4])
        heard.start_s = first or 0.0
    heard.duration_s = len(heard.samples[0]) / heard.rate
    heard.beeps = _beeps(heard)
    return heard


def _beeps(heard: HeardAudio) -> list[float]:
    block = heard.rate // 500  # 2 ms
    mono = heard.samples[0]
    beeps: list[float] = []
    quiet_since = 0.0
    for place in range(0, len(mono), block):
        at = heard.start_s + place / heard.rate
        if max(map(abs, mono[place : place + block])) > LOUD:
            if at - quiet_since > 0.3 or not beeps:
                beeps.append(round(at, 3))
            quiet_since = at
    return beeps


def loudness(samples: "array[float]") -> float:
    """Root mean square."""
    return math.sqrt(sum(sample * sample for sample in samples) / max(1, len(samples)))


def offsets(video: WatchedVideo, audio: HeardAudio) -> list[float]:
    """How far each beep is behind the flash next to it, from the first flash on."""
    beeps = [beep for beep in audio.beeps if beep > video.flashes[0] - 0.5]
    return [min((beep - flash for flash in video.flashes), key=abs) for beep in beeps]


@dataclass
class Master:
    variants: list[dict[str, str]]
    media: list[dict[str, str]]


def read_master(folder: Path) -> Master:
    lines = (folder / "master.m3u8").read_text().splitlines()
    variants = [
        {**attributes(line), "URI": following}
        for line, following in pairwise(lines)
        if line.startswith("#EXT-X-STREAM-INF:")
    ]
    return Master(variants, [attributes(line) for line in lines if line.startswith("#EXT-X-MEDIA:")])


def attributes(line: str) -> dict[str, str]:
    pairs = re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)', line.partition(":")[2])
    return {name: value.strip('"') for name, value in pairs}


def segments(playlist: Path) -> list[tuple[Path, float]]:
    """Files of a media playlist with their durations."""
    lines = playlist.read_text().splitlines()
    return [
        (playlist.parent / following, float(line[8:].rstrip(",")))
        for line, following in pairwise(lines)
        if line.startswith("#EXTINF:")
    ]
