"""When a signal ends ffmpeg, the transcoder distinguishes chance, the machine and the file as causes."""

import signal
from pathlib import Path

import pytest

from transcoder.decoding import decode_video
from transcoder.films import X264, audio, make, video
from transcoder.running import Outcome, transcode

pytestmark = pytest.mark.media

SECONDS = 26
RATE = 15
VIDEO, AUDIO, SECOND_CHUNK, POSTER = "*libx264*", "*adts*", "*-ss*libx264*", "*mjpeg*"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Neither its video (4:2:2) nor its audio (48 kHz FLAC) can be copied."""
    recipe = [*video("160x90", rate=str(RATE), seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p"]
    return make(tmp_path_factory.mktemp("film") / "film.mkv", [*recipe, "-c:a", "flac"])


def with_dying_ffmpeg(film: Path, folder: Path, *, at: str, by: signal.Signals, times: int) -> Outcome:
    """For the first `times` command lines that match `at`, ffmpeg writes a little and dies of the signal."""
    ffmpeg = folder / "ffmpeg"
    ffmpeg.write_text(
        f"""#!/bin/sh
case "$*" in {at})
    for death in $(seq {times}); do
        if mkdir {folder}/death-$death 2>/dev/null; then  # two chunks of audio are encoded at once
            ffmpeg "$@" | head -c 3000
            kill -{by.name.removeprefix("SIG")} $$
        fi
    done;;
esac
exec ffmpeg "$@"
"""
    )
    ffmpeg.chmod(0o755)
    # the stand-in writes files and starts programs, which the sandbox refuses
    outcome = transcode(film, folder / "out", WATCHPARTY_FFMPEG=str(ffmpeg), WATCHPARTY_MEDIA_SANDBOX="off")
    assert len(list(folder.glob("death-*"))) >= min(times, 2)
    return outcome


@pytest.mark.parametrize("by", [signal.SIGSEGV, signal.SIGKILL])
@pytest.mark.parametrize("at", [VIDEO, AUDIO])
def test_once_does_no_harm(film: Path, tmp_path: Path, at: str, by: signal.Signals) -> None:
    """The chunk is encoded again; viewers notice nothing, and there is no warning."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=at, by=by, times=1)
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["warnings"] == []
    assert outcome.log.count("trying again: ") == 1
    best = outcome.folder / outcome.last["renditions"][-1]["playlist"]
    assert len(decode_video(best).times) == SECONDS * RATE


def test_a_poster_is_not_lost_by_chance(film: Path, tmp_path: Path) -> None:
    """Optional pieces are tried again as well."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=POSTER, by=signal.SIGSEGV, times=1)
    assert outcome.last["poster"]
    assert outcome.log.count("trying again: ") == 1


def test_a_machine_without_memory_is_not_the_films_fault(film: Path, tmp_path: Path) -> None:
    """Killed again and again: reported as our fault, so that the run is repeated, and nothing becomes black."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=VIDEO, by=signal.SIGKILL, times=1000)
    assert (outcome.exit_code, outcome.last["kind"], outcome.last["code"]) == (3, "failed", "internal")
    assert not list(outcome.folder.rglob("v*/*.m4s"))


def test_a_film_that_crashes_ffmpeg_is_corrupt(film: Path, tmp_path: Path) -> None:
    """If the crash is at its very beginning, there is nothing to show."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=VIDEO, by=signal.SIGSEGV, times=1000)
    assert (outcome.exit_code, outcome.last["kind"], outcome.last["code"]) == (2, "failed", "corrupt")


def test_a_chunk_that_crashes_ffmpeg_stays_black(film: Path, tmp_path: Path) -> None:
    """Like a chunk that cannot be decoded: the film continues after it, and the uploader gets a warning."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=SECOND_CHUNK, by=signal.SIGABRT, times=1000)
    assert outcome.exit_code == 0, outcome.log
    (loss,) = outcome.last["losses"]
    assert loss["kind"] == "picture_missing"
    assert outcome.last["warnings"] == [loss["message"]]
    assert outcome.last["duration_s"] == pytest.approx(SECONDS, abs=0.1)
