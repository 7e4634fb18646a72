"""The plan is a function of the facts."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder.facts import audio, facts, video
from watchparty_transcoder.plan import plan as planning
from watchparty_transcoder.plan.models import Chapter, Colour, Plan, SubtitleFacts

STORED: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("stored_plans.json").read_text())


def passes(plan: Plan) -> dict[str, list[str]]:
    return (
        {
            encode_pass.kind: [rendition.name for rendition in encode_pass.renditions]
            for encode_pass in plan.video.passes
        }
        if plan.video
        else {}
    )


def test_a_film_that_can_be_copied() -> None:
    """It is copied, and gets the renditions below its own size, but no fast pass."""
    plan = planning.make_plan(facts())
    assert plan.video
    assert plan.video.copy
    assert plan.video.copy.name == "v1080/copy"
    assert plan.video.copy.cuts[:3] == (0, 61_440, 122_880)
    assert passes(plan) == {"ladder": ["v720/ladder", "v480/ladder", "v360/ladder"]}
    assert [(track.name, track.copied) for track in plan.audio] == [("a0/copy", True)]


def test_a_film_that_cannot_be_copied() -> None:
    """The fast pass is first, and its first chunk is encoded per rendition."""
    plan = planning.make_plan(facts(video=video(codec="hevc", keyframes=(), duration_s=600.0), duration_s=600.0))
    assert plan.video
    assert plan.video.copy is None
    assert "codec is H.264, VP9 or AV1" in plan.video.not_copied
    assert passes(plan) == {
        "fast": ["v720/fast", "v360/fast"],
        "ladder": ["v1080/ladder", "v720/ladder", "v480/ladder", "v360/ladder"],
    }
    fast, ladder = plan.video.passes
    assert [(chunk.first, chunk.end, chunk.per_rendition) for chunk in fast.chunks[:2]] == [
        (0, 5, True),
        (5, 20, False),
    ]
    assert not any(chunk.per_rendition for chunk in ladder.chunks)
    assert fast.chunks[-1].end == ladder.chunks[-1].end == 150


def test_a_small_film_needs_no_fast_pass() -> None:
    """Up to 480 lines the ladder is the first pass, and begins with the opening chunk."""
    plan = planning.make_plan(facts(video=video(codec="vp9", width=640, height=360, keyframes=())))
    assert passes(plan) == {"ladder": ["v360/ladder"]}
    assert plan.video
    assert plan.video.passes[0].chunks[0].per_rendition


def test_a_film_without_seeking_is_one_chunk() -> None:
    """A file without an index is read once, from its beginning."""
    plan = planning.make_plan(facts(demuxer="mpegts", seekable=False, video=video(codec="mpeg2video", keyframes=())))
    assert plan.video
    assert all(len(encode_pass.chunks) == 1 for encode_pass in plan.video.passes)


def test_rotation_and_pixel_shape_make_the_displayed_size() -> None:
    """Rotation by 90 degrees swaps the sides; wide pixels widen the film."""
    turned = planning.make_plan(facts(video=video(rotation=90))).video
    wide = planning.make_plan(facts(video=video(width=720, height=576, pixel_aspect=Fraction(64, 45)))).video
    assert turned
    assert wide
    assert (turned.decoded.width, turned.decoded.height) == (1080, 1920)
    assert (wide.decoded.width, wide.decoded.height) == (1024, 576)


@pytest.mark.parametrize(
    ("given", "height", "expected"),
    [
        (Colour(), 1080, ("bt709", "bt709", "bt709")),
        (Colour(), 480, ("smpte170m", "smpte170m", "smpte170m")),
        (Colour(transfer="smpte2084"), 1080, ("bt2020", "smpte2084", "bt2020nc")),
        (Colour(matrix="bt470bg"), 576, ("smpte170m", "smpte170m", "bt470bg")),
    ],
)
def test_unspecified_colour_is_guessed_by_size(given: Colour, height: int, expected: tuple[str, str, str]) -> None:
    """As in players: small is BT.601, large is BT.709, HDR is BT.2020."""
    film = planning.make_plan(facts(video=video(colour=given, height=height, width=height * 4 // 3))).video
    assert film
    colour = film.decoded.colour
    assert (colour.primaries, colour.transfer, colour.matrix) == expected


def test_origin_is_the_first_video_frame() -> None:
    """0 in every rendition is the first video frame; on ffmpeg's clock, time counts from the container's start."""
    plan = planning.make_plan(facts(start_s=1.4, video=video(start_s=1.44, keyframes=()), audio=(audio(start_s=1.4),)))
    assert plan.container_origin_s == 1.44
    assert plan.origin_s == pytest.approx(0.04)


def test_audio_well_before_the_video_is_kept() -> None:
    """Then 0 is the start of the audio, and the video is not copied."""
    plan = planning.make_plan(facts(video=video(start_s=2.0), audio=(audio(duration_s=62.0),)))
    assert plan.container_origin_s == 0.0
    assert plan.duration_s == pytest.approx(62.0)
    assert plan.video
    assert plan.video.copy is None


def test_audio_well_after_the_video_is_kept() -> None:
    """Then the film is as long as its audio."""
    plan = planning.make_plan(facts(video=video(duration_s=1.0)))
    assert plan.duration_s == pytest.approx(60.0, abs=0.05)


def test_audio_only() -> None:
    """No video plan, segments of four seconds, and a label from the language."""
    plan = planning.make_plan(facts(video=None, duration_s=60.01, audio=(audio(codec="mp3", language="ger"),)))
    assert plan.video is None
    (track,) = plan.audio
    assert (track.label, track.copied, len(track.starts)) == ("German", False, 16)


def test_default_track_is_the_flagged_one_or_the_first() -> None:
    """Exactly one audio track is the default."""
    flagged = planning.make_plan(facts(audio=(audio(), audio(index=2, default=True))))
    plain = planning.make_plan(facts(audio=(audio(), audio(index=2))))
    assert [track.default for track in flagged.audio] == [False, True]
    assert [track.default for track in plain.audio] == [True, False]


def test_labels_within_a_group_differ() -> None:
    """Two tracks of one language get different labels."""
    plan = planning.make_plan(facts(audio=(audio(language="eng"), audio(index=2, language="eng"))))
    assert [track.label for track in plan.audio] == ["English", "English (2)"]


def test_which_subtitles_are_shown() -> None:
    """Text, and pictures that we can decode, over a film with a picture; the others are listed as not shown."""
    text = SubtitleFacts(index=2, codec="subrip", language="eng")
    bitmaps = SubtitleFacts(index=3, codec="hdmv_pgs_subtitle", language="fre", bitmap=True)
    unknown = SubtitleFacts(index=4, codec="dvb_teletext", language="ger", bitmap=True)
    plan = planning.make_plan(facts(subtitles=(text, bitmaps, unknown)))
    assert [(track.stream, track.images) for track in plan.subtitles] == [(2, False), (3, True)]
    assert [track.language for track in plan.subtitles_not_shown] == ["ger"]
    heard = planning.make_plan(replace(facts(subtitles=(text, bitmaps)), video=None))
    assert [track.stream for track in heard.subtitles] == [2]


def test_chapters_are_on_the_clock_of_the_film() -> None:
    """A file whose clock begins at 100 s has its first chapter at 0; what begins after the film is left out."""
    late = replace(facts(), video=video(start_s=100.0), audio=(audio(start_s=100.0),), chapters=(
        Chapter(start_s=100.0, end_s=104.0, title="one"),
        Chapter(start_s=104.0, end_s=900.0, title="two"),
        Chapter(start_s=900.0, end_s=901.0, title="three"),
    ))  # fmt: skip
    placed = planning.make_plan(late).chapters
    assert [(each.start_s, each.end_s) for each in placed] == [(0.0, 4.0), (4.0, 60.0)]


def test_two_mono_tracks_on_the_left_and_right_are_one() -> None:
    """They are the two channels of one stereo track; two other mono tracks stay two."""
    left, right = audio(codec="pcm_s16le", positions=("FL",)), audio(index=2, codec="pcm_s16le", positions=("FR",))
    (track,) = planning.make_plan(facts(audio=(left, right))).audio
    assert (track.stream, track.right) == (1, 2)
    middle = replace(right, positions=("FC",))
    assert [each.right for each in planning.make_plan(facts(audio=(left, middle))).audio] == [None, None]


@pytest.mark.parametrize("name", STORED)
def test_plans_of_earlier_versions_stay_readable(name: str) -> None:
    """A plan that version 1 stored is read, written again to the byte, and names the same markers."""
    plan = planning.decode(STORED[name]["plan"].encode())
    assert planning.encode(plan).decode() == STORED[name]["plan"]
    assert planning.plan_hash(plan) == STORED[name]["hash"]


def test_plan_survives_storage() -> None:
    """A restarted run reads exactly the plan that was stored, with the same hash."""
    plan = planning.make_plan(facts())
    again = planning.decode(planning.encode(plan))
    assert again == plan
    assert planning.plan_hash(again) == planning.plan_hash(plan)


@given(
    st.floats(min_value=0.04, max_value=20_000), st.sampled_from([Fraction(24000, 1001), Fraction(25), Fraction(60)])
)
def test_every_chunk_and_segment_is_covered_once(duration_s: float, rate: Fraction) -> None:
    """The chunks of each pass and each audio track are consecutive, from the first segment to the last."""
    made = facts(
        video=video(codec="hevc", keyframes=(), duration_s=duration_s, rate=rate, base_rate=rate),
        audio=(audio(codec="mp3", duration_s=duration_s),),
        duration_s=duration_s,
    )
    plan = planning.make_plan(made)
    assert plan.video
    for chunks, segments in [
        *((encode_pass.chunks, len(plan.video.grid.starts)) for encode_pass in plan.video.passes),
        *((track.chunks, len(track.starts)) for track in plan.audio),
    ]:
        assert [chunk.first for chunk in chunks] == [0, *(chunk.end for chunk in chunks[:-1])]
        assert chunks[-1].end == segments


def test_what_could_not_be_copied_is_encoded() -> None:
    """Alone; a later plan knows from this one what not to try again."""
    copied = planning.make_plan(facts())
    assert planning.streams_not_copied(copied) == frozenset()
    without_audio = planning.make_plan(facts(), uncopied=frozenset({1}))
    assert without_audio.video
    assert without_audio.video.copy
    assert planning.streams_not_copied(without_audio) == {1}
    without_video = planning.make_plan(facts(), uncopied=frozenset({0}))
    assert [track.name for track in without_video.audio] == ["a0/copy"]
    assert planning.streams_not_copied(without_video) == {0}
