"""Faults that films of an earlier watch-party had, each with the test that would catch it here.

Beside these: what an upload loses is in `tests/functions/uploads`, what a lost run leaves in
`tests/functions/transcodes` and `test_restart.py`, renditions that are silently missing in `test_verify.py`.
"""

from pathlib import Path

import pytest

from fakes.strict_gcs import StrictGcs
from transcoder.cloud import Heard, Running, upload
from transcoder.films import AAC, X264, audio, make, video
from transcoder.running import transcode
from watchparty_transcoder.make.workers import THREADS

pytestmark = pytest.mark.media


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = [*video("160x90", rate="15", seconds=26), *audio(26), *X264, "-pix_fmt", "yuv422p", *AAC]
    return make(tmp_path_factory.mktemp("film") / "film.mp4", recipe)


def test_there_is_a_percentage(film: Path, tmp_path: Path) -> None:
    """Progress only rises, of one total, up to all of it."""
    outcome = transcode(film, tmp_path / "out")
    told = [(event["done"], event["total"]) for event in outcome.events if event["kind"] == "progress"]
    assert told
    assert told == sorted(told)
    assert {total for _, total in told} == {told[-1][0]}


def test_uploads_at_once_are_few(film: Path, gcs: StrictGcs) -> None:
    """However many segments there are: never more than there are threads that make them, and one that publishes."""
    upload(gcs, film)
    heard = Heard()
    Running(gcs, heard).join()
    assert heard.kinds()[-1] == "finished"
    assert gcs.uploading_most <= sum(THREADS.values()) + 1


def test_a_rendition_that_cannot_be_made_is_told(film: Path, tmp_path: Path) -> None:
    """An ffmpeg that fails in mid-film: the film is whole in length, and the person reads what is wrong with it."""
    broken = tmp_path / "ffmpeg"
    broken.write_text('#!/bin/sh\ncase "$*" in *-ss*libx264*) exit 1;; esac\nexec ffmpeg "$@"\n')
    broken.chmod(0o755)
    outcome = transcode(film, tmp_path / "out", WATCHPARTY_FFMPEG=str(broken))
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["warnings"] == ["Part of the picture is damaged and will be black."]
    assert outcome.last["duration_s"] == pytest.approx(26, abs=0.1)
