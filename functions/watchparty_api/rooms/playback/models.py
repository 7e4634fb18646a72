"""The shapes of playback over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from watchparty_api.videos.models import SubtitleTrackView
from watchparty_api.videos.transcodes.models import Chapter
from watchparty_api.web.bodies import Body


class Playback(BaseModel):
    """Where the film plays. The cookie that opens it comes with the same answer, unless the address itself does."""

    manifest_url: str
    expires_at: datetime
    expires_in_s: int
    """The same from now on, for devices whose calendar is wrong."""
    subtitle_tracks: list[SubtitleTrackView] = []
    """Those beside the film; the others are in its playlist."""
    sprites_url: str | None = None
    chapters: list[Chapter] = []


class PlaybackRequest(Body):
    """`via: link` is for players that keep no cookies: the grant is then part of the address."""

    room_id: Annotated[str, Field(max_length=100)] | None = None
    via: Literal["cookie", "link"] = "cookie"
