"""HTTP routes of the administration of films and their transcodes."""

from typing import Literal

from fastapi import APIRouter

from watchparty_api import audit
from watchparty_api.admin.models import AdminVideoList, AdminVideoView
from watchparty_api.admin.names import Names
from watchparty_api.errors import Conflict
from watchparty_api.records import Video
from watchparty_api.services import Services
from watchparty_api.store.port import Page
from watchparty_api.store.queries import ALL_VIDEOS, VIDEOS_BY_STATUS
from watchparty_api.videos.transcodes.runs import retry
from watchparty_api.web.caller import AdminOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf

router = APIRouter(prefix="/admin", tags=["admin"])


@router.get("/videos")
def list_videos(services: ServicesOf, _: AdminOf, limit: PageLimit = 50, cursor: PageCursor = None) -> AdminVideoList:
    """Lists all films, newest first."""
    page = services.store.query(ALL_VIDEOS, limit=limit, cursor=cursor)
    return _listed(services, page)


@router.post("/videos/{video_id}/requeue")
def requeue(video_id: str, services: ServicesOf, admin: AdminOf) -> AdminVideoView:
    """Starts preparing a failed film again."""
    retried = retry(services, video_id)
    if retried is None:
        raise Conflict("nothing_to_retry", "Only films that failed can be prepared again.")
    audit.commit(services, [], actor=admin.account.id, action="video.requeued", target=video_id)
    return AdminVideoView.of(retried, owner_name=Names(services).account(retried.owner_id))


@router.get("/jobs")
def list_jobs(
    services: ServicesOf,
    _: AdminOf,
    status: Literal["queued", "processing", "failed"] = "processing",
    limit: PageLimit = 50,
    cursor: PageCursor = None,
) -> AdminVideoList:
    """Lists the films whose transcode is in the given state."""
    page = services.store.query(VIDEOS_BY_STATUS, status, limit=limit, cursor=cursor)
    return _listed(services, page)


def _listed(services: Services, page: Page[Video]) -> AdminVideoList:
    names = Names(services)
    items = [AdminVideoView.of(video, owner_name=names.account(video.owner_id)) for video in page.items]
    return AdminVideoList(items=items, next_cursor=page.cursor)
