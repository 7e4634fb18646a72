"""Every query that exists, declared once: the SQL indexes and Terraform's Firestore indexes follow from this list.

A constant here is all it takes; `QUERIES` collects them, and both adapters refuse a query that is not among them.
`order_by` names a field that is never None.
"""

from __future__ import annotations

from typing import Any

from watchparty_api.records import (
    Account,
    ApiToken,
    AuditEntry,
    OneTimeToken,
    Room,
    Session,
    Video,
)
from watchparty_api.store.port import Query

# ---- accounts and admin
ACCOUNTS = Query("accounts", Account, descending=True)
ACCOUNTS_BY_ROLE = Query("accounts_by_role", Account, where=("role",))
ACCOUNTS_BY_EXTERNAL_ID = Query("accounts_by_external_id", Account, where=("external_id",))
TEMPORARY_ACCOUNTS = Query("temporary_accounts", Account, where=("temporary",))
SESSIONS_OF_ACCOUNT = Query("sessions_of_account", Session, where=("account_id",), descending=True)
API_TOKENS_OF_ACCOUNT = Query("api_tokens_of_account", ApiToken, where=("account_id",), descending=True)
ONE_TIME_TOKENS_BY_PURPOSE = Query("one_time_tokens_by_purpose", OneTimeToken, where=("purpose",), descending=True)
AUDIT = Query("audit", AuditEntry, order_by="id")
AUDIT_NEWEST_FIRST = Query("audit_newest_first", AuditEntry, order_by="id", descending=True)
ALL_ROOMS = Query("all_rooms", Room, descending=True)
ROOMS_OF_OWNER = Query("rooms_of_owner", Room, where=("owner_id",), order_by="last_active_at", descending=True)
ALL_VIDEOS = Query("all_videos", Video, descending=True)
VIDEOS_OF_OWNER = Query("videos_of_owner", Video, where=("owner_id",), descending=True)

# ---- rooms

# ---- videos

QUERIES: tuple[Query[Any], ...] = tuple(value for value in globals().values() if isinstance(value, Query))
