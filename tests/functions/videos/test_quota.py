"""What counts in an account's quota."""

from dataclasses import replace
from datetime import UTC, datetime

from fakes.transcode_events import waiting_video
from watchparty_api.videos.quota import ORIGINAL_RETENTION, used_bytes

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_original_film_and_subtitles_count_while_they_are_stored() -> None:
    """Once the original of a ready film is deleted, the film and its subtitles remain."""
    tracks = ({"language": "de"}, {"id": "t", "language": "en", "size_bytes": 7})
    video = replace(
        waiting_video(), status="ready", size_bytes=1000, media_bytes=1500, subtitle_tracks=tracks, updated_at=NOW
    )
    assert used_bytes([video], NOW) == 2507
    assert used_bytes([video], NOW + ORIGINAL_RETENTION) == 1507


def test_a_film_of_an_earlier_version_counts_as_its_original() -> None:
    """The size of its prepared files is not known."""
    video = replace(waiting_video(), status="ready", size_bytes=1000, media_bytes=None, updated_at=NOW)
    assert used_bytes([video], NOW + ORIGINAL_RETENTION) == 1000


def test_an_open_upload_counts_in_full_and_a_failed_one_not_at_all() -> None:
    """The reservation is released when the upload ends without a film."""
    video = replace(waiting_video(), status="uploading", generation=None, size_bytes=1000)
    assert used_bytes([video], NOW) == 1000
    assert used_bytes([replace(video, status="failed")], NOW) == 0
