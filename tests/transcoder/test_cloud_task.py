"""Tasks that share nothing but a bucket produce one film, however often they start and wherever they are killed."""

from pathlib import Path

import pytest

from fakes.google.strict_gcs import StrictGcs
from fakes.waiting import eventually
from transcoder.cloud import MEDIA, PREFIX, JobExecution, RecordedEvents, download, gcs_storage, upload
from transcoder.decoding import decode_audio, decode_video, read_master
from transcoder.films import AAC, FAST_START, X264, audio, make, video
from watchparty_transcoder.cloud_task import TaskShare
from watchparty_transcoder.events.transcode_event import Failed, Finished, Playable
from watchparty_transcoder.make.workers import Piece, Pool

pytestmark = pytest.mark.media

SECONDS = 26


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cannot be copied (4:2:2), small: a ladder of two chunks and no fast pass."""
    recipe = [*video("160x90", rate="15", seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p", *AAC]
    return make(tmp_path_factory.mktemp("film") / "film.mp4", recipe)


def check_complete(gcs: StrictGcs, recorded: RecordedEvents, folder: Path) -> None:
    """The last event is `finished`, and everything that it names exists to the frame."""
    assert isinstance(recorded.events[-1], Finished)
    download(gcs, folder)
    assert sorted(each["URI"] for each in read_master(folder).variants) == sorted(
        each.playlist for each in recorded.events[-1].renditions
    )
    for rendition in recorded.events[-1].renditions:
        assert len(decode_video(folder / rendition.playlist).times) == SECONDS * 15
    (track,) = recorded.events[-1].audio_tracks
    assert decode_audio(folder / track.playlist).duration_s == pytest.approx(SECONDS, abs=0.1)
    assert (folder / "poster.jpg").stat().st_size > 1000
    assert (folder / "sprites-0.jpg").stat().st_size > 1000


def written_more_than_once(gcs: StrictGcs) -> set[str]:
    names = [event["name"] for event in gcs.events if event["name"].startswith(PREFIX)]
    return {name.rpartition(".")[2] for name in names if names.count(name) > 1}


def test_every_piece_belongs_to_one_task() -> None:
    """For any number of tasks, also if there are more tasks than pieces."""
    pieces = [(Piece(str(number), lambda _report: None), Pool.VIDEO) for number in range(7)]
    for count in (1, 2, 7, 100):
        shares = [TaskShare(index, count).select(pieces) for index in range(count)]
        assert sorted(piece.name for share in shares for piece, _ in share) == [str(number) for number in range(7)]


def test_three_tasks_produce_one_film(gcs: StrictGcs, tmp_path: Path) -> None:
    """Fast pass, then ladder: playable before it is finished, complete at the end, only playlists written twice."""
    recipe = [*video("854x482", rate="15", seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p", *AAC]
    upload(gcs, make(tmp_path / "film.mp4", recipe))
    recorded = RecordedEvents()
    JobExecution(gcs, recorded, count=3).join()
    assert recorded.kinds()[0] == "started"
    assert "playable" in recorded.kinds()
    check_complete(gcs, recorded, tmp_path / "out")
    assert written_more_than_once(gcs) <= {"m3u8"}


def test_killed_and_started_again(film: Path, gcs: StrictGcs, tmp_path: Path) -> None:
    """All tasks are killed midway; restarted ones produce what is missing, and nothing else."""
    upload(gcs, film)
    recorded = RecordedEvents()
    first = JobExecution(gcs, recorded, count=2)
    eventually("there are segments", lambda: any(name.endswith(".m4s") for _, name in list(gcs.objects)), within_s=60)
    assert first.at_work, first.errors
    first.kill()
    assert "finished" not in recorded.kinds()
    before = {name: held.generation for (_, name), held in gcs.objects.items() if name.endswith(".m4s")}
    assert before
    JobExecution(gcs, recorded, count=2).join()
    check_complete(gcs, recorded, tmp_path / "out")
    after = {name: held.generation for (_, name), held in gcs.objects.items() if name in before}
    assert after == before


def test_launched_twice(film: Path, gcs: StrictGcs, tmp_path: Path) -> None:
    """Two executions at once do not disturb each other, and produce one film."""
    upload(gcs, film)
    recorded = RecordedEvents()
    launches = [JobExecution(gcs, recorded, count=2, attempt=attempt) for attempt in (1, 2)]
    for launch in launches:
        launch.join()
        assert launch.errors == []
    check_complete(gcs, recorded, tmp_path / "out")
    assert written_more_than_once(gcs) <= {"m3u8", "done"}


def test_one_after_the_other(film: Path, gcs: StrictGcs, tmp_path: Path) -> None:
    """If only one task runs at a time, the last one finishes the film; another execution only repeats the event."""
    upload(gcs, film)
    recorded = RecordedEvents()
    alone = JobExecution(gcs, recorded, count=1)
    alone.join()
    check_complete(gcs, recorded, tmp_path / "out")
    written = len(gcs.events)
    JobExecution(gcs, recorded, count=1, attempt=2).join()
    assert isinstance(recorded.events[-1], Finished)
    assert recorded.events[-1].attempt == 2
    assert len(gcs.events) == written


def test_copied_film(gcs: StrictGcs, tmp_path: Path) -> None:
    """A film that browsers can play is playable at once; the original's own frames are its best rendition."""
    film = make(tmp_path / "film.mp4", [*video("640x360", seconds=9), *audio(9), *X264, *AAC, *FAST_START])
    upload(gcs, film)
    recorded = RecordedEvents()
    JobExecution(gcs, recorded, count=2).join()
    playable = next(event for event in recorded.events if isinstance(event, Playable))
    assert [each.source for each in playable.renditions] == ["copy"]
    assert isinstance(recorded.events[-1], Finished)
    seen = decode_video(download(gcs, tmp_path / "out") / recorded.events[-1].renditions[-1].playlist)
    assert len(seen.times) == 270


def test_refused_file(gcs: StrictGcs, tmp_path: Path) -> None:
    """The first task reports why, the others do not wait for a plan, and only a marker of the refusal remains."""
    garbage = tmp_path / "film.mp4"
    garbage.write_bytes(bytes(range(256)) * 40)
    upload(gcs, garbage)
    recorded = RecordedEvents()
    launch = JobExecution(gcs, recorded, count=2)
    launch.join()
    assert [type(error).__name__ for error in launch.errors] == ["Unsupported"]
    assert not [event for event in recorded.events if isinstance(event, Failed)]  # the command emits it, once
    assert [name for bucket, name in gcs.objects if bucket == MEDIA] == [PREFIX + ".state/refused-1.json"]


def test_a_plan_of_another_version_is_replaced(film: Path, gcs: StrictGcs, tmp_path: Path) -> None:
    """The output of an older version is deleted."""
    upload(gcs, film)
    storage = gcs_storage(gcs)
    storage.create(".state/plan.json", b'{"version": 0}')
    storage.create("v360/fast-00000.m4s", b"of long ago")
    recorded = RecordedEvents()
    JobExecution(gcs, recorded, count=1).join()
    check_complete(gcs, recorded, tmp_path / "out")
