"""Request and response models of webhooks, and the types of events."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, StrictBool

from watchparty_api.records import Delivery, Webhook
from watchparty_api.web.bodies import Body

EventType = Literal[
    "room.started", "room.ended", "participant.joined", "participant.left", "video.ready", "video.failed"
]


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid port or IPv6 address
        usable = False
    if not usable:
        raise ValueError("Use a URL that starts with http:// or https:// and has a host.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("Remove the password from the URL: calls are signed instead.")
    return url


class NewWebhook(Body):
    """The URL to call, and the events to call it for."""

    url: Annotated[str, Field(max_length=2000, pattern=r"^[\x21-\x7e]+$"), AfterValidator(_address)]
    events: Annotated[list[EventType], Field(min_length=1, max_length=6)]


class WebhookChange(Body):
    """Pauses a webhook, or resumes it."""

    active: StrictBool


class WebhookView(BaseModel):
    """`active` is false while nothing is sent: the owner paused it, the URL answered 410 Gone, or the account's
    credentials were revoked, for example by a new password."""

    id: str
    url: str
    events: list[EventType]
    active: bool
    created_at: datetime

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        return cls.model_validate(webhook, from_attributes=True)


class NewWebhookView(WebhookView):
    """`secret` signs the calls (Standard Webhooks, `whsec_…`); only this answer contains it."""

    secret: str


class WebhookList(BaseModel):
    items: list[WebhookView]
    next_cursor: str | None


class DeliveryView(BaseModel):
    """One delivery in the log. `last_status` is the status of the last answer, null when there was none."""

    id: str
    event: str
    state: Literal["waiting", "delivered", "failed"]
    attempts: int
    last_status: int | None
    created_at: datetime
    due_at: datetime
    body: dict[str, Any]

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        return cls.model_validate(delivery, from_attributes=True)


class DeliveryList(BaseModel):
    items: list[DeliveryView]
    next_cursor: str | None
