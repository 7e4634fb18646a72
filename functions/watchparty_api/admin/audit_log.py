"""HTTP routes of the audit log: list, verify, export."""

import json
from collections.abc import Iterator

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from watchparty_api import audit
from watchparty_api.admin.models import AuditList, AuditVerdict, AuditView
from watchparty_api.admin.names import Names
from watchparty_api.store.queries import AUDIT_NEWEST_FIRST
from watchparty_api.web.caller import AdminOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf

router = APIRouter(prefix="/admin/audit", tags=["admin"])


@router.get("")
def list_entries(services: ServicesOf, _: AdminOf, limit: PageLimit = 50, cursor: PageCursor = None) -> AuditList:
    """Lists the entries, newest first."""
    page = services.store.query(AUDIT_NEWEST_FIRST, limit=limit, cursor=cursor)
    names = Names(services)
    items = [
        AuditView.of(entry, actor_name=names.account(entry.actor), target_name=names.target(entry.action, entry.target))
        for entry in page.items
    ]
    return AuditList(items=items, next_cursor=page.cursor)


@router.get("/verify")
def verify(services: ServicesOf, _: AdminOf) -> AuditVerdict:
    """Verifies the whole chain of hashes."""
    verdict = audit.verify(services)
    return AuditVerdict(entries=verdict.entries, broken_at=verdict.broken_at)


@router.get("/export", response_class=StreamingResponse)
def export(services: ServicesOf, _: AdminOf) -> StreamingResponse:
    """Exports all entries, oldest first, as one JSON object per line."""

    def lines() -> Iterator[str]:
        for entry in audit.entries(services):
            yield json.dumps(audit.as_json(entry), separators=(",", ":")) + "\n"

    disposition = 'attachment; filename="watchparty-audit.jsonl"'
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers={"Content-Disposition": disposition})
