"""How a video looks over HTTP. What is shown is listed in the model; where files lie and who owns them is not."""

from __future__ import annotations

from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.videos.film_files import sprites_url, subtitle_tracks
from watchparty_api.videos.models import VideoView
from watchparty_api.videos.posters import poster_url


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
