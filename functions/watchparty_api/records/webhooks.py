"""Webhooks and their deliveries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from watchparty_api.records.record import Record


@dataclass(frozen=True, kw_only=True)
class Webhook(Record):
    """An integrator's endpoint. Its signing secret is derived from our own secret and the id."""

    account_id: str
    url: str
    events: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Delivery(Record):
    """A webhook call, whether waiting, delivered or failed; both the outbox and the delivery log."""

    webhook_id: str
    event: str
    body: dict[str, Any]
    state: Literal["waiting", "delivered", "failed"] = "waiting"
    attempts: int = 0
    last_status: int | None = None
    participant_id: str | None = None  # the participant whose name the body contains
    due_at: datetime
    expires_at: datetime
