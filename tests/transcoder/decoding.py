"""Reads output as a player would: parses the master playlist, decodes renditions, times flashes and beeps."""

import math
import re
from array import array
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import av

WHITE = 160  # mean luma of a flash; the test pattern stays near 100
LOUD = 0.08


@dataclass
class DecodedVideo:
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
class DecodedAudio:
    rate: int = 0
    channels: int = 0
    start_s: float = 0.0
    duration_s: float = 0.0
    beeps: list[float] = field(default_factory=list)
    samples: list["array[float]"] = field(default_factory=list)  # by channel


def decode_video(playlist: Path) -> DecodedVideo:
    """Decodes every frame of a rendition, through its playlist."""
    decoded = DecodedVideo()
    before = 0
    with av.open(str(playlist)) as container:
        for frame in container.decode(video=0):
            mean = mean_luma(frame)
            if mean > WHITE >= before:
                decoded.flashes.append(round(frame.time, 3))
            before = mean
            decoded.times.append(frame.time)
            if len(decoded.times) == 1:
                decoded.width, decoded.height, decoded.pixel_format = frame.width, frame.height, frame.format.name
                decoded.colours = (frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range)
                decoded.interlaced = frame.interlaced_frame
                aspect = container.streams.video[0].sample_aspect_ratio
                decoded.pixel_aspect = float(aspect) if aspect else 1.0
    return decoded


def mean_luma(frame: av.VideoFrame) -> int:
    """Of every 97th pixel, without what pads the lines of a narrow picture."""
    plane = frame.planes[0]
    data, line = bytes(plane), plane.line_size
    luma = b"".join(data[at : at + plane.width] for at in range(0, line * plane.height, line))[::97]
    return sum(luma) // len(luma)


def decode_audio(playlist: Path) -> DecodedAudio:
    """Decodes every sample of a rendition, and finds where each beep begins."""
    decoded = DecodedAudio()
    with av.open(str(playlist)) as container:
        stream = container.streams.audio[0]
        decoded.rate, decoded.channels = stream.codec_context.sample_rate, stream.codec_context.channels
        decoded.samples = [array("f") for _ in range(decoded.channels)]
        first = None
        for frame in container.decode(audio=0):
            first = frame.time if first is None else first
            for channel, plane in zip(decoded.samples, frame.planes, strict=True):
                channel.frombytes(bytes(plane)[: frame.samples * 4])
        decoded.start_s = first or 0.0
    decoded.duration_s = len(decoded.samples[0]) / decoded.rate
    decoded.beeps = _beeps(decoded)
    return decoded


def _beeps(decoded: DecodedAudio) -> list[float]:
    block = decoded.rate // 500  # 2 ms
    mono = decoded.samples[0]
    beeps: list[float] = []
    quiet_since = 0.0
    for place in range(0, len(mono), block):
        at = decoded.start_s + place / decoded.rate
        if max(map(abs, mono[place : place + block])) > LOUD:
            if at - quiet_since > 0.3 or not beeps:
                beeps.append(round(at, 3))
            quiet_since = at
    return beeps


def loudness(samples: "array[float]") -> float:
    """Root mean square."""
    return math.sqrt(sum(sample * sample for sample in samples) / max(1, len(samples)))


def offsets(video: DecodedVideo, audio: DecodedAudio) -> list[float]:
    """How far each beep is behind the nearest flash, from the first flash on."""
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
    """The files of a media playlist with their durations."""
    lines = playlist.read_text().splitlines()
    return [
        (playlist.parent / following, float(line[8:].rstrip(",")))
        for line, following in pairwise(lines)
        if line.startswith("#EXTINF:")
    ]
