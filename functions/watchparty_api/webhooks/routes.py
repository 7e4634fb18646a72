"""HTTP routes of webhooks: register, list, pause, delete, test, redeliver, and the delivery log.

`name=` keeps a published operation id where the function is named differently.
"""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from watchparty_api import audit
from watchparty_api.errors import Conflict, Forbidden, NotFound
from watchparty_api.records import Delivery, Webhook
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Replace
from watchparty_api.store.queries import DELIVERIES_OF_WEBHOOK, WEBHOOKS_OF_ACCOUNT
from watchparty_api.web.caller import AccountOf
from watchparty_api.web.dependencies import PageCursor, PageLimit, ServicesOf
from watchparty_api.webhooks.delivery import attempt
from watchparty_api.webhooks.models import (
    DeliveryList,
    DeliveryView,
    NewWebhook,
    NewWebhookView,
    WebhookChange,
    WebhookList,
    WebhookView,
)
from watchparty_api.webhooks.outbox import delete_webhook, delivery
from watchparty_api.webhooks.signature import secret_of

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

_MAX_WEBHOOKS = 10
_TEST_THREADS = ThreadPoolExecutor(4, thread_name_prefix="webhook-test")
"""Threads of their own: a test waits for a stranger's server, and would take a thread from all other calls."""


def owned_webhook(webhook_id: str, services: ServicesOf, caller: AccountOf) -> Webhook:
    """The caller's webhook. Raises NotFound, also for someone else's."""
    webhook = services.store.get(Webhook, webhook_id)
    if webhook is None or webhook.account_id != caller.account.id:
        raise NotFound("webhook_not_found", "Webhook not found.")
    return webhook


OwnedWebhook = Annotated[Webhook, Depends(owned_webhook)]


@router.get("")
def list_mine(services: ServicesOf, caller: AccountOf, limit: PageLimit = 50, cursor: PageCursor = None) -> WebhookList:
    """Lists the account's webhooks, without their secrets."""
    page = services.store.query(WEBHOOKS_OF_ACCOUNT, caller.account.id, limit=limit, cursor=cursor)
    return WebhookList(items=[WebhookView.of(webhook) for webhook in page.items], next_cursor=page.cursor)


@router.post("", status_code=201, name="make")
def create_webhook(body: NewWebhook, services: ServicesOf, caller: AccountOf, response: Response) -> NewWebhookView:
    """Creates a webhook: the URL is called for these events in the account's own rooms and films."""
    if caller.account.temporary:
        raise Forbidden("temporary", "Create an account first: temporary accounts can’t have webhooks.")
    if services.store.count(WEBHOOKS_OF_ACCOUNT, caller.account.id) >= _MAX_WEBHOOKS:
        raise Conflict("too_many_webhooks", f"An account can have up to {_MAX_WEBHOOKS} webhooks. Delete one first.")
    webhook = Webhook(
        id=secrets.token_urlsafe(12),
        created_at=services.now(),
        account_id=caller.account.id,
        url=body.url,
        events=tuple(dict.fromkeys(body.events)),
    )
    audit.commit(services, [Create(webhook)], actor=caller.account.id, action="webhook.created", target=webhook.id)
    response.headers["Cache-Control"] = "no-store"
    secret = secret_of(services.keyed_hash, webhook.id)
    return NewWebhookView(**WebhookView.of(webhook).model_dump(), secret=secret)


@router.patch("/{webhook_id}", name="change")
def change_webhook(webhook: OwnedWebhook, body: WebhookChange, services: ServicesOf) -> WebhookView:
    """Pauses or resumes the webhook. What happens while it is paused is not sent later."""
    changed = replace(webhook, active=body.active)
    action = "webhook.resumed" if body.active else "webhook.paused"
    audit.commit(services, [Replace(changed)], actor=webhook.account_id, action=action, target=webhook.id)
    return WebhookView.of(changed)


@router.delete("/{webhook_id}", status_code=204)
def delete(webhook: OwnedWebhook, services: ServicesOf) -> None:
    """Deletes the webhook; deliveries that wait for a retry are dropped."""
    delete_webhook(services, webhook, actor=webhook.account_id)


@router.post("/{webhook_id}/test", name="try_out")
async def test_webhook(webhook: OwnedWebhook, services: ServicesOf) -> DeliveryView:
    """Calls the URL once with an event `test`, and returns its answer."""
    return await asyncio.get_running_loop().run_in_executor(_TEST_THREADS, _tested, services, webhook)


def _tested(services: Services, webhook: Webhook) -> DeliveryView:
    services.limiter.hit("webhook_test", webhook.account_id)
    _require_active(webhook)
    trial = delivery(services, webhook, "test", {}, event_id=secrets.token_hex(8))
    services.store.create(trial)
    return DeliveryView.of(attempt(services, trial.id))


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliver")
async def redeliver(webhook: OwnedWebhook, delivery_id: str, services: ServicesOf) -> DeliveryView:
    """Calls the URL again with the same id and body, whatever became of the delivery, and returns its answer."""
    return await asyncio.get_running_loop().run_in_executor(_TEST_THREADS, _redelivered, services, webhook, delivery_id)


def _redelivered(services: Services, webhook: Webhook, delivery_id: str) -> DeliveryView:
    services.limiter.hit("webhook_test", webhook.account_id)
    _require_active(webhook)
    found = services.store.get(Delivery, delivery_id)
    if found is None or found.webhook_id != webhook.id:
        raise NotFound("delivery_not_found", "Delivery not found.")
    services.store.replace(replace(found, state="waiting", due_at=services.now()))
    return DeliveryView.of(attempt(services, delivery_id))


def _require_active(webhook: Webhook) -> None:
    if not webhook.active:
        raise Conflict("webhook_inactive", "This webhook is paused. Resume it first.")


@router.get("/{webhook_id}/deliveries", name="log")
def list_deliveries(
    webhook: OwnedWebhook, services: ServicesOf, limit: PageLimit = 50, cursor: PageCursor = None
) -> DeliveryList:
    """Lists the deliveries of the last 30 days and those still waiting, newest first."""
    page = services.store.query(DELIVERIES_OF_WEBHOOK, webhook.id, limit=limit, cursor=cursor)
    return DeliveryList(items=[DeliveryView.of(each) for each in page.items], next_cursor=page.cursor)
