"""A video over HTTP: its view for the owner, and the addresses of its files."""

from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.videos.models import SubtitleTrackView, VideoView
from watchparty_api.videos.posters import poster_url


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


def video_view(services: Services, video: Video) -> VideoView:
    """The video for its owner."""
    shown = {name: getattr(video, name) for name in VideoView.model_fields if hasattr(video, name)}
    return VideoView.model_validate(
        shown
        | {
            "subtitle_tracks": subtitle_tracks(video),
            "poster_url": poster_url(services, video),
            "sprites_url": sprites_url(video),
        }
    )
