"""What a player sees of the film that we have made: each rendition, each sound track, each cue."""

from array import array
from pathlib import Path

import av

from transcoder.differential.reference import plain_text
from transcoder.differential.seen import HEIGHT, RATE, WIDTH, Cue, Picture, Sound, frame, placed


def picture(playlist: Path) -> Picture:
    found = Picture()
    with av.open(str(playlist)) as container:
        stream = container.streams.video[0]
        last_s = 0.0
        for decoded in container.decode(stream):
            small = decoded.reformat(WIDTH, HEIGHT, "rgb24", interpolation="AREA")
            found.frames.append(frame(float(decoded.time or 0), _pixels(small)))
            last_s = float((decoded.duration or 0) * (decoded.time_base or 0))
        pixel = stream.sample_aspect_ratio or 1
        found.aspect = float(stream.codec_context.width * pixel / stream.codec_context.height)
    found.ends_s = found.frames[-1].time_s + last_s
    return found


def _pixels(small: av.VideoFrame) -> bytes:
    plane = small.planes[0]
    data = bytes(plane)
    return b"".join(data[line * plane.line_size :][: WIDTH * 3] for line in range(HEIGHT))


def sound(playlist: Path) -> Sound:
    pieces = []
    with av.open(str(playlist)) as container:
        stream = container.streams.audio[0]
        channels = stream.codec_context.channels
        layout = "stereo" if channels > 1 else "mono"
        resampler = av.AudioResampler(format="flt", layout=layout, rate=RATE)
        for decoded in container.decode(stream):
            for piece in resampler.resample(decoded):
                pieces.append((piece.time or 0.0, _samples(piece, channels)))
        for piece in resampler.resample(None):
            pieces.append((piece.time or 0.0, _samples(piece, channels)))
    return placed(pieces, channels)


def _samples(piece: av.AudioFrame, channels: int) -> "array[float]":
    return array("f", bytes(piece.planes[0])[: piece.samples * channels * 4])


def cues(path: Path) -> list[Cue]:
    """From WebVTT."""
    found = []
    for block in path.read_text().split("\n\n"):
        head, _, text = block.partition("\n")
        if " --> " in head:
            begin, end = (each.split()[0] for each in head.split(" --> "))
            found.append(Cue(_seconds(begin), _seconds(end), plain_text(text)))
    return found


def _seconds(timestamp: str) -> float:
    hours, minutes, seconds = timestamp.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
