"""Verifies all output before a film counts as finished.

Checks the number of segments, that each is complete and begins with a keyframe, that times continue without a gap, and
that the duration is the planned one to the frame, so that no viewer ever discovers a rendition that is too short.
"""

from collections.abc import Callable
from itertools import pairwise

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.boxes import HEADER_BYTES, find, walk
from watchparty_transcoder.mp4.reader import samples
from watchparty_transcoder.publish.progress import FilmProgress, RenditionProgress
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.port import Storage

Span = tuple[int, int]  # first tick of a segment, and the tick after its last
SpanReader = Callable[[RenditionProgress, int], Span]


def verify(progress: FilmProgress, span_of: SpanReader) -> None:
    for each in (*progress.video, *progress.audio):
        if not each.complete:
            raise PlanMismatch(f"{each.name}: {each.ready} of {each.expected} segments")
        spans = [span_of(each, number) for number in range(each.expected)]
        for number, (this, following) in enumerate(pairwise(spans)):
            if this[1] != following[0]:
                raise PlanMismatch(
                    f"{each.name}: segment {number} ends at {this[1]}, the next begins at {following[0]}"
                )
        _check_length(each, spans[0][0], spans[-1][1])


def read_back(storage: Storage) -> SpanReader:
    """Reads every segment, which one machine can afford on its own disk."""
    return lambda rendition, number: _read_span(storage, rendition, number)


def as_listed(sizes: dict[str, int]) -> SpanReader:
    """Trusts the markers, if a listing of the bucket shows every segment with the size that its marker states."""

    def span(rendition: RenditionProgress, number: int) -> Span:
        segment = rendition.stored[number]
        name = layout.segment(rendition.name, number)
        if sizes.get(name) != segment.size:
            raise PlanMismatch(f"{name} has {sizes.get(name)} of {segment.size} bytes")
        return segment.begin, segment.end

    return span


def _read_span(storage: Storage, rendition: RenditionProgress, number: int) -> Span:
    name = layout.segment(rendition.name, number)
    data = storage.read(name)
    if data is None:
        raise PlanMismatch(f"{name} is missing")
    moof, mdat = find(data, b"moof"), find(data, b"mdat")
    if moof is None or mdat is None or next(reversed(list(walk(data)))).end != len(data):
        raise PlanMismatch(f"{name} is incomplete")
    base = mdat.start - moof.start + HEADER_BYTES
    held = [sample for _, sample in samples(data[moof.start : moof.end], data[mdat.start : mdat.end], data_base=base)]
    if not held or not held[0].sync or any(not sample.data or sample.present < sample.decode for sample in held):
        raise PlanMismatch(f"{name} does not begin with a keyframe, or contains an empty frame or one shown too early")
    return held[0].decode, held[-1].decode + held[-1].duration


def _check_length(rendition: RenditionProgress, first: int, end: int) -> None:
    planned_end = rendition.bounds[-1] - rendition.reorder
    if not 0 <= first <= rendition.late_frame or abs(end - planned_end) > rendition.tolerance:
        raise PlanMismatch(f"{rendition.name} spans {first} to {end} of {planned_end} ticks")
