"""How a video looks over HTTP. What is shown is listed here; where files lie and who owns them is not."""

from __future__ import annotations

from watchparty_api.playback.posters import poster_url
from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.videos.models import SubtitleTrackView, VideoView


def video_view(services: Services, video: Video) -> VideoView:
    """The video for its owner."""
    shown = {name: getattr(video, name) for name in VideoView.model_fields if hasattr(video, name)}
    return VideoView.model_validate(
        shown
        | {
            "subtitle_tracks": subtitle_tracks(video),
            "poster_url": poster_url(services, video),
            "sprites_url": f"{media_folder(video)}{video.sprites}" if video.sprites else None,
        }
    )


def subtitle_tracks(video: Video) -> list[SubtitleTrackView]:
    """Tracks of the film and tracks beside it; the address of the latter is in the film's folder, behind its grant."""
    return [
        SubtitleTrackView(**track, url=f"{media_folder(video)}{track['file']}" if "file" in track else None)
        for track in video.subtitle_tracks
    ]


def media_folder(video: Video) -> str:
    """Where the film's files are fetched."""
    return f"/media/{video.id}/{video.generation}/"
