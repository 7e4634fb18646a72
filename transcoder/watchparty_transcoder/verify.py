"""Looks at everything that was written before anything is called finished.

The number of segments, each one whole and beginning with a keyframe, times that continue without a gap, and a length
that is the plan's to the frame: a rung that is short must never be discovered by the person who watches it.
"""

from itertools import pairwise

from watchparty_transcoder import layout
from watchparty_transcoder.errors import NotAsPlanned
from watchparty_transcoder.mp4_boxes import HEADER_BYTES, find, walk
from watchparty_transcoder.mp4_reader import samples
from watchparty_transcoder.renditions import Progressing, Renditions
from watchparty_transcoder.storage.port import Storage


def verify(renditions: Renditions, storage: Storage) -> None:
    for each in (*renditions.picture, *renditions.sound):
        if not each.complete:
            raise NotAsPlanned(f"{each.name}: {each.ready} of {each.expected} segments")
        spans = [_span(storage, each, number) for number in range(each.expected)]
        for number, (this, following) in enumerate(pairwise(spans)):
            if this[1] != following[0]:
                raise NotAsPlanned(
                    f"{each.name}: segment {number} ends at {this[1]}, the next begins at {following[0]}"
                )
        _check_length(each, spans[0][0], spans[-1][1])


def _span(storage: Storage, rendition: Progressing, number: int) -> tuple[int, int]:
    """First and last tick of a segment."""
    name = layout.segment(rendition.name, number)
    data = storage.read(name)
    if data is None:
        raise NotAsPlanned(f"{name} is gone")
    moof, mdat = find(data, b"moof"), find(data, b"mdat")
    if moof is None or mdat is None or next(reversed(list(walk(data)))).end != len(data):
        raise NotAsPlanned(f"{name} is not whole")
    base = mdat.start - moof.start + HEADER_BYTES
    held = [sample for _, sample in samples(data[moof.start : moof.end], data[mdat.start : mdat.end], data_base=base)]
    if not held or not held[0].sync or any(not sample.data or sample.present < sample.decode for sample in held):
        raise NotAsPlanned(f"{name} does not begin with a keyframe, or holds a frame that is empty or shown too early")
    return held[0].decode, held[-1].decode + held[-1].duration


def _check_length(rendition: Progressing, first: int, end: int) -> None:
    planned_end = rendition.bounds[-1] - rendition.reorder
    if not 0 <= first <= rendition.late_frame or abs(end - planned_end) > rendition.tolerance:
        raise NotAsPlanned(f"{rendition.name} spans {first} to {end} of {planned_end} ticks")
