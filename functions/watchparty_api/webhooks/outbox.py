"""The outbox of webhooks: deliveries are committed together with the change that they report.

A delivery's id is derived from the event and the webhook, so an event that is reported twice is delivered once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from watchparty_api import audit
from watchparty_api.records import Delivery, Room, Video, Webhook
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Delete, Replace
from watchparty_api.store.queries import DELIVERIES_OF_WEBHOOK, WEBHOOKS_OF_ACCOUNT
from watchparty_api.webhooks.models import EventType

Subscribers = Sequence[Webhook]
RETENTION = timedelta(days=30)
"""How long deliveries stay in the log."""


def deliveries(
    services: Services, account_id: str, event: EventType, data: dict[str, Any], *, event_id: str
) -> list[Delivery]:
    """One delivery per webhook of the account that subscribes to `event`."""
    return _deliveries(services, subscribers(services, account_id), event, data, event_id=event_id)


def subscribers(services: Services, account_id: str) -> Subscribers:
    """The account's active webhooks, for callers that report many events."""
    return [webhook for webhook in services.store.query_all(WEBHOOKS_OF_ACCOUNT, account_id) if webhook.active]


def _deliveries(
    services: Services,
    webhooks: Subscribers,
    event: EventType,
    data: dict[str, Any],
    *,
    event_id: str,
    participant_id: str | None = None,
) -> list[Delivery]:
    wanting = [webhook for webhook in webhooks if event in webhook.events]
    created = (delivery(services, webhook, event, data, event_id=event_id) for webhook in wanting)
    return [replace(each, participant_id=participant_id) for each in created]


def delivery(services: Services, webhook: Webhook, event: str, data: dict[str, Any], *, event_id: str) -> Delivery:
    """The delivery of one event to one webhook, due at once."""
    now = services.now()
    return Delivery(
        id=sha256(f"{webhook.id}.{event}.{event_id}".encode()).hexdigest()[:32],
        created_at=now,
        webhook_id=webhook.id,
        event=event,
        body={"type": event, "timestamp": now.isoformat(), "data": data},
        due_at=now,
        expires_at=now + RETENTION,
    )


def wake_delivery(services: Services, written: Sequence[Delivery]) -> None:
    """Wakes the delivery function; maintenance finds those of a lost wake-up."""
    if written:
        services.delivery_queue.deliveries_due([each.id for each in written])


def store_video(services: Services, before: Video, after: Video) -> Video:
    """Stores the video together with the deliveries to its owner's webhooks. Raises VersionConflict, Missing."""
    written: list[Delivery] = []
    if after.status != before.status and after.status in ("ready", "failed"):
        event: EventType = "video.ready" if after.status == "ready" else "video.failed"
        facts = {"id": after.id, "title": after.title, "duration_s": after.duration_s, "failure": after.failure}
        event_id = f"{after.id}.{after.generation}.{after.attempt}.{before.version}"
        written = deliveries(services, after.owner_id, event, {"video": facts}, event_id=event_id)
    services.store.commit([Replace(after), *map(Create, written)])
    wake_delivery(services, written)
    return replace(after, version=after.version + 1)


def session_deliveries(
    services: Services,
    room: Room,
    webhooks: Subscribers,
    *,
    event_id: str,
    joined: bool,
    person: dict[str, str],
    total: int,
) -> list[Delivery]:
    """Someone joined or left. The first to join starts the room's session, the last to leave ends it."""
    about = {"room": {"id": room.id, "name": room.name}, "total": total}
    event: EventType = "participant.joined" if joined else "participant.left"
    found = _deliveries(
        services,
        webhooks,
        event,
        {**about, "participant": person},
        event_id=event_id,
        participant_id=person["id"],
    )
    if total == (1 if joined else 0):
        event = "room.started" if joined else "room.ended"
        found += _deliveries(services, webhooks, event, about, event_id=event_id)
    return found


def delete_webhook(services: Services, webhook: Webhook, *, actor: str) -> None:
    """Deletes the webhook with its log. The webhook goes first, so that nothing more is sent."""
    audit.commit(services, [Delete(Webhook, webhook.id)], actor=actor, action="webhook.deleted", target=webhook.id)
    for each in services.store.query_all(DELIVERIES_OF_WEBHOOK, webhook.id):
        services.store.delete(Delivery, each.id)
