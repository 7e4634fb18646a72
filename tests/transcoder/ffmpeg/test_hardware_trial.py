"""A machine is believed to have an encoder only after it has shown what it makes."""

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
def test_what_is_not_there_is_not_used(name: EncoderName, caplog: pytest.LogCaptureFixture) -> None:
    """No driver, no device, or an ffmpeg without it: software, and one line that says why."""
    with caplog.at_level(logging.WARNING):
        chosen = choose("ffmpeg", name)
    if chosen == name:  # a machine that has it, which is another matter
        return
    assert chosen == "software"
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith(f"not encoding with {name}: ")
    assert "\n" not in said
    # refused by the device or for want of it, never because of a flag that ffmpeg does not know
    assert "Unrecognized option" not in said
    assert "filter_complex" not in said


def test_the_first_that_works_is_used(tmp_path: Path) -> None:
    """Who asks for whatever there is gets it."""
    assert choose(str(ffmpeg_with_card(tmp_path)), "vaapi", "nvenc", "videotoolbox") == "nvenc"


def test_without_any_ffmpeg() -> None:
    """The film finds out by itself; the trial breaks nothing."""
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
def test_a_promise_not_kept(tmp_path: Path, fault: Fault, sentence: str, caplog: pytest.LogCaptureFixture) -> None:
    """A card whose film would not join, or not play everywhere, is not used, and the log names what is wrong."""
    assert choose(str(ffmpeg_with_card(tmp_path, fault)), "nvenc") == "software"
    (said,) = [record.getMessage() for record in caplog.records if record.name == hardware_trial.__name__]
    assert re.search(sentence, said), said


def test_a_driver_that_is_stuck(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Costs the film a limited time."""
    assert choose(str(ffmpeg_with_card(tmp_path, "stuck")), "nvenc", patience_s=0.5) == "software"
    (said,) = [record.getMessage() for record in caplog.records if record.name == hardware_trial.__name__]
    assert said.startswith("not encoding with nvenc: ")


def test_nonsense_is_no_film() -> None:
    """Whatever a driver writes."""
    film, ladder = film_with_ladder()
    grid: Grid = film.grid
    for made in (b"", b"\x00\x00\x00\x08moov", b"x" * 10_000):
        with pytest.raises(PlanMismatch):
            hardware_trial.check(made, grid, ladder.renditions, frames=65)
