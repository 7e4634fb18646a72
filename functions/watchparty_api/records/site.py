"""Site-wide records: settings, the audit log, idempotency keys, rate limit windows, dead letters and the clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from watchparty_api.records.record import Record


@dataclass(frozen=True, kw_only=True)
class WorkspaceSettings(Record):
    """The settings that an admin can change at run time; one document per workspace (id "settings")."""

    registration: Literal["invitation", "open"] = "invitation"
    temporary_hosts: bool = False  # on by default at home: `services.py`
    quota_bytes: int = 200 * 10**9
    temporary_quota_bytes: int = 10 * 10**9
    max_upload_bytes: int = 50 * 10**9
    brand_name: str = "WatchParty"
    admin_second_factor: bool = False  # admins need a passkey or an authenticator app


@dataclass(frozen=True, kw_only=True)
class AuditEntry(Record):
    """An entry of the append-only, hash-chained audit log; id = zero-padded sequence. Refers to people by id only."""

    at: datetime
    actor: str
    action: str
    target: str
    data: dict[str, Any]
    previous_hash: str
    entry_hash: str


@dataclass(frozen=True, kw_only=True)
class IdempotencyKey(Record):
    """The result of a creating POST, so that a repeat within 24 h returns the same; id = hash of caller, route, key."""

    body_hash: str
    status: int
    answer: dict[str, Any]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class RateWindow(Record):
    """Recent attempts in epoch seconds, oldest first; id = keyed hash of what is counted."""

    tried_at_s: tuple[float, ...]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class DeadLetter(Record):
    """An event that could not be stored and would not be at a repeat, set aside for the operator; id = its hash.

    `payload` is the event as JSON in ASCII, which every store can hold whatever the event contains.
    """

    source: Literal["room_event", "transcode_event"]
    reason: str
    payload: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SiteClock(Record):
    """The last readings of the machine's clock (`plausible_time.py`); one document per workspace (id "clock").

    `gaps` are objects of `size_s` and `observed_s`.
    """

    trusted_at: datetime
    wall_at: datetime
    gaps: tuple[dict[str, float], ...] = ()
    behind_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Spending(Record):
    """What the site has cost this month, as Google's budget last reported; one document per workspace (id "month").

    Amounts are in `currency`. Films stop when `cost` reaches `raised_to` or, without it, `stops_at` (`spending.py`).
    """

    month_started_at: datetime
    reported_at: datetime
    cost: float
    stops_at: float
    raised_to: float | None = None
    currency: str


@dataclass(frozen=True, kw_only=True)
class RelayLease(Record):
    """Which process commands the rooms, where they are in a process's memory; one document per workspace (id "rooms").

    The relay decides on it (`watchparty_relay/lease/`) and compares no dates; `renewed_at` is for people who read it.
    """

    owner: str
    term: int
    revision: int
    heir: int
    life_ms: float
    renewed_at: datetime
