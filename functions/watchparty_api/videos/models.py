"""The request and response bodies of videos."""

import re
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Discriminator, Field, Tag

from watchparty_api.records import VideoStatus
from watchparty_api.videos.transcodes.models import AudioTrack, Chapter, FailureCode, Rendition
from watchparty_api.web.bodies import Body, visible_line

_DIRECT = re.compile(r"\.(mp4|m4v|m3u8)$", re.IGNORECASE)


def _direct_link(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("A link starts with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("Remove the password from the link: everyone in the room can see it.")
    if not _DIRECT.search(parts.path):
        raise ValueError("Use a link that ends in .mp4 or .m3u8.")
    return url


Title = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(visible_line)]
FileName = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(visible_line)]
SourceUrl = Annotated[str, Field(max_length=2000, pattern=r"^[\x21-\x7e]+$"), AfterValidator(_direct_link)]
Duration = Annotated[float, Field(strict=True, gt=0, le=7 * 24 * 3600, allow_inf_nan=False)]


class UploadAnnouncement(Body):
    """A file to be uploaded."""

    title: Title | None = None
    filename: FileName
    size_bytes: Annotated[int, Field(strict=True, ge=1, le=2**50)]
    content_type: Annotated[str, Field(max_length=200)] = ""
    fingerprint: Annotated[str, Field(min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")] | None = None
    """Identifies the file, so that another tab or device continues the same upload."""


class DirectLink(Body):
    """A film that is hosted elsewhere and played from there; we never fetch it."""

    title: Title
    source_url: SourceUrl
    duration_s: Duration | None = None
    """The duration, if the browser already knows it."""


def _form(body: object) -> str:
    return "link" if isinstance(body, dict) and "source_url" in body else "upload"


NewVideo = Annotated[
    Annotated[UploadAnnouncement, Tag("upload")] | Annotated[DirectLink, Tag("link")], Discriminator(_form)
]


class VideoChange(Body):
    """Only the given fields change. The duration can be set only for direct links."""

    title: Title | None = None
    duration_s: Duration | None = None


class SubtitleTrackView(BaseModel):
    """A track of the film's own playlist or, if `id` and `url` are set, an added one."""

    id: str | None = None
    language: str
    label: str
    default: bool
    forced: bool = False
    shown: bool = True
    url: str | None = None


class LostPart(BaseModel):
    """Seconds of the film; `end_s` is null if it is not known how much is missing."""

    begin_s: float
    end_s: float | None = None


class Loss(BaseModel):
    """Something that the film has lost: `sound_missing`, `picture_missing`, `end_missing`, `track_skipped` or
    `subtitles_not_shown`. `message` is also one of the warnings; `track` is a label.
    """

    kind: str
    message: str
    track: str | None = None
    parts: list[LostPart] = []


class Failure(BaseModel):
    code: FailureCode
    message: str


class VideoView(BaseModel):
    """A film as its owner sees it."""

    id: str
    title: str
    filename: str
    size_bytes: int
    source_url: str | None
    status: VideoStatus
    progress: float
    playable: bool
    duration_s: float | None
    playable_s: float
    renditions: list[Rendition]
    audio_tracks: list[AudioTrack]
    subtitle_tracks: list[SubtitleTrackView]
    chapters: list[Chapter]
    warnings: list[str]
    losses: list[Loss]
    poster_url: str | None
    sprites_url: str | None
    failure: Failure | None
    created_at: datetime
    updated_at: datetime


class UploadView(BaseModel):
    """How to start the upload: POST to `start_url` with exactly these headers, before `expires_at`.

    For `s3-multipart` this is the call that returns the URLs of parts, authorised by the caller's own token.
    """

    protocol: Literal["gcs-resumable", "s3-multipart"]
    start_url: str
    headers: dict[str, str]
    expires_at: datetime


class NewVideoView(BaseModel):
    """`upload` is null for a direct link."""

    video: VideoView
    upload: UploadView | None


class VideoList(BaseModel):
    items: list[VideoView]
    next_cursor: str | None
