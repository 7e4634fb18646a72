"""How each transcode event changes a video, and that their order does not matter."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.transcode_events import NOW, event, waiting_video
from watchparty_api.records import Video
from watchparty_api.videos.transcodes.models import TranscodeEvent
from watchparty_api.videos.transcodes.transitions import SILENCE, after_event, after_lost_run, is_silent, next_run

LATER = NOW + timedelta(seconds=5)


def after(video: Video, *events: TranscodeEvent) -> Video:
    for each in events:
        video = after_event(video, each, LATER) or video
    return video


def shown(video: Video) -> dict[str, Any]:
    """The fields that people see."""
    names = (
        *("status", "progress", "playable", "playable_s", "duration_s", "renditions", "audio_tracks"),
        *("subtitle_tracks", "chapters", "warnings", "losses", "poster", "sprites", "failure", "attempt"),
    )
    return {name: getattr(video, name) for name in names}


TABLE = [
    # status, event, status after, progress after, playable after
    ("queued", event("started"), "processing", 0.0, False),
    ("queued", event("progress", done=1, total=4), "processing", 0.25, False),
    ("processing", event("progress", done=4, total=4), "processing", 0.99, False),
    ("processing", event("playable"), "processing", 0.0, True),
    ("queued", event("playable"), "processing", 0.0, True),
    ("processing", event("finished"), "ready", 1.0, True),
    ("queued", event("finished"), "ready", 1.0, True),
    ("failed", event("finished"), "ready", 1.0, True),
    ("processing", event("failed"), "failed", 0.0, False),
    ("ready", event("failed"), "ready", 0.0, False),
    ("failed", event("started"), "failed", 0.0, False),
    ("ready", event("started"), "ready", 0.0, False),
]


@pytest.mark.parametrize(
    ("status", "told", "expected", "progress", "playable"), TABLE, ids=[f"{row[0]}-{row[1].kind}" for row in TABLE]
)
def test_each_event_moves_a_video_forward(
    status: str, told: TranscodeEvent, expected: str, progress: float, playable: bool
) -> None:
    """The decision table."""
    video = after(waiting_video(status=status), told)
    assert (video.status, video.progress, video.playable) == (expected, progress, playable)


def test_progress_is_the_maximum_of_a_generation() -> None:
    """MEDIA: no progress was shown. It never decreases, even if a new run starts from the beginning."""
    video = after(waiting_video(), event("progress", done=3, total=4), event("progress", attempt=2, done=1, total=4))
    assert video.progress == 0.75


@pytest.mark.parametrize("generation", [0, 1_699_999_999_999_999_999, 1_700_000_000_000_000_001])
def test_events_of_another_generation_are_dropped(generation: int) -> None:
    """Only events of the claimed original count."""
    for kind in ("started", "progress", "playable", "finished", "failed"):
        assert after_event(waiting_video(), event(kind, generation=generation), LATER) is None


def test_a_repeated_event_changes_nothing_visible() -> None:
    """Delivery at least once has the same effect as delivery once."""
    for kind in ("started", "progress", "playable", "finished", "failed"):
        once = after(waiting_video(), event(kind))
        assert shown(after(once, event(kind))) == shown(once)


def test_an_older_playable_does_not_remove_a_quality() -> None:
    """The tracks of the newest event and the longest playable stretch count."""
    rendition = {"width": 1280, "height": 720, "bandwidth": 1, "codecs": "avc1"}
    newer = event("playable", seq=7, playable_s=20.0, renditions=[rendition, rendition | {"height": 360}])
    older = event("playable", seq=3, playable_s=24.0)
    for order in ((newer, older), (older, newer)):
        video = after(waiting_video(), *order)
        assert ([each["height"] for each in video.renditions], video.playable_s) == ([720, 360], 24.0)


def test_a_failure_of_an_old_run_does_not_end_the_new_one() -> None:
    """After a retry, the failure of the previous run is ignored."""
    retried = next_run(after(waiting_video(), event("failed")), LATER)
    assert after(retried, event("failed", seq=9)).status == "queued"
    assert after(retried, event("failed", attempt=2)).status == "failed"


def test_added_subtitles_survive_events() -> None:
    """The transcoder does not know them and must not remove them."""
    beside = {"id": "t1", "language": "de", "label": "Deutsch", "default": True, "file": "sidecar/t1.vtt"}
    inside = {"language": "en", "label": "English", "default": False, "forced": False, "shown": True}
    video = after(waiting_video(subtitle_tracks=(beside,)), event("finished", subtitle_tracks=[inside]))
    assert video.subtitle_tracks == (inside, beside)


def test_an_internal_failure_is_retried_three_times() -> None:
    """`internal` starts another run; after the third in a row the film fails with the last message."""
    video = waiting_video()
    for attempt in (1, 2):
        video = after(video, event("failed", attempt=attempt, code="internal"))
        assert (video.status, video.attempt) == ("queued", attempt + 1)
    video = after(video, event("failed", attempt=3, code="internal", message="We could not do it."))
    assert (video.status, video.failure) == ("failed", {"code": "internal", "message": "We could not do it."})


def test_progress_resets_the_count_of_lost_runs() -> None:
    """A film of many hours can be interrupted more than three times as long as it makes progress."""
    video = waiting_video()
    for attempt in range(1, 10):
        video = after(video, event("progress", attempt=attempt, done=attempt, total=20))
        video = after_lost_run(video, LATER, message="-")
        assert video.status == "queued"


@pytest.mark.parametrize(
    "code", ["unsupported", "no_media", "corrupt", "incomplete", "too_long", "too_large", "timeout"]
)
def test_the_films_own_fault_is_final(code: str) -> None:
    """The same file would fail again."""
    video = after(waiting_video(), event("failed", code=code, message="Sorry."))
    assert (video.status, video.failure, video.attempt) == ("failed", {"code": code, "message": "Sorry."}, 1)


def test_any_event_of_the_newest_run_ends_its_silence() -> None:
    """Silence is counted from the last event."""
    video = waiting_video(status="processing")
    heard = after_event(video, event("progress"), LATER)
    assert heard is not None
    assert not is_silent(heard, NOW + SILENCE)
    assert is_silent(heard, LATER + SILENCE)
    replaced = after_event(waiting_video(status="processing", attempt=2), event("progress"), LATER)
    assert replaced is not None
    assert is_silent(replaced, NOW + SILENCE)


LOSS = {"kind": "sound_missing", "message": "No sound", "track": None, "parts": [{"begin_s": 1.0, "end_s": 2.0}]}

EVENTS = [
    event("started", seq=1),
    event("progress", seq=2, done=1, total=10),
    event("playable", seq=3, playable_s=4.0),
    event("progress", seq=4, done=5, total=10),
    event("playable", seq=5, playable_s=12.0, poster=None, warnings=["No sound"], losses=[LOSS]),
]


@pytest.mark.parametrize("last", [event("finished", seq=9), event("failed", seq=9)], ids=["finished", "failed"])
def test_every_order_ends_in_the_same_video(last: TranscodeEvent) -> None:
    """In all 720 orders of a whole run."""
    ends = [shown(after(waiting_video(), *order)) for order in permutations([*EVENTS, last])]
    assert all(end == ends[0] for end in ends)


@given(
    st.lists(st.sampled_from([*EVENTS, event("finished", attempt=2, seq=2)]), min_size=1).flatmap(
        lambda events: st.tuples(st.permutations(events), st.permutations(events * 2))
    )
)
def test_order_and_repetition_do_not_matter(orders: tuple[list[TranscodeEvent], list[TranscodeEvent]]) -> None:
    """For any subset of the events, in any order and repetition."""
    once, twice = orders
    assert shown(after(waiting_video(), *once)) == shown(after(waiting_video(), *twice))


@given(st.lists(st.sampled_from([*EVENTS, event("failed", seq=9), event("finished", seq=10)])))
def test_a_video_never_goes_backwards(events: list[TranscodeEvent]) -> None:
    """Progress and the playable stretch only grow, and ready stays ready."""
    video = waiting_video()
    for each in events:
        following = after(video, each)
        assert following.progress >= video.progress
        assert following.playable >= video.playable
        assert following.playable_s >= video.playable_s
        assert video.status != "ready" or following.status == "ready"
        video = following
