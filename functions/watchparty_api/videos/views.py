"""Responses about videos: the owner's view, and the URLs of a video's files."""

from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.videos.models import SubtitleTrackView, VideoView
from watchparty_api.videos.posters import poster_url


def media_folder(video: Video) -> str:
    """The URL path of the film's files."""
    return f"/media/{video.id}/{video.generation}/"


def sprites_url(video: Video) -> str | None:
    """The previews of the seek bar, as WebVTT."""
    return f"{media_folder(video)}{video.sprites}" if video.sprites else None


def subtitle_tracks(video: Video) -> list[SubtitleTrackView]:
    """The tracks of the film's own playlist, then the added ones, which have a URL."""
    return [
        SubtitleTrackView.model_validate(
            track | {"url": f"{media_folder(video)}{track['file']}" if "file" in track else None}
        )
        for track in video.subtitle_tracks
    ]


def video_view(services: Services, video: Video) -> VideoView:
    """The video as its owner sees it."""
    shown = {name: getattr(video, name) for name in VideoView.model_fields if hasattr(video, name)}
    return VideoView.model_validate(
        shown
        | {
            "subtitle_tracks": subtitle_tracks(video),
            "poster_url": poster_url(services, video),
            "sprites_url": sprites_url(video),
        }
    )
