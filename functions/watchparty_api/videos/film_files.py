"""Where the files of a film are fetched: below its folder, behind a grant. Pure."""

from __future__ import annotations

from watchparty_api.records import Video
from watchparty_api.videos.models import SubtitleTrackView


def media_folder(video: Video) -> str:
    """The folder of the film's files."""
    return f"/media/{video.id}/{video.generation}/"


def sprites_url(video: Video) -> str | None:
    """The pictures along the seek bar, as WebVTT."""
    return f"{media_folder(video)}{video.sprites}" if video.sprites else None


def subtitle_tracks(video: Video) -> list[SubtitleTrackView]:
    """Tracks in the film's own playlist, then those beside it, which have an address."""
    return [
        SubtitleTrackView.model_validate(
            track | {"url": f"{media_folder(video)}{track['file']}" if "file" in track else None}
        )
        for track in video.subtitle_tracks
    ]
