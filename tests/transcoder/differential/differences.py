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

SAY_THEIR_LENGTH = ("mkv", "webm", "avi", "wav", "flv")
"""A file of these that has been cut off is known to be."""


def differences(made: Recipe, folder: Path) -> list[str]:
    """Empty if a viewer of our result sees what plain ffmpeg sees of the film."""
    film = build(made, folder)
    expected = reference(film, folder / "reference", parts=made.parts)
    if made.suffix:  # plain ffmpeg would believe it
        film = film.rename(film.with_name(f"named.{made.suffix}"))
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
        else [*comparing.losses(_losses(last), comparing.expected_losses(expected.picture, expected.sounds, ends_s))]
    )
    if made is not None:
        found += _whole_file(last, made, ends_s)
    if bool(expected.picture) != bool(last["renditions"]):
        found.append(f"{len(last['renditions'])} renditions")
    for rendition in last["renditions"]:
        seen, theirs = result.picture(outcome.folder / rendition["playlist"]), expected.picture
        copied = rendition["source"] == "copy"
        assert theirs is not None
        if made and made.cut:
            last_s = theirs.frames[-1].time_s
            seen, theirs = seen.before(last_s), theirs.before(last_s)
        found += [
            f"{rendition['playlist']}: {each}"
            for each in comparing.pictures(seen, theirs, copied=copied, ends_s=ends_s, numbered=made is not None)
        ]
    if len(last["audio_tracks"]) != len(expected.sounds):
        found.append(f"{len(last['audio_tracks'])} sound tracks, expected {len(expected.sounds)}")
    for number, (track, heard) in enumerate(zip(last["audio_tracks"], expected.sounds, strict=False)):
        ours = result.sound(outcome.folder / track["playlist"])
        place = number + 1 if made and 0 < made.unknown <= number + 1 else number
        tones = [tone_hz(place, channel) for channel in range(LAYOUTS[made.layout])] if made else []
        copied = "/copy" in track["playlist"]
        found += [
            f"{track['playlist']}: {each}"
            for each in comparing.sounds(ours, heard, copied=copied, ends_s=ends_s, tones=tones)
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
        if each["kind"] != "end_missing"
    ]


def _whole_file(last: dict[str, Any], made: Recipe, ends_s: float) -> Iterator[str]:
    """What is said about a missing end and a track that is left out."""
    by_kind = {
        kind: [each for each in last["losses"] if each["kind"] == kind] for kind in ("end_missing", "track_skipped")
    }
    ends = [part["begin_s"] for each in by_kind["end_missing"] for part in each["parts"]]
    if (ends and not made.cut) or (not ends and made.cut and made.container in SAY_THEIR_LENGTH):
        yield f"the end is said to be missing at {ends}; cut off: {made.cut}"
    if any(abs(at - ends_s) > comparing.LOSS_S for at in ends):
        yield f"the end is said to be missing at {ends}, expected at {ends_s:.3f}"
    if len(by_kind["track_skipped"]) != bool(made.unknown):
        yield f"{len(by_kind['track_skipped'])} tracks are said to be left out"
