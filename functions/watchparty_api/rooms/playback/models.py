"""The request and response bodies of playback."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from watchparty_api.videos.models import SubtitleTrackView
from watchparty_api.videos.transcodes.models import Chapter
from watchparty_api.web.bodies import Body


class Playback(BaseModel):
    """The film's URL. The cookie that permits playback is set by the same response, unless the URL itself does."""

    manifest_url: str
    expires_at: datetime
    expires_in_s: int
    """The same as a duration, for devices with a wrong clock."""
    subtitle_tracks: list[SubtitleTrackView] = []
    """Added subtitles; those of the file are in its playlist."""
    sprites_url: str | None = None
    chapters: list[Chapter] = []


class PlaybackRequest(Body):
    """`via: link` is for players without cookies: the grant is then part of the URL."""

    room_id: Annotated[str, Field(max_length=100)] | None = None
    via: Literal["cookie", "link"] = "cookie"
