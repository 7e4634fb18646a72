"""Faults that films had in an earlier watch-party product, each with the test that would catch it here.

Related tests: interrupted uploads in `tests/functions/uploads`, interrupted runs in `tests/functions/transcodes` and
`test_restart.py`, silently missing renditions in `publish/test_verify.py`.
"""

from pathlib import Path

import pytest

from fakes.google.strict_gcs import StrictGcs
from transcoder.cloud import JobExecution, RecordedEvents, upload
from transcoder.films import AAC, X264, audio, make, video
from transcoder.running import transcode
from watchparty_transcoder.make.workers import THREADS

pytestmark = pytest.mark.media


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = [*video("160x90", rate="15", seconds=26), *audio(26), *X264, "-pix_fmt", "yuv422p", *AAC]
    return make(tmp_path_factory.mktemp("film") / "film.mp4", recipe)


def test_there_is_a_percentage(film: Path, tmp_path: Path) -> None:
    """Progress only rises, up to a constant total."""
    outcome = transcode(film, tmp_path / "out")
    progress = [(event["done"], event["total"]) for event in outcome.events if event["kind"] == "progress"]
    assert progress
    assert progress == sorted(progress)
    assert {total for _, total in progress} == {progress[-1][0]}


def test_uploads_at_once_are_few(film: Path, gcs: StrictGcs) -> None:
    """For any number of segments: at most one upload per worker thread, and one of the main thread."""
    upload(gcs, film)
    recorded = RecordedEvents()
    JobExecution(gcs, recorded).join()
    assert recorded.kinds()[-1] == "finished"
    assert gcs.uploading_most <= sum(THREADS.values()) + 1


def test_a_rendition_that_fails_is_reported(film: Path, tmp_path: Path) -> None:
    """If ffmpeg fails mid-film, the film keeps its full duration, and the uploader gets a warning."""
    broken = tmp_path / "ffmpeg"
    broken.write_text('#!/bin/sh\ncase "$*" in *-ss*libx264*) exit 1;; esac\nexec ffmpeg "$@"\n')
    broken.chmod(0o755)
    outcome = transcode(film, tmp_path / "out", WATCHPARTY_FFMPEG=str(broken))
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["warnings"] == ["The picture is missing from 0:20 to 0:26, where the file is damaged."]
    assert outcome.last["duration_s"] == pytest.approx(26, abs=0.1)
