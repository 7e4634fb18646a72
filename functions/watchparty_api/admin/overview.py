"""HTTP route of the administration's overview: what an admin looks for first."""

from typing import Any

from fastapi import APIRouter

from watchparty_api.admin.models import BackupView, OverviewView, QueueView
from watchparty_api.services import Services
from watchparty_api.store.port import Query
from watchparty_api.store.queries import ACCOUNTS, ALL_VIDEOS, DEAD_LETTERS, VIDEOS_BY_STATUS
from watchparty_api.web.caller import AdminOf
from watchparty_api.web.dependencies import ServicesOf

router = APIRouter(prefix="/admin/overview", tags=["admin"])

COUNTED_UP_TO = 100
"""More need not be counted exactly: in the cloud, each counted document is a read that is paid for."""


@router.get("")
def overview(services: ServicesOf, _: AdminOf) -> OverviewView:
    """Returns free space, queue, counts, version and backups. Counts stop at 100."""

    def count(query: Query[Any], *values: object) -> int:
        return _count(services, query, *values)

    return OverviewView(
        version=services.config.version,
        free_bytes=services.objects.free_bytes(),
        accounts=count(ACCOUNTS),
        videos=count(ALL_VIDEOS),
        queue=QueueView(
            uploading=count(VIDEOS_BY_STATUS, "uploading"),
            waiting=count(VIDEOS_BY_STATUS, "queued"),
            preparing=count(VIDEOS_BY_STATUS, "processing"),
            failed=count(VIDEOS_BY_STATUS, "failed"),
        ),
        failed_events=count(DEAD_LETTERS),
        backup=BackupView.of(services.backup_status()) if services.backup_status else None,
    )


def _count(services: Services, query: Query[Any], *values: object) -> int:
    return len(services.store.query(query, *values, limit=COUNTED_UP_TO).items)
