"""A hardware encoder is used only after a trial of its output."""

import logging
import re
from pathlib import Path

import pytest

from fakes.graphics_card import Fault, ffmpeg_with_card
from transcoder.facts import facts, video
from watchparty_transcoder.errors import PlanMismatch
from watchparty_transcoder.ffmpeg import hardware_trial
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.plan.models import EncoderName, Grid, Pass, VideoPlan
from watchparty_transcoder.plan.plan import background_ladder, make_plan

pytestmark = pytest.mark.media


def film_with_ladder() -> tuple[VideoPlan, Pass]:
    """720, 480 and 360 lines."""
    film = make_plan(facts(video=video(codec="hevc", keyframes=(), width=1280, height=720))).video
    assert film
    ladder = background_ladder(film)
    assert ladder
    return film, ladder


def choose(ffmpeg: str, *candidates: EncoderName, patience_s: float = hardware_trial.TRIAL_S) -> EncoderName:
    film, ladder = film_with_ladder()
    return hardware_trial.choose(
        candidates,
        ladder,
        film.grid,
        ffmpeg=lambda: ffmpeg,
        processes=Processes(niceness=0),
        threads=2,
        patience_s=patience_s,
    )


@pytest.mark.parametrize("name", ["nvenc", "vaapi", "videotoolbox"])
def test_a_missing_encoder_is_not_used(name: EncoderName, caplog: pytest.LogCaptureFixture) -> None:
    """No driver, no device, or an ffmpeg without the encoder: software, and one log line that says why."""
    with caplog.at_level(logging.WARNING):
        chosen = choose("ffmpeg", name)
    if chosen == name:  # this machine has it
        return
    assert chosen == "software"
    (message,) = [record.getMessage() for record in caplog.records]
    assert message.startswith(f"not encoding with {name}: ")
    assert "\n" not in message
    # because of the device or for lack of one, never because of a flag that ffmpeg does not know
    assert "Unrecognized option" not in message
    assert "filter_complex" not in message


def test_the_first_that_works_is_used(tmp_path: Path) -> None:
    """The candidates are tried in order."""
    assert choose(str(ffmpeg_with_card(tmp_path)), "vaapi", "nvenc", "videotoolbox") == "nvenc"


def test_without_any_ffmpeg() -> None:
    """The trial reports software; the encode will report the missing ffmpeg."""
    assert choose("/nowhere/ffmpeg", "nvenc") == "software"


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("keyframes", r"v720/ladder-nvenc: keyframes at \[0, 50\], not every 60 frames"),
        ("open groups", "v720/ladder-nvenc: a keyframe that depends on earlier frames"),
        ("reordering", "v720/ladder-nvenc: not the 65 consecutive input frames"),
        ("profile", "v720/ladder-nvenc: profile Main, not High"),
        ("colour", r"v720/ladder-nvenc: not tagged as BT\.709"),
        ("lost frames", "v360/ladder-nvenc: not the 65 consecutive input frames"),
    ],
)
def test_bad_output_is_refused(tmp_path: Path, fault: Fault, sentence: str, caplog: pytest.LogCaptureFixture) -> None:
    """A card whose chunks would not join, or not play everywhere, is not used, and the log names the fault."""
    assert choose(str(ffmpeg_with_card(tmp_path, fault)), "nvenc") == "software"
    (message,) = [record.getMessage() for record in caplog.records if record.name == hardware_trial.__name__]
    assert re.search(sentence, message), message


def test_a_driver_that_is_stuck(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It delays the film for a limited time only."""
    assert choose(str(ffmpeg_with_card(tmp_path, "stuck")), "nvenc", patience_s=0.5) == "software"
    (message,) = [record.getMessage() for record in caplog.records if record.name == hardware_trial.__name__]
    assert message.startswith("not encoding with nvenc: ")


def test_garbage_is_refused() -> None:
    """The trial fails cleanly whatever bytes a driver writes."""
    film, ladder = film_with_ladder()
    grid: Grid = film.grid
    for made in (b"", b"\x00\x00\x00\x08moov", b"x" * 10_000):
        with pytest.raises(PlanMismatch):
            hardware_trial.check(made, grid, ladder.renditions, frames=65)
