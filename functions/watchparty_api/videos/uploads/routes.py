"""HTTP routes of uploads that are under way: their progress, and the parts of a multipart upload (`s3-multipart`)."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends

from watchparty_api.errors import Conflict, VersionConflict
from watchparty_api.objects.port import MultipartUploads
from watchparty_api.records import Video
from watchparty_api.videos.library import OwnedVideo
from watchparty_api.videos.models import VideoView
from watchparty_api.videos.uploads.finalize import on_finalized
from watchparty_api.videos.uploads.models import PartsRequest, PartsView, UploadProgress
from watchparty_api.videos.views import video_view
from watchparty_api.web.dependencies import ServicesOf

router = APIRouter(tags=["videos"])


@router.post("/videos/{video_id}/upload/progress", status_code=204)
def report_progress(body: UploadProgress, video: OwnedVideo, services: ServicesOf) -> None:
    """Shows others how much of the film has been sent; no effect once it has arrived.

    Storage in the cloud sends no events while bytes arrive, so the uploading page reports them.
    """
    services.limiter.hit("upload_parts", video.owner_id)
    if video.status != "uploading" or video.size_bytes == 0:
        return
    share = min(1.0, body.sent_bytes / video.size_bytes)
    try:
        services.store.replace(replace(video, progress=share))
    except VersionConflict:
        return  # the film has arrived meanwhile, or another report was faster


def multipart(video: OwnedVideo, services: ServicesOf) -> MultipartUploads:
    """The store's multipart uploads. Raises Conflict if the site uses another protocol or the upload is complete."""
    if services.objects.multipart is None:
        raise Conflict("other_protocol", "This site uses a different upload protocol.")
    if video.source_url is not None or video.generation is not None:
        raise Conflict("already_uploaded", "This film has already been uploaded.")
    return services.objects.multipart


MultipartOf = Annotated[MultipartUploads, Depends(multipart)]


@router.post("/videos/{video_id}/upload/parts")
def parts(body: PartsRequest, video: OwnedVideo, uploads: MultipartOf, services: ServicesOf) -> PartsView:
    """Returns the URLs of the requested parts, and which parts are stored."""
    services.limiter.hit("upload_parts", video.owner_id)
    found = uploads.parts(video_id=video.id, size_bytes=video.size_bytes, numbers=body.numbers)
    return PartsView.model_validate(found, from_attributes=True)


@router.post("/videos/{video_id}/upload/complete")
def complete(video: OwnedVideo, uploads: MultipartOf, services: ServicesOf) -> VideoView:
    """Assembles the parts into the original and starts preparing the film."""
    services.limiter.hit("upload", video.owner_id)
    on_finalized(services, uploads.complete(video_id=video.id, size_bytes=video.size_bytes))
    return video_view(services, services.store.get(Video, video.id) or video)


@router.post("/videos/{video_id}/upload/abort", status_code=204)
def abort(video: OwnedVideo, uploads: MultipartOf, services: ServicesOf) -> None:
    """Discards what has been sent. The video waits for another start, or to be deleted."""
    services.limiter.hit("upload", video.owner_id)
    uploads.abort(video_id=video.id)
