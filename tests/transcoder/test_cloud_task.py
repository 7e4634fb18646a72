"""Tasks that share nothing but a bucket make one film, however often they are begun and wherever they are killed."""

from pathlib import Path

import pytest

from fakes.strict_gcs import StrictGcs
from fakes.waiting import eventually
from transcoder.cloud import MEDIA, PREFIX, Heard, Running, download, gcs_storage, upload
from transcoder.films import AAC, FAST_START, X264, audio, make, video
from transcoder.watching import decode_audio, decode_video, read_master
from watchparty_transcoder.cloud_task import TaskShare
from watchparty_transcoder.events.transcode_event import Failed, Finished, Playable
from watchparty_transcoder.make.workers import Piece, Pool

pytestmark = pytest.mark.media

SECONDS = 26


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be copied (4:2:2), small: a ladder of two chunks and no fast lane."""
    recipe = [*video("160x90", rate="15", seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p", *AAC]
    return make(tmp_path_factory.mktemp("film") / "film.mp4", recipe)


def check_whole(gcs: StrictGcs, heard: Heard, folder: Path) -> None:
    """The last word is `finished`, and everything that it names is there to the frame."""
    assert isinstance(heard.events[-1], Finished)
    download(gcs, folder)
    assert sorted(each["URI"] for each in read_master(folder).variants) == sorted(
        each.playlist for each in heard.events[-1].renditions
    )
    for rendition in heard.events[-1].renditions:
        assert len(decode_video(folder / rendition.playlist).times) == SECONDS * 15
    (track,) = heard.events[-1].audio_tracks
    assert decode_audio(folder / track.playlist).duration_s == pytest.approx(SECONDS, abs=0.1)
    assert (folder / "poster.jpg").stat().st_size > 1000
    assert (folder / "sprites-0.jpg").stat().st_size > 1000


def written_more_than_once(gcs: StrictGcs) -> set[str]:
    names = [event["name"] for event in gcs.events if event["name"].startswith(PREFIX)]
    return {name.rpartition(".")[2] for name in names if names.count(name) > 1}


def test_every_piece_has_one_owner() -> None:
    """However many tasks there are, more than pieces included."""
    pieces = [(Piece(str(number), lambda _report: None), Pool.VIDEO) for number in range(7)]
    for count in (1, 2, 7, 100):
        shares = [TaskShare(index, count).select(pieces) for index in range(count)]
        assert sorted(piece.name for share in shares for piece, _ in share) == [str(number) for number in range(7)]


def test_three_tasks_make_one_film(gcs: StrictGcs, tmp_path: Path) -> None:
    """Fast lane, then ladder: playable before it is finished, whole at the end, only playlists were written twice."""
    recipe = [*video("854x482", rate="15", seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p", *AAC]
    upload(gcs, make(tmp_path / "film.mp4", recipe))
    heard = Heard()
    Running(gcs, heard, count=3).join()
    assert heard.kinds()[0] == "started"
    assert "playable" in heard.kinds()
    check_whole(gcs, heard, tmp_path / "out")
    assert written_more_than_once(gcs) <= {"m3u8"}


def test_killed_and_begun_again(film: Path, gcs: StrictGcs, tmp_path: Path) -> None:
    """All tasks die in the middle; those that are begun again make what is missing, and only that."""
    upload(gcs, film)
    heard = Heard()
    first = Running(gcs, heard, count=2)
    eventually("there are segments", lambda: any(name.endswith(".m4s") for _, name in list(gcs.objects)), within_s=60)
    assert first.at_work, first.errors
    first.kill()
    assert "finished" not in heard.kinds()
    before = {name: held.generation for (_, name), held in gcs.objects.items() if name.endswith(".m4s")}
    assert before
    Running(gcs, heard, count=2).join()
    check_whole(gcs, heard, tmp_path / "out")
    after = {name: held.generation for (_, name), held in gcs.objects.items() if name in before}
    assert after == before


def test_launched_twice(film: Path, gcs: StrictGcs, tmp_path: Path) -> None:
    """Two launches at once get in each other's way nowhere: one film comes out of them."""
    upload(gcs, film)
    heard = Heard()
    launches = [Running(gcs, heard, count=2, attempt=attempt) for attempt in (1, 2)]
    for launch in launches:
        launch.join()
        assert launch.errors == []
    check_whole(gcs, heard, tmp_path / "out")
    assert written_more_than_once(gcs) <= {"m3u8", "done"}


def test_one_after_the_other(film: Path, gcs: StrictGcs, tmp_path: Path) -> None:
    """Where only one task may run at a time, the last one finishes the film; another launch only says so again."""
    upload(gcs, film)
    heard = Heard()
    alone = Running(gcs, heard, count=1)
    alone.join()
    check_whole(gcs, heard, tmp_path / "out")
    written = len(gcs.events)
    Running(gcs, heard, count=1, attempt=2).join()
    assert isinstance(heard.events[-1], Finished)
    assert heard.events[-1].attempt == 2
    assert len(gcs.events) == written


def test_copied_film(gcs: StrictGcs, tmp_path: Path) -> None:
    """What browsers play is playable at once; the original's own frames are its best quality."""
    film = make(tmp_path / "film.mp4", [*video("640x360", seconds=9), *audio(9), *X264, *AAC, *FAST_START])
    upload(gcs, film)
    heard = Heard()
    Running(gcs, heard, count=2).join()
    playable = next(event for event in heard.events if isinstance(event, Playable))
    assert [each.source for each in playable.renditions] == ["copy"]
    assert isinstance(heard.events[-1], Finished)
    seen = decode_video(download(gcs, tmp_path / "out") / heard.events[-1].renditions[-1].playlist)
    assert len(seen.times) == 270


def test_refused_file(gcs: StrictGcs, tmp_path: Path) -> None:
    """The first task says why; the others do not wait for a plan, and nothing is left but that note."""
    garbage = tmp_path / "film.mp4"
    garbage.write_bytes(bytes(range(256)) * 40)
    upload(gcs, garbage)
    heard = Heard()
    launch = Running(gcs, heard, count=2)
    launch.join()
    assert [type(error).__name__ for error in launch.errors] == ["Unsupported"]
    assert not [event for event in heard.events if isinstance(event, Failed)]  # the command says it, once
    assert [name for bucket, name in gcs.objects if bucket == MEDIA] == [PREFIX + ".state/refused-1.json"]


def test_a_plan_of_another_version_is_made_anew(film: Path, gcs: StrictGcs, tmp_path: Path) -> None:
    """What an older program left is cleared away."""
    upload(gcs, film)
    storage = gcs_storage(gcs)
    storage.create(".state/plan.json", b'{"version": 0}')
    storage.create("v360/fast-00000.m4s", b"of long ago")
    heard = Heard()
    Running(gcs, heard, count=1).join()
    check_whole(gcs, heard, tmp_path / "out")
