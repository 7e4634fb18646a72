"""Video without decode times is cut at the IDR frames that turn up."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.presented_cutter import PresentedCutter
from watchparty_transcoder.mp4.segment import MissingPart, StoredSegment
from watchparty_transcoder.plan.models import CopyPlan
from watchparty_transcoder.storage.folder import FolderStorage

SECOND, FRAME = 1000, 100
ORDER = (0, 300, 200, 100)
"""Of the frames of each 400 ms: one B frame refers to another."""


def plan(**changes: Any) -> CopyPlan:
    usual: dict[str, Any] = {
        "name": "v90/copy", "stream": 0, "width": 160, "height": 90, "rate": Fraction(10), "timescale": SECOND,
        "start": 0, "reorder": 200, "bit_rate": 1, "configuration": b"", "cuts": (0, 4000, 8000), "duration": 12_000,
        "presented": True, "longest": 6000,
    }  # fmt: skip
    return CopyPlan(**{**usual, **changes})


def cut(folder: Path, made: CopyPlan, *, seconds: float = 12, keys: tuple[int, ...] = (0, 4000, 8000)) -> list[Any]:
    reports: list[StoredSegment | MissingPart] = []
    cutter = PresentedCutter(made, FolderStorage(folder), reports.append)
    for group in range(0, int(seconds * SECOND), 4 * FRAME):
        for at in ORDER:
            cutter.add(b"x", group + at, FRAME, key=group + at in keys)
    cutter.close()
    return reports


def test_segments_begin_at_the_keyframes_that_are_there(tmp_path: Path) -> None:
    """They follow each other without a gap, and the last one is marked."""
    made = cut(tmp_path, plan(), keys=(0, 2000, 4400, 8800))
    assert [(each.number, each.frames, each.last) for each in made] == [(0, 44, False), (1, 44, False), (2, 32, True)]
    assert [each.duration_s for each in made] == [4.4, 4.4, 3.2]
    assert all(this.end == following.begin for this, following in pairwise(made))
    assert made[-1].end == 12_000 - 200


def test_a_copy_that_a_header_calls_longer(tmp_path: Path) -> None:
    """The last frame is shown until the planned end, as it is in encoded renditions."""
    assert cut(tmp_path, plan(), seconds=10.8)[-1].end == 12_000 - 200


def test_frames_after_the_planned_end(tmp_path: Path) -> None:
    """They are kept."""
    assert cut(tmp_path, plan(duration=11_000))[-1].end == 12_000 - 200


@pytest.mark.parametrize(
    ("changes", "seconds", "keys"),
    [
        ({}, 9, (0, 4000, 8000)),
        ({"duration": 9000}, 12, (0, 4000, 8000)),
        ({}, 12, (0, 4000)),
        ({}, 12, ()),
        ({}, 12, (0, 4300, 8000)),
    ],
    ids=["ends early", "ends late", "a long segment", "no keyframe", "a cut among B frames"],
)
def test_what_does_not_fit(changes: dict[str, Any], seconds: float, keys: tuple[int, ...], tmp_path: Path) -> None:
    """Such a film is encoded instead."""
    with pytest.raises(PlanMismatch):
        cut(tmp_path, plan(**changes), seconds=seconds, keys=keys)


@pytest.mark.parametrize(
    ("shown", "keys"),
    [((0, 100), ()), ((100, 200), (100,)), ((0, 100, 4100, 4000), (0, 4000))],
    ids=["no keyframe first", "nothing at the beginning", "shown after the next keyframe"],
)
def test_frames_that_a_player_cannot_show(shown: tuple[int, ...], keys: tuple[int, ...], tmp_path: Path) -> None:
    """A segment holds everything from its keyframe to the next one, and the first one begins with the film."""
    cutter = PresentedCutter(plan(), FolderStorage(tmp_path), lambda _: None)

    def add_all() -> None:
        for at in shown:
            cutter.add(b"x", at, FRAME, key=at in keys)

    with pytest.raises(PlanMismatch):
        add_all()


def test_nothing_to_copy(tmp_path: Path) -> None:
    """A film without a frame is not a copy."""
    with pytest.raises(PlanMismatch):
        PresentedCutter(plan(), FolderStorage(tmp_path), lambda _: None).close()
