"""What a film has lost is one sentence per loss, with times; what it has not lost is no sentence."""

from fractions import Fraction

import pytest

from transcoder.facts import audio, facts, video
from watchparty_transcoder.plan.losses import film_time, missing_picture, missing_sound, subtitles_not_shown
from watchparty_transcoder.plan.models import Facts, Loss, SkippedTrack, SubtitleFacts
from watchparty_transcoder.plan.plan import make_plan

LENGTH_S = 60.0


def sound(*parts: tuple[float, float], begins_s: float = 0.0, track: str | None = None) -> list[Loss]:
    return list(missing_sound(parts, begins_s=begins_s, length_s=LENGTH_S, track=track))


def times(losses: list[Loss]) -> list[tuple[float, float | None]]:
    return [(part.begin_s, part.end_s) for loss in losses for part in loss.parts]


def picture(*parts: tuple[float, float], begins_s: float = 0.0, ends_s: float = LENGTH_S) -> list[Loss]:
    return list(missing_picture(parts, begins_s=begins_s, ends_s=ends_s))


def test_the_picture_is_not_missing_before_it_begins_and_after_it_ends() -> None:
    """Sound that begins before the picture or outlasts it is as its author left it, and no damage."""
    parts = (0.0, 5.0), (50.0, LENGTH_S)
    assert picture(*parts, begins_s=5.0, ends_s=50.0) == []
    assert times(picture(*parts, begins_s=4.0, ends_s=51.0)) == [(4.0, 5.0), (50.0, 51.0)]


@pytest.mark.parametrize(
    ("parts", "begins_s"),
    [
        ([], 0.0),
        ([(59.9, 60.02)], 0.0),
        ([(59.1, 60.0)], 0.0),
        ([(0.0, 0.021)], 0.0),
        ([(0.0, 1.2)], 1.2),
        ([(20.0, 20.4)], 0.0),
        ([(19.8, 20.0), (20.02, 20.2)], 0.0),
    ],
    ids=["nothing", "padding", "ends a moment early", "priming", "begins late", "a quiet codec", "at a seam"],
)
def test_nothing_is_lost(parts: list[tuple[float, float]], begins_s: float) -> None:
    """Silence that is in the file, or that every encoder adds, is not a loss."""
    assert sound(*parts, begins_s=begins_s) == []


@pytest.mark.parametrize(
    ("parts", "begins_s", "sentence", "expected"),
    [
        ([(4.0, 6.011)], 0.0, "The sound is missing from 0:04 to 0:06, where the file is damaged or has none.",
         [(4.0, 6.011)]),
        ([(19.7, 20.0), (20.0, 20.3)], 0.0,
         "The sound is missing from 0:20 to 0:21, where the file is damaged or has none.", [(19.7, 20.3)]),
        ([(28.0, 40.0), (40.0, 60.01)], 0.0, "The sound ends at 0:28, before the film does.", [(28.0, 60.0)]),
        ([(0.0, 3.0)], 1.2, "The sound is missing from 0:01 to 0:03, where the file is damaged or has none.",
         [(1.2, 3.0)]),
        ([(0.0, 60.0)], 0.0, "The sound cannot be decoded, so the whole film is silent.", [(0.0, 60.0)]),
    ],
    ids=["a gap", "a gap over a seam", "the end", "a damaged beginning", "all of it"],
)  # fmt: skip
def test_sound_that_is_missing(
    parts: list[tuple[float, float]], begins_s: float, sentence: str, expected: list[tuple[float, float]]
) -> None:
    """Parts that two chunks report on both sides of their seam are one."""
    losses = sound(*parts, begins_s=begins_s)
    assert [loss.message for loss in losses] == [sentence]
    assert times(losses) == expected


def test_many_gaps_are_one_sentence() -> None:
    """All of them are in the data."""
    (loss,) = sound(*((at, at + 1.0) for at in range(0, 50, 10)), track="German")
    assert loss.message == (
        "The sound track “German” is missing from 0:00 to 0:01, from 0:10 to 0:11, from 0:20 to 0:21 and in 2 more "
        "places, where the file is damaged or has none."
    )
    assert len(loss.parts) == 5
    assert loss.track == "German"


def test_a_part_that_each_rendition_reports_is_missing_once() -> None:
    """Renditions are encoded by different processes, which stop at slightly different frames."""
    (loss,) = picture((20.0, 26.0), (20.04, 26.0), (30.0, 30.2))
    assert loss.message == "The picture is missing from 0:20 to 0:26, where the file is damaged."
    assert times([loss]) == [(20.0, 26.0)]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (facts(cut_off=True), "The film stops at 1:00, because the end of this file is missing: it was cut off or not "
         "copied completely. Try uploading it again."),
        (facts(video=video(duration_s=30.0)), "The picture ends at 0:30. Its last frame stays until the sound ends."),
        (facts(skipped=(SkippedTrack(kind="unknown sound", label="Czech"),)),
         "The sound track “Czech” has an unknown format and is left out."),
        (facts(subtitles=(SubtitleFacts(index=2, codec="dvb_subtitle", language="ger", bitmap=True),)),
         "Subtitles that are a picture each cannot be shown: German."),
    ],
    ids=["cut off", "picture ends early", "unknown sound", "pictures"],
)  # fmt: skip
def test_what_the_facts_show(changed: Facts, sentence: str) -> None:
    """Before anything is decoded."""
    assert [loss.message for loss in make_plan(changed).losses] == [sentence]


@pytest.mark.parametrize(
    "whole",
    [
        facts(),
        facts(video=video(rate=Fraction(1), duration_s=1.0)),
        facts(video=video(duration_s=59.5)),
        facts(audio=(audio(start_s=1.2, duration_s=58.8),)),
        facts(audio=(audio(duration_s=59.9),)),
        facts(audio=()),
    ],
    ids=["usual", "a still", "sound a little longer", "sound begins late", "sound a little shorter", "silent film"],
)
def test_a_whole_film_has_lost_nothing(whole: Facts) -> None:
    """A false warning is a fault."""
    assert make_plan(whole).losses == ()


def test_where_a_sound_track_begins() -> None:
    """What precedes its first sample is not missing; the time counts from the film's beginning."""
    plan = make_plan(facts(demuxer="matroska", audio=(audio(start_s=1.2), audio(index=2))))
    assert [track.begins_s for track in plan.audio] == [1.2, 0.0]


def test_subtitles_of_several_languages() -> None:
    """Are one sentence."""
    assert subtitles_not_shown(["German", "English"], "are pictures").message == (
        "Subtitles that are pictures cannot be shown: German, English."
    )


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (4.4, "0:04"), (59.6, "1:00"), (3723, "1:02:03")])
def test_film_time(seconds: float, text: str) -> None:
    """As the page shows times."""
    assert film_time(seconds) == text
