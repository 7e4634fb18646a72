"""Work is begun in the order in which people wait for it."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from transcoder.facts import facts, video
from watchparty_transcoder.config import Limits
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.make.encode import Encoder
from watchparty_transcoder.make.workers import Pool, Task, TaskEnded
from watchparty_transcoder.mp4.segment import SegmentMade
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.publish.progress import Renditions
from watchparty_transcoder.schedule import Schedule
from watchparty_transcoder.storage.folder import FolderStorage

HEVC = facts(video=video(codec="hevc", keyframes=()))


@dataclass
class Desk:
    """Stands where the workers do, and only notes what they are given."""

    given: dict[str, Task] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)

    def submit(self, tasks: list[Task], pool: Pool) -> None:
        for task in tasks:
            self.given[task.name] = task
            self.pools[task.name] = pool

    def of(self, pool: Pool) -> list[str]:
        return [name for name in self.given if self.pools[name] == pool]


class Stage:
    def __init__(self, plan: Plan, folder: Path) -> None:
        self.desk = Desk()
        self.renditions = Renditions(plan)
        encoder = Encoder(
            ffmpeg=lambda: "ffmpeg", source="/film", plan=plan, storage=FolderStorage(folder), processes=Processes(),
            limits=Limits(), threads=1,
        )  # fmt: skip
        self.schedule = Schedule(encoder, self.desk, self.renditions)  # type: ignore[arg-type]
        self.schedule.begin()

    def ended(self, name: str, took_s: float) -> None:
        self.schedule.ended(TaskEnded(self.desk.given[name], None, took_s))


def test_only_the_opening_of_the_fast_lane_is_begun(tmp_path: Path) -> None:
    """In the lowest quality alone, with the sound beside it."""
    stage = Stage(make_plan(HEVC), tmp_path)
    assert stage.desk.of(Pool.PICTURE) == ["fast-00000-360"]
    assert stage.desk.of(Pool.SOUND) == ["copy"]
    assert not stage.schedule.all_submitted


def test_a_fast_machine_adds_quality(tmp_path: Path) -> None:
    """Twenty seconds in five: the opening in 720 lines, then both from one decode, then the ladder."""
    stage = Stage(make_plan(HEVC), tmp_path)
    stage.schedule.playable()
    stage.ended("fast-00000-360", 5.0)
    assert stage.desk.of(Pool.PICTURE) == [
        "fast-00000-360", "fast-00000-720", "fast-00005-360-720", "ladder-00000-360-480-720-1080",
    ]  # fmt: skip
    assert stage.schedule.all_submitted


def test_a_slow_machine_stays_ahead_of_the_viewers(tmp_path: Path) -> None:
    """Twenty seconds in ten: the fast lane goes on in 360 lines alone, and nothing else is waited for."""
    stage = Stage(make_plan(HEVC), tmp_path)
    stage.schedule.playable()
    stage.ended("fast-00000-360", 10.0)
    assert stage.desk.of(Pool.PICTURE)[1:] == ["fast-00005-360", "ladder-00000-360-480-720-1080"]
    assert "v720/fast" not in [each.name for each in stage.renditions.picture]


@pytest.mark.parametrize(("took_s", "again_s"), [(5.0, 60.0), (60.0, 0.0)])
def test_a_restarted_run_keeps_to_its_decision(took_s: float, again_s: float, tmp_path: Path) -> None:
    """What viewers were offered does not depend on how long the marker took to read."""
    first, second = (Stage(make_plan(HEVC), tmp_path) for _ in range(2))
    first.ended("fast-00000-360", took_s)
    second.ended("fast-00000-360", again_s)
    assert first.desk.of(Pool.PICTURE) == second.desk.of(Pool.PICTURE)


def test_a_copy_is_playable_before_anything_is_encoded(tmp_path: Path) -> None:
    """The ladder waits for the first picture, and the first picture needs no encoder."""
    stage = Stage(make_plan(facts()), tmp_path)
    assert list(stage.desk.given) == ["copy"]
    stage.schedule.playable()
    assert stage.desk.of(Pool.PICTURE) == ["ladder-00000-360-480-720"]
    assert stage.desk.of(Pool.EXTRAS) == ["poster"]


def test_sprites_wait_for_the_whole_film(tmp_path: Path) -> None:
    """They are cut from the lowest quality of the first lane, once, when it is complete."""
    stage = Stage(make_plan(facts()), tmp_path)
    for number in range(15):
        stage.schedule.playable()
        assert "sprites" not in stage.desk.given
        stage.renditions.take(SegmentMade("v1080/copy", number, 4.0, 5, 120, 0, 0))
    stage.schedule.playable()
    assert stage.desk.of(Pool.EXTRAS) == ["poster", "sprites"]
