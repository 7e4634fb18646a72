"""The picture that stands for a film, and the small ones that appear over the time line.

A poster is taken from the original; of a handful of moments the one whose JPEG is largest wins: at one quality that is
the one with the most detail, which is neither black nor blurred. Sprites come from segments that exist already: each
begins with a keyframe, so nothing but those keyframes is decoded.
"""

import logging
from collections.abc import Iterator, Sequence
from fractions import Fraction

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
PLAIN = 0.03  # bytes a pixel: a frame this easy to compress shows little or nothing
TIMEOUT_S = 120.0
EVERY_S = 8.0  # between thumbnails, in films long enough
SHORT_FILM_S = 400.0  # in shorter ones every segment has one
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
        raise ToolFailed("no frame could be made into a poster")
    encoder.storage.create(layout.POSTER, best)


def make_card(encoder: Encoder) -> None:
    """What stands for a recording without a picture: its cover if it has one, else the shape of its sound."""
    plan = encoder.plan
    command = (
        stills.cover(encoder.ffmpeg(), encoder.source, plan, plan.cover)
        if plan.cover is not None
        else stills.waveform(encoder.ffmpeg(), encoder.source, plan, plan.audio[0].stream)
    )
    card = _still(encoder, command)
    if not card:
        raise ToolFailed("no card could be made")
    encoder.storage.create(layout.POSTER, card)


def _still(encoder: Encoder, command: list[str]) -> bytes:
    def read() -> bytes:
        with encoder.processes.run(command, timeout_s=TIMEOUT_S) as running:
            return running.stdout.read()

    return retry_if_killed(read)


def make_sprites(encoder: Encoder, rendition: VideoProgress) -> None:
    """Sheets of thumbnails, and a WebVTT that says which part of which sheet belongs to which time."""
    starts = [place / rendition.timescale for place in rendition.bounds]
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
            command, timeout_s=TIMEOUT_S, fed=_keyframes(encoder.storage, rendition, numbers)
        ) as running:
            image = running.stdout.read()
        if not image:
            raise ToolFailed("no sprite sheet came out")
        encoder.storage.create(layout.sprite_sheet(sheet), image)
        for place, number in enumerate(numbers):
            end = starts[min(number + stride, rendition.expected)]
            x, y = place % COLUMNS * width, place // COLUMNS * height
            where = f"{layout.sprite_sheet(sheet)}#xywh={x},{y},{width},{height}"
            lines.append(f"\n{timestamp(starts[number])} --> {timestamp(end)}\n{where}")
    encoder.storage.create(layout.SPRITES, ("\n".join(lines) + "\n").encode())


def _thumbnail_size(width: int, height: int) -> tuple[int, int]:
    scale = LONG_SIDE / max(width, height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _keyframes(storage: Storage, rendition: VideoProgress, numbers: Sequence[int]) -> Iterator[bytes]:
    """A film of nothing but the first frame of each of these segments, one a second."""
    yield storage.read(layout.init(rendition.name)) or b""
    for second, number in enumerate(numbers):
        name = layout.segment(rendition.name, number)
        data = storage.read(name) or b""
        moof, mdat = find(data, b"moof"), find(data, b"mdat")
        if moof is None or mdat is None:
            raise PlanMismatch(f"{name} is not whole")
        base = mdat.start - moof.start + HEADER_BYTES
        _, first = next(samples(data[moof.start : moof.end], data[mdat.start : mdat.end], data_base=base))
        at = second * rendition.timescale
        yield media_segment(second + 1, [Sample(first.data, at, at, rendition.timescale, sync=True)])
