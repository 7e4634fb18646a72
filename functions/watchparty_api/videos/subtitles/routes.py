"""HTTP routes of added subtitles: add, change and remove."""

import secrets
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, BaseModel, Field

from watchparty_api.errors import Conflict, NotFound, TooLarge
from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.videos.library import OwnedVideo
from watchparty_api.videos.models import VideoView
from watchparty_api.videos.quota import require_quota
from watchparty_api.videos.subtitles.charsets import is_offered
from watchparty_api.videos.subtitles.webvtt import preview, to_webvtt
from watchparty_api.videos.transcodes.transitions import sidecars
from watchparty_api.videos.views import video_view
from watchparty_api.web.bodies import Body, visible_line
from watchparty_api.web.caller import AccountOf
from watchparty_api.web.dependencies import ServicesOf

MAX_BYTES = 2 * 1024 * 1024
MAX_TRACKS = 20

_FILE_BODY = {"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}}

router = APIRouter(tags=["subtitles"])

Language = Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$")]
Label = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(visible_line)]


def _offered(charset: str) -> str:
    if not is_offered(charset):
        raise ValueError("Choose a character set from the preview.")
    return charset


Charset = Annotated[str, Field(max_length=40), AfterValidator(_offered)]


class ReadingView(BaseModel):
    """How the file reads in one character set."""

    charset: str
    sample: tuple[str, ...]
    """Up to four lines that the readings differ in, else the first ones; at most 120 characters each."""


class SubtitlePreview(BaseModel):
    """The plausible readings of a subtitle file, the most likely first. With one, there is nothing to choose."""

    readings: tuple[ReadingView, ...]


class TrackChange(Body):
    """Only the given fields change. At most one track is shown by default."""

    language: Language | None = None
    label: Label | None = None
    default: bool | None = None


async def subtitle_file(request: Request) -> bytes:
    """The file, unchanged, whatever content type the browser sends."""
    content = await request.body()
    if len(content) > MAX_BYTES:
        raise TooLarge("subtitles_too_large", "This subtitle file is too large. The limit is 2 MB.")
    return content


@router.post(
    "/videos/{video_id}/subtitles",
    status_code=201,
    openapi_extra=_FILE_BODY,
)
def add_subtitles(
    video: OwnedVideo,
    caller: AccountOf,
    content: Annotated[bytes, Depends(subtitle_file)],
    services: ServicesOf,
    language: Annotated[Language, Query()] = "und",
    label: Annotated[Label | None, Query()] = None,
    charset: Annotated[Charset | None, Query()] = None,
) -> VideoView:
    """Adds subtitles; the body is a .srt, .vtt, .ass, .ssa or .sub file (text) in any character set.

    Without `charset`, the most likely reading is taken; `/subtitles/preview` lists the plausible ones.
    """
    if video.generation is None:
        raise Conflict("not_uploaded", "Subtitles can only be added once the film is uploaded.")
    if len(sidecars(video)) >= MAX_TRACKS:
        raise Conflict("too_many_tracks", f"A film can have up to {MAX_TRACKS} subtitle files.")
    text = to_webvtt(content, language=language, charset=charset).encode()
    require_quota(services, caller.account, more_bytes=len(text))
    id_ = secrets.token_urlsafe(9)
    track = {
        "id": id_,
        "language": language,
        "label": label or language,
        "default": False,
        "forced": False,
        "shown": True,
        "file": f"sidecar/t{id_}.vtt",
        "size_bytes": len(text),
    }
    services.objects.write_media(_name(video, track), text, content_type="text/vtt; charset=utf-8")
    return _stored(services, video, (*video.subtitle_tracks, track))


@router.post("/videos/{video_id}/subtitles/preview", openapi_extra=_FILE_BODY)
def preview_subtitles(
    _video: OwnedVideo,
    content: Annotated[bytes, Depends(subtitle_file)],
    language: Annotated[Language, Query()] = "und",
) -> SubtitlePreview:
    """Returns how a subtitle file reads in each plausible character set; stores nothing."""
    found = preview(content, language=language)
    return SubtitlePreview(readings=tuple(ReadingView(charset=each.charset, sample=each.sample) for each in found))


@router.patch("/videos/{video_id}/subtitles/{track_id}")
def change_subtitles(track_id: str, body: TrackChange, video: OwnedVideo, services: ServicesOf) -> VideoView:
    """Changes language, label, or whether the track is shown by default."""
    _sidecar(video, track_id)
    changes = body.model_dump(exclude_none=True)

    def changed(track: dict[str, Any]) -> dict[str, Any]:
        if track.get("id") == track_id:
            return track | changes
        return track | {"default": False} if changes.get("default") else track

    return _stored(services, video, tuple(changed(track) for track in video.subtitle_tracks))


@router.delete("/videos/{video_id}/subtitles/{track_id}")
def remove_subtitles(track_id: str, video: OwnedVideo, services: ServicesOf) -> VideoView:
    """Removes the track."""
    removed = _sidecar(video, track_id)
    view = _stored(services, video, tuple(track for track in video.subtitle_tracks if track != removed))
    services.objects.delete_media(_name(video, removed))
    return view


def _sidecar(video: Video, track_id: str) -> dict[str, Any]:
    for track in sidecars(video):
        if track["id"] == track_id:
            return track
    raise NotFound("track_not_found", "Subtitles not found.")


def _name(video: Video, track: dict[str, Any]) -> str:
    return f"{video.id}/{video.generation}/{track['file']}"


def _stored(services: Services, video: Video, tracks: tuple[dict[str, Any], ...]) -> VideoView:
    changed = replace(video, subtitle_tracks=tracks, updated_at=services.now())
    stored = services.store.replace(changed)
    services.on_video_changed(services, stored)
    return video_view(services, stored)
