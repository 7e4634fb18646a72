"""ffmpeg that a signal ends: the machine's fault, chance, or the file's, and never taken for one another."""

import signal
from pathlib import Path

import pytest

from transcoder.films import X264, audio, make, video
from transcoder.running import Outcome, transcode
from transcoder.watching import decode_video

pytestmark = pytest.mark.media

SECONDS = 26
RATE = 15
PICTURE, SOUND, SECOND_PIECE, POSTER = "*libx264*", "*adts*", "*-ss*libx264*", "*mjpeg*"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Neither its picture (4:2:2) nor its sound (48 kHz FLAC) can be copied."""
    recipe = [*video("160x90", rate=str(RATE), seconds=SECONDS), *audio(SECONDS), *X264, "-pix_fmt", "yuv422p"]
    return make(tmp_path_factory.mktemp("film") / "film.mkv", [*recipe, "-c:a", "flac"])


def with_dying_ffmpeg(film: Path, folder: Path, *, at: str, by: signal.Signals, times: int) -> Outcome:
    """The first `times` that its command line looks like `at`, ffmpeg writes a little and dies of the signal."""
    ffmpeg = folder / "ffmpeg"
    ffmpeg.write_text(
        f"""#!/bin/sh
case "$*" in {at})
    for death in $(seq {times}); do
        if mkdir {folder}/death-$death 2>/dev/null; then  # two pieces of sound are made at once
            ffmpeg "$@" | head -c 3000
            kill -{by.name.removeprefix("SIG")} $$
        fi
    done;;
esac
exec ffmpeg "$@"
"""
    )
    ffmpeg.chmod(0o755)
    outcome = transcode(film, folder / "out", WATCHPARTY_FFMPEG=str(ffmpeg))
    assert len(list(folder.glob("death-*"))) >= min(times, 2)
    return outcome


@pytest.mark.parametrize("by", [signal.SIGSEGV, signal.SIGKILL])
@pytest.mark.parametrize("at", [PICTURE, SOUND])
def test_once_does_no_harm(film: Path, tmp_path: Path, at: str, by: signal.Signals) -> None:
    """The piece is made again; nobody sees, hears or reads of it."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=at, by=by, times=1)
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["warnings"] == []
    assert outcome.log.count("trying again: ") == 1
    best = outcome.folder / outcome.last["renditions"][-1]["playlist"]
    assert len(decode_video(best).times) == SECONDS * RATE


def test_a_poster_is_not_lost_by_chance(film: Path, tmp_path: Path) -> None:
    """What a film could do without is made again, too."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=POSTER, by=signal.SIGSEGV, times=1)
    assert outcome.last["poster"]
    assert outcome.log.count("trying again: ") == 1


def test_a_machine_without_memory_is_not_the_films_fault(film: Path, tmp_path: Path) -> None:
    """Killed again and again: told as ours, so that the whole is begun again, and nothing became black."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=PICTURE, by=signal.SIGKILL, times=1000)
    assert (outcome.exit_code, outcome.last["kind"], outcome.last["code"]) == (3, "failed", "internal")
    assert not list(outcome.folder.rglob("v*/*.m4s"))


def test_a_film_that_ffmpeg_crashes_over_is_damaged(film: Path, tmp_path: Path) -> None:
    """From its beginning on, so there is nothing to show."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=PICTURE, by=signal.SIGSEGV, times=1000)
    assert (outcome.exit_code, outcome.last["kind"], outcome.last["code"]) == (2, "failed", "corrupt")


def test_a_piece_that_ffmpeg_crashes_over_stays_black(film: Path, tmp_path: Path) -> None:
    """As one that it cannot decode: the film goes on after it, and the person reads of it."""
    outcome = with_dying_ffmpeg(film, tmp_path, at=SECOND_PIECE, by=signal.SIGABRT, times=1000)
    assert outcome.exit_code == 0, outcome.log
    assert outcome.last["warnings"] == ["Part of the picture is damaged and will be black."]
    assert outcome.last["duration_s"] == pytest.approx(SECONDS, abs=0.1)
