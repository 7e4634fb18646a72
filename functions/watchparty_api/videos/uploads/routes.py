"""HTTP routes of multipart uploads (`s3-multipart`): URLs and progress of parts, completing, aborting."""

from typing import Annotated

from fastapi import APIRouter, Depends

from watchparty_api.errors import Conflict
from watchparty_api.objects.port import MultipartUploads
from watchparty_api.records import Video
from watchparty_api.videos.library import OwnedVideo
from watchparty_api.videos.models import VideoView
from watchparty_api.videos.uploads.finalize import on_finalized
from watchparty_api.videos.uploads.models import PartsRequest, PartsView
from watchparty_api.videos.views import video_view
from watchparty_api.web.dependencies import ServicesOf

router = APIRouter(tags=["videos"])


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
