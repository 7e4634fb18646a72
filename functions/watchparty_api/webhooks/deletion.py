"""Deletes a webhook with its log: what the log holds is about people, and nobody can read it any more."""

from __future__ import annotations

from watchparty_api import audit
from watchparty_api.records import Delivery, Webhook
from watchparty_api.services import Services
from watchparty_api.store.port import Delete
from watchparty_api.store.queries import DELIVERIES_OF_WEBHOOK


def delete_webhook(services: Services, webhook: Webhook, *, actor: str) -> None:
    """The webhook goes first, so that nothing is sent meanwhile."""
    audit.commit(services, [Delete(Webhook, webhook.id)], actor=actor, action="webhook.deleted", target=webhook.id)
    for each in services.store.query_all(DELIVERIES_OF_WEBHOOK, webhook.id):
        services.store.delete(Delivery, each.id)
