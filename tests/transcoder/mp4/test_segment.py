"""Samples are cut into segments at the planned times, and stored only once."""

from itertools import accumulate, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.decode_times import decode_times, needed_lead
from watchparty_transcoder.mp4.segment import MissingPart, SegmentCutter, StoredSegment, shifted_to_zero
from watchparty_transcoder.mp4.writer import Sample
from watchparty_transcoder.storage.folder import FolderStorage


def frames(count: int, *, keyframes: int = 2, ahead: int = 0) -> list[Sample]:
    return [Sample(b"x", (place - ahead) * 10, place * 10, 10, sync=place % keyframes == 0) for place in range(count)]


def stored(reports: list[StoredSegment | MissingPart]) -> list[StoredSegment]:
    return [each for each in reports if isinstance(each, StoredSegment)]


def cut(folder: Path, samples: list[Sample], bounds: list[int], first: int = 0) -> list[StoredSegment]:
    made: list[StoredSegment | MissingPart] = []
    cutter = SegmentCutter(
        "v360/ladder", timescale=10, bounds=bounds, first=first, storage=FolderStorage(folder), report=made.append
    )
    for sample in samples:
        cutter.add(sample)
    cutter.close()
    return stored(made)


def test_segments_are_cut_at_the_bounds(tmp_path: Path) -> None:
    """Each is reported with its number, duration and number of frames, and stored under its name."""
    made = cut(tmp_path, frames(5), [0, 20, 40, 50], first=7)
    assert [(each.number, each.duration_s, each.frames) for each in made] == [(7, 2, 2), (8, 2, 2), (9, 1, 1)]
    assert sorted(path.name for path in (tmp_path / "v360").iterdir()) == [
        f"ladder-0000{number}.m4s" for number in (7, 8, 9)
    ]


def test_a_segment_is_reported_without_waiting_for_the_next(tmp_path: Path) -> None:
    """The first segment is stored as soon as it has its last frame."""
    made: list[StoredSegment | MissingPart] = []
    cutter = SegmentCutter(
        "v360/ladder", timescale=10, bounds=[0, 20, 40], first=0, storage=FolderStorage(tmp_path), report=made.append
    )
    for sample in frames(2):
        cutter.add(sample)
    assert [each.number for each in stored(made)] == [0]


def test_an_existing_segment_is_not_written_again(tmp_path: Path) -> None:
    """A segment keeps its first content for ever; the reported size is that of the existing one."""
    (tmp_path / "v360").mkdir()
    there = tmp_path / "v360" / "ladder-00000.m4s"
    there.write_bytes(b"as players know it")
    made = cut(tmp_path, frames(4), [0, 20, 40])
    assert there.read_bytes() == b"as players know it"
    assert made[0].size == len(b"as players know it")


def test_a_segment_that_does_not_begin_with_a_keyframe_is_refused(tmp_path: Path) -> None:
    """A player could not start there."""
    with pytest.raises(PlanMismatch):
        cut(tmp_path, frames(6, keyframes=4), [0, 20, 60])


def test_a_film_that_ends_early_is_refused(tmp_path: Path) -> None:
    """Two segments instead of three are not a complete film."""
    with pytest.raises(PlanMismatch):
        cut(tmp_path, frames(3), [0, 20, 40, 60])


def test_negative_times_are_moved_to_zero(tmp_path: Path) -> None:
    """Decoding begins at 0 and stays in order, no frame is shown before it is decoded, and the end does not move."""
    early = frames(6, ahead=2)
    lifted = shifted_to_zero(early)
    times = [sample.decode for sample in lifted]
    assert times == [0, 3, 6, 10, 20, 30]
    assert [sample.duration for sample in lifted] == [3, 3, 4, 10, 10, 10]
    assert lifted[-1].decode + lifted[-1].duration == early[-1].decode + early[-1].duration
    assert [sample.present for sample in lifted] == [sample.present for sample in early]


@given(st.lists(st.integers(1, 9), min_size=2, max_size=12), st.integers(0, 400), st.integers(0, 11))
def test_no_frame_is_shown_before_it_is_decoded(gaps: list[int], further: int, pause_at: int) -> None:
    """Also not where a pause follows, or where decoding runs further ahead than these frames need."""
    slots = list(accumulate((gap + 300 * (place == pause_at) for place, gap in enumerate(gaps)), initial=0))
    shown = [slots[0], slots[-1], *slots[1:-1]]
    times = decode_times(shown, needed_lead(shown) + further)
    durations = [following - time for time, following in pairwise([*times, max(times[-1] + 1, 40)])]
    samples = [Sample(b"x", *each, sync=True) for each in zip(times, shown, durations, strict=True)]
    lifted = shifted_to_zero(samples) if times[0] < 0 else samples
    assert all(0 <= sample.decode <= sample.present for sample in lifted)
    assert all(this.decode + this.duration == following.decode for this, following in pairwise(lifted))


def test_a_film_of_one_frame_begins_at_zero(tmp_path: Path) -> None:
    """Even if every time is negative, the frame gets a positive duration."""
    (only,) = shifted_to_zero([Sample(b"x", -20, 0, 100, sync=True)])
    assert (only.decode, only.duration) == (0, 80)
