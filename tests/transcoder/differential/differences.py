"""A whole comparison: builds the film of a recipe, transcodes it, and compares the result with plain ffmpeg's."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from transcoder.differential import comparing, result
from transcoder.differential.films import build, tone_hz
from transcoder.differential.recipes import LAYOUTS, Recipe
from transcoder.differential.reference import reference
from transcoder.differential.seen import Seen
from transcoder.running import Outcome, transcode


def differences(made: Recipe, folder: Path) -> list[str]:
    """Empty if a viewer of our result sees what plain ffmpeg sees of the film."""
    film = build(made, folder)
    expected = reference(film, folder / "reference", parts=made.parts)
    outcome = transcode(film, folder / "out")
    if outcome.exit_code:
        return [f"exit {outcome.exit_code}: {outcome.last.get('message')}"]
    return [*_reference_is_right(made, expected), *compared(outcome, expected, made)]


def _reference_is_right(made: Recipe, expected: Seen) -> Iterator[str]:
    """That plain ffmpeg finds what was put into the film. Where it does not, `reference` needs a rule."""
    if expected.picture and made.video != "none":
        flashes = len(expected.picture.flashes)
        if not flashes:
            yield "reference: no flash"
    for number, sound in enumerate(expected.sounds):
        if not sound.beeps():
            yield f"reference: no beep in track {number}"


def compared(outcome: Outcome, expected: Seen, made: Recipe | None = None) -> list[str]:
    """`made`: the recipe of a generated film, whose frames have numbers and whose channels have tones."""
    last = outcome.last
    ends_s = comparing.length_s(expected.picture, expected.sounds)
    found = (
        []
        if made is None
        else list(comparing.losses(_losses(last), comparing.expected_losses(expected.picture, expected.sounds, ends_s)))
    )
    if bool(expected.picture) != bool(last["renditions"]):
        found.append(f"{len(last['renditions'])} renditions")
    for rendition in last["renditions"]:
        seen = result.picture(outcome.folder / rendition["playlist"])
        copied = rendition["source"] == "copy"
        assert expected.picture is not None
        found += [
            f"{rendition['playlist']}: {each}"
            for each in comparing.pictures(
                seen, expected.picture, copied=copied, ends_s=ends_s, numbered=made is not None
            )
        ]
    if len(last["audio_tracks"]) != len(expected.sounds):
        found.append(f"{len(last['audio_tracks'])} sound tracks, expected {len(expected.sounds)}")
    for number, (track, theirs) in enumerate(zip(last["audio_tracks"], expected.sounds, strict=False)):
        ours = result.sound(outcome.folder / track["playlist"])
        tones = [tone_hz(number, channel) for channel in range(LAYOUTS[made.layout])] if made else []
        copied = "/copy" in track["playlist"]
        found += [
            f"{track['playlist']}: {each}"
            for each in comparing.sounds(ours, theirs, copied=copied, ends_s=ends_s, tones=tones)
        ]
    shown = [track for track in last["subtitle_tracks"] if track["shown"]]
    if len(shown) != len(expected.texts):
        found.append(f"{len(shown)} subtitle tracks, expected {len(expected.texts)}")
    for track, cues in zip(shown, expected.texts, strict=False):
        found += [
            f"{track['file']}: {each}" for each in comparing.texts(result.cues(outcome.folder / track["file"]), cues)
        ]
    marks = [(each["start_s"], each["title"]) for each in last["chapters"]]
    return [*found, *comparing.chapters(marks, [each for each in expected.chapters if each[0] < ends_s])]


def _losses(last: dict[str, Any]) -> Sequence[comparing.Loss]:
    return [
        comparing.Loss(each["kind"], part["begin_s"], part["end_s"])
        for each in last["losses"]
        for part in each["parts"]
    ]
