"""HTTP routes of the library: announce or link a film, read, rename, retry and delete it."""

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from watchparty_api.errors import Conflict, Invalid
from watchparty_api.objects.port import UploadStart
from watchparty_api.records import Account, Video
from watchparty_api.services import Services
from watchparty_api.store.queries import VIDEOS_OF_OWNER
from watchparty_api.videos.failure_bundle import failure_bundle
from watchparty_api.videos.library import OwnedVideo, delete_video, owned_video, register_link
from watchparty_api.videos.models import (
    DirectLink,
    NewVideo,
    NewVideoView,
    UploadView,
    VideoChange,
    VideoList,
    VideoView,
)
from watchparty_api.videos.posters import check_poster_key, poster_response
from watchparty_api.videos.transcodes.runs import retry
from watchparty_api.videos.uploads.start import create_upload, start_upload
from watchparty_api.videos.views import video_view
from watchparty_api.web.caller import AccountOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf
from watchparty_api.web.idempotency import OnceOf
from watchparty_api.web.site import base_url

router = APIRouter(tags=["videos"])


@router.post("/videos", status_code=201)
def make(body: NewVideo, request: Request, caller: AccountOf, once: OnceOf, services: ServicesOf) -> NewVideoView:
    """Announces an upload and returns where to send the bytes, or registers a direct link."""
    services.limiter.hit("upload", caller.account.id)
    video = owned_video(once(lambda: _make(services, caller.account, body).id), caller, services)
    if video.source_url is not None or video.generation is not None:
        return NewVideoView(video=video_view(services, video), upload=None)
    start = start_upload(services, caller.account, video, base_url=base_url(request))
    return NewVideoView(video=video_view(services, video), upload=_upload_view(start))


def _make(services: Services, owner: Account, body: NewVideo) -> Video:
    return (
        register_link(services, owner, body) if isinstance(body, DirectLink) else create_upload(services, owner, body)
    )


@router.post("/videos/{video_id}/upload", status_code=201)
def upload_again(video: OwnedVideo, request: Request, caller: AccountOf, services: ServicesOf) -> NewVideoView:
    """Restarts an upload that has not arrived."""
    services.limiter.hit("upload", video.owner_id)
    start = start_upload(services, caller.account, video, base_url=base_url(request))
    updated = services.store.get(Video, video.id) or video
    return NewVideoView(video=video_view(services, updated), upload=_upload_view(start))


@router.get("/videos")
def list_mine(caller: AccountOf, services: ServicesOf, limit: PageLimit = 50, cursor: PageCursor = None) -> VideoList:
    """Lists the caller's library, newest first."""
    page = services.store.query(VIDEOS_OF_OWNER, caller.account.id, limit=limit, cursor=cursor)
    return VideoList(items=[video_view(services, video) for video in page.items], next_cursor=page.cursor)


@router.get("/videos/{video_id}")
def read(video: OwnedVideo, services: ServicesOf) -> VideoView:
    """Returns the film and its processing status."""
    return video_view(services, video)


@router.patch("/videos/{video_id}")
def change(body: VideoChange, video: OwnedVideo, services: ServicesOf) -> VideoView:
    """Changes the title and, for a direct link, the duration."""
    changed = video
    if body.title is not None:
        changed = replace(changed, title=body.title)
    if body.duration_s is not None:
        if video.source_url is None:
            raise Invalid("not_a_link", "The length of an uploaded film can’t be set; we measure it.")
        changed = replace(changed, duration_s=body.duration_s, playable_s=body.duration_s)
    if changed != video:
        changed = services.store.replace(replace(changed, updated_at=services.now()))
    if changed.duration_s != video.duration_s:
        services.on_video_changed(services, changed)
    return video_view(services, changed)


@router.delete("/videos/{video_id}", status_code=204)
def delete(video: OwnedVideo, services: ServicesOf) -> None:
    """Deletes the film, its original and all files created from it."""
    delete_video(services, video.id)


@router.post("/videos/{video_id}/retry")
def try_again(video: OwnedVideo, services: ServicesOf) -> VideoView:
    """Prepares a failed film again."""
    retried = retry(services, video.id)
    if retried is None:
        raise Conflict("nothing_to_retry", "Only films that failed can be prepared again.")
    return video_view(services, retried)


@router.get(
    "/videos/{video_id}/failure-bundle",
    response_class=Response,
    responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
def bundle_failure(video: OwnedVideo, services: ServicesOf) -> Response:
    """Returns what explains why the film failed: probe, command lines, versions, log, and the start of the original."""
    services.limiter.hit("failure_bundle", video.owner_id)
    headers = {
        "Content-Disposition": f'attachment; filename="watchparty-problem-{video.id}.zip"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(failure_bundle(services, video), media_type="application/zip", headers=headers)


@router.get("/videos/{video_id}/poster/{key}", response_class=Response)
def poster(video_id: str, key: str, services: ServicesOf) -> Response:
    """Returns the picture at the URL given by `poster_url`."""
    check_poster_key(services, video_id, key)
    return poster_response(services, services.store.get(Video, video_id))


def _upload_view(start: UploadStart) -> UploadView:
    return UploadView.model_validate(start, from_attributes=True)
