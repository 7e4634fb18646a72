"""A film that is short, has a gap, or misses a segment is not finished: on disk and in a bucket."""

from collections.abc import Callable
from pathlib import Path

import pytest

from transcoder.facts import facts, video
from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.mp4.segment import StoredSegment
from watchparty_transcoder.mp4.writer import Sample, media_segment
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.publish.progress import FilmProgress, VideoProgress
from watchparty_transcoder.publish.verify import as_listed, read_back, verify
from watchparty_transcoder.storage import layout
from watchparty_transcoder.storage.folder import FolderStorage

Change = Callable[["Film"], None]


class Film:
    """A film with all of its segments, one sample each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.storage = FolderStorage(folder)
        plan = make_plan(facts(video=video(codec="hevc", keyframes=()), audio=()))
        self.progress = FilmProgress(plan)
        for each in self.progress.video:
            for number in range(each.expected):
                self.put(each, number)

    @property
    def first(self) -> VideoProgress:
        return self.progress.video[0]

    def put(self, rendition: VideoProgress, number: int, *, shorter: int = 0, sync: bool = True) -> None:
        begin = max(0, rendition.bounds[number] - rendition.reorder)
        end = rendition.bounds[number + 1] - rendition.reorder - shorter
        data = media_segment(number + 1, [Sample(b"picture", begin, begin, end - begin, sync)])
        self.storage.write(layout.segment(rendition.name, number), data)
        length_s = (end - begin) / rendition.timescale
        rendition.add(StoredSegment(rendition.name, number, length_s, len(data), 1, begin, end))


CHECKS = {
    "read back": lambda film: verify(film.progress, read_back(film.storage)),
    "as listed": lambda film: verify(film.progress, as_listed(film.storage.sizes())),
}


def _lose(film: Film) -> None:
    (film.folder / layout.segment(film.first.name, 1)).unlink()


def _cut_off(film: Film) -> None:
    path = film.folder / layout.segment(film.first.name, 1)
    path.write_bytes(path.read_bytes()[:-1])


FAULTS: dict[str, Change] = {
    "a segment is missing": _lose,
    "a segment is truncated": _cut_off,
    "a gap in the middle": lambda film: film.put(film.first, 1, shorter=100),
    "one rendition is short": lambda film: film.put(film.first, film.first.expected - 1, shorter=3000),
    "a rendition is incomplete": lambda film: setattr(film.first, "ready", film.first.ready - 1),
}


@pytest.mark.parametrize("check", CHECKS)
def test_as_planned(check: str, tmp_path: Path) -> None:
    """A complete film passes."""
    CHECKS[check](Film(tmp_path))


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("fault", FAULTS)
def test_not_as_planned(check: str, fault: str, tmp_path: Path) -> None:
    """One fault in one rendition is enough."""
    film = Film(tmp_path)
    FAULTS[fault](film)
    with pytest.raises(PlanMismatch, match=film.first.name):
        CHECKS[check](film)


def test_no_keyframe_at_the_beginning(tmp_path: Path) -> None:
    """A player could not start there."""
    film = Film(tmp_path)
    film.put(film.first, 1, sync=False)
    with pytest.raises(PlanMismatch, match="keyframe"):
        CHECKS["read back"](film)
