"""Parses Google's events: the finalized object of a storage event, the message of a Pub/Sub push. Pure.

Raises BadEvent for an invalid event: the function then fails, and after its retries the event ends in the dead-letter
topic, where operators can inspect it.
"""

import base64
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from watchparty_api.errors import BadEvent
from watchparty_api.objects.port import StoredObject
from watchparty_api.spending import CostReport

_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What reading hostile JSON raises. OverflowError: an amount of 400 digits, an instant before the year 1."""


def finalized_object(data: Any, *, bucket: str) -> StoredObject | None:
    """The original in a storage event; None for other objects."""
    try:
        if data["bucket"] != bucket or not data["name"].endswith("/original"):
            return None
        return StoredObject(
            data["name"], str(int(data["generation"])), int(data["size"]), str(data.get("contentType", ""))
        )
    except _UNREADABLE as error:
        raise BadEvent(f"not a storage event: {error!r}") from error


def pushed_message(data: Any) -> Mapping[str, Any]:
    """The JSON object in a Pub/Sub message."""
    try:
        content = json.loads(base64.b64decode(data["message"]["data"], validate=True))
    except _UNREADABLE as error:
        raise BadEvent(f"not one of our messages: {type(error).__name__}") from error
    if not isinstance(content, dict) or content.get("v") != 1:
        raise BadEvent("not a message of version 1")
    return content


def cost_report(data: Any) -> CostReport:
    """The notification of a budget, which Google's schema 1.0 describes.

    https://cloud.google.com/billing/docs/how-to/budgets-programmatic-notifications#notification_format
    """
    try:
        message = data["message"]
        content = json.loads(base64.b64decode(message["data"], validate=True))
        report = CostReport(
            month_started_at=_instant(content["costIntervalStart"]),
            published_at=_instant(message.get("publishTime") or message["publish_time"]),
            cost=float(content["costAmount"]),
            budget=float(content["budgetAmount"]),
            currency=str(content["currencyCode"]),
        )
    except _UNREADABLE as error:
        raise BadEvent(f"not a notification of a budget: {type(error).__name__}") from error
    if not (math.isfinite(report.cost) and math.isfinite(report.budget) and report.budget > 0):
        raise BadEvent("not a notification of a budget: amounts that are none")
    if report.month_started_at > report.published_at:  # no later report would be newer
        raise BadEvent("not a notification of a budget: a month that has not begun")
    return report


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant.astimezone(UTC)


def due_deliveries(data: Any) -> list[str]:
    """The ids of webhook deliveries in a wake-up message."""
    ids = pushed_message(data).get("deliveries")
    if not isinstance(ids, list) or not all(isinstance(id_, str) and id_ for id_ in ids):
        raise BadEvent("not a list of deliveries")
    return ids


def room_events(data: Any) -> list[dict[str, Any]]:
    """The events of a `room-events` message."""
    events = pushed_message(data).get("events")
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise BadEvent("not a list of room events")
    return events
