"""The poster of a film, and the thumbnails for its timeline.

The poster is taken from the original. Of a handful of moments, the one with the largest JPEG wins: at a fixed quality
that is the frame with the most detail, so neither black nor blurred. Sprites are made from existing segments: each
begins with a keyframe, and only those keyframes are decoded.
"""

import logging
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate

from watchparty_transcoder.errors import PlanMismatch, ToolFailed
from watchparty_transcoder.ffmpeg import stills
from watchparty_transcoder.ffmpeg.process import retry_if_killed
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.mp4.boxes import HEADER_BYTES, find
from watchparty_transcoder.mp4.reader import samples
from watchparty_transcoder.mp4.writer import Sample, media_segment
from watchparty_transcoder.plan.models import VideoPlan
from watchparty_transcoder.publish.progress import VideoProgress
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage
from watchparty_transcoder.subtitles.webvtt import timestamp

log = logging.getLogger(__name__)

MOMENTS = tuple(Fraction(percent, 100) for percent in (10, 25, 40, 60))
FURTHER_MOMENTS = tuple(Fraction(percent, 100) for percent in (5, 15, 20, 30, 35, 50, 70, 80))
PLAIN = 0.03
"""Bytes per pixel: a frame this easy to compress shows little or nothing."""
TIMEOUT_S = 120.0
EVERY_S = 8.0
"""Between thumbnails, in films that are not short."""
SHORT_FILM_S = 400.0
"""Shorter films have a thumbnail per segment."""
LONG_SIDE = 160
COLUMNS, ROWS = 10, 10


def make_poster(encoder: Encoder, video: VideoPlan) -> None:
    best = b""
    width, height = stills.poster_size(video)
    for moment in (*MOMENTS, *FURTHER_MOMENTS):
        if moment in FURTHER_MOMENTS and len(best) > PLAIN * width * height:
            break
        frame = int(moment * video.grid.frames)
        command = stills.still(encoder.ffmpeg(), encoder.source, encoder.plan, video, frame)
        best = max(best, _still(encoder, command), key=len)
    if not best:
        raise ToolFailed("no frame was suitable for a poster")
    encoder.storage.create(layout.POSTER, best)


def make_audio_poster(encoder: Encoder) -> None:
    """The poster of an audio recording: its cover art if it has any, else its waveform."""
    plan = encoder.plan
    command = (
        stills.cover(encoder.ffmpeg(), encoder.source, plan, plan.cover)
        if plan.cover is not None
        else stills.waveform(encoder.ffmpeg(), encoder.source, plan, plan.audio[0].stream)
    )
    image = _still(encoder, command)
    if not image:
        raise ToolFailed("no image was produced")
    encoder.storage.create(layout.POSTER, image)


def _still(encoder: Encoder, command: list[str]) -> bytes:
    def read() -> bytes:
        with encoder.processes.run(command, timeout_s=TIMEOUT_S) as running:
            return running.stdout.read()

    return retry_if_killed(read)


def make_sprites(encoder: Encoder, rendition: VideoProgress) -> None:
    """Sheets of thumbnails, and a WebVTT file that maps each time to a region of a sheet.

    `rendition` is complete. Its segments count, because the bounds of some copies are an estimate.
    """
    starts = [0.0, *accumulate(segment.duration_s for segment in rendition.playable_segments())]
    duration_s = starts[-1]
    stride = 1 if duration_s <= SHORT_FILM_S else max(1, round(EVERY_S * rendition.expected / duration_s))
    chosen = range(0, rendition.expected, stride)
    width, height = _thumbnail_size(rendition.width, rendition.height)
    lines = ["WEBVTT"]
    for sheet, first in enumerate(range(0, len(chosen), COLUMNS * ROWS)):
        numbers = chosen[first : first + COLUMNS * ROWS]
        rows = -(-len(numbers) // COLUMNS)
        command = stills.sprite_sheet(encoder.ffmpeg(), width, height, columns=COLUMNS, rows=rows)
        with encoder.processes.run(
            command, timeout_s=TIMEOUT_S, stdin=_keyframes(encoder.storage, rendition, numbers)
        ) as running:
            image = running.stdout.read()
        if not image:
            raise ToolFailed("no sprite sheet was produced")
        encoder.storage.create(layout.sprite_sheet(sheet), image)
        for index, number in enumerate(numbers):
            end = starts[min(number + stride, rendition.expected)]
            x, y = index % COLUMNS * width, index // COLUMNS * height
            region = f"{layout.sprite_sheet(sheet)}#xywh={x},{y},{width},{height}"
            lines.append(f"\n{timestamp(starts[number])} --> {timestamp(end)}\n{region}")
    encoder.storage.create(layout.SPRITES, ("\n".join(lines) + "\n").encode())


def _thumbnail_size(width: int, height: int) -> tuple[int, int]:
    scale = LONG_SIDE / max(width, height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _keyframes(storage: Storage, rendition: VideoProgress, numbers: Sequence[int]) -> Iterator[bytes]:
    """A stream of the first frame of each of these segments, one per second."""
    yield storage.read(layout.init(rendition.name)) or b""
    for second, number in enumerate(numbers):
        name = layout.segment(rendition.name, number)
        data = storage.read(name) or b""
        moof, mdat = find(data, b"moof"), find(data, b"mdat")
        if moof is None or mdat is None:
            raise PlanMismatch(f"{name} is incomplete")
        base = mdat.start - moof.start + HEADER_BYTES
        _, first = next(samples(data[moof.start : moof.end], data[mdat.start : mdat.end], data_base=base))
        at = second * rendition.timescale
        yield media_segment(second + 1, [Sample(first.data, at, at, rendition.timescale, sync=True)])
