"""What the probe finds of generated films, and what is planned for them, is what plain ffmpeg decodes.

Nothing is transcoded, so that every kind of film is among those of each test run.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from transcoder.differential.comparing import length_s
from transcoder.differential.films import build
from transcoder.differential.recipes import recipe
from transcoder.differential.reference import reference
from transcoder.differential.seen import Seen
from transcoder.differential.test_differential import EVERY, FILMS
from watchparty_transcoder.config import Limits
from watchparty_transcoder.plan.models import Plan
from watchparty_transcoder.plan.plan import make_plan
from watchparty_transcoder.probe.probe import probe
from watchparty_transcoder.source.source import on_disk

pytestmark = pytest.mark.media

LATE_S = 0.05
"""By which a track may begin or end elsewhere: a frame of sound. Some decoders return nothing for the first one."""
WITHIN_A_FRAME = 1.1


@pytest.mark.parametrize("seed", [seed for seed in range(FILMS) if seed % EVERY])
def test_plan_of_a_generated_film(seed: int, tmp_path: Path) -> None:
    """Its length, its beginning, its shape and rate, and each of its tracks."""
    made = recipe(seed)
    film = build(made, tmp_path)
    expected = reference(film, tmp_path / "reference", parts=made.parts)
    assert list(differences(make_plan(probe(on_disk(film), Limits())), expected)) == [], made


def differences(plan: Plan, expected: Seen) -> Iterator[str]:
    ends_s = length_s(expected.picture, expected.sounds)
    frame_s = float(1 / plan.video.grid.rate) if plan.video else LATE_S
    if abs(plan.duration_s - ends_s) > frame_s * WITHIN_A_FRAME:
        yield f"{plan.duration_s} s, expected {ends_s:.3f}"
    if plan.video and expected.picture:
        yield from _picture(plan, expected)
    elif plan.video or expected.picture:
        yield "one of them has no picture"
    begins = [track.begins_s for track in plan.audio]
    heard = [sound.begins_s for sound in expected.sounds]
    if len(begins) != len(heard) or any(abs(a - b) > LATE_S for a, b in zip(begins, heard, strict=True)):
        yield f"sound begins at {begins}, expected at {heard}"
    if len(plan.subtitles) != len(expected.texts):
        yield f"{len(plan.subtitles)} subtitle tracks, expected {len(expected.texts)}"
    marks = [(round(each.start_s, 2), each.title) for each in plan.chapters]
    wanted = [(round(at, 2), title) for at, title in expected.chapters if at < ends_s]
    if marks != wanted:
        yield f"chapters {marks}, expected {wanted}"


def _picture(plan: Plan, expected: Seen) -> Iterator[str]:
    assert plan.video is not None
    assert expected.picture is not None
    decoded, picture = plan.video.decoded, expected.picture
    if abs(decoded.width / decoded.height / picture.aspect - 1) > 0.04:
        yield f"{decoded.width}x{decoded.height}, expected {picture.aspect:.3f}"
    if abs(plan.video.begins_s - picture.frames[0].time_s) > 0.002:
        yield f"the picture begins at {plan.video.begins_s}, expected at {picture.frames[0].time_s:.3f}"
    shortest = len(picture.frames) / (picture.ends_s - picture.frames[0].time_s)
    while shortest > 60.5:  # every second frame is left out, because that looks even
        shortest /= 2
    if float(plan.video.grid.rate) < shortest * 0.99:
        yield f"{plan.video.grid.rate} frames per second, expected {shortest:.2f}"
