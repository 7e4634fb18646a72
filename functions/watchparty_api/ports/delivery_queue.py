"""Wakes the function that delivers webhooks; losing a wake-up costs time and nothing else.

With Pub/Sub a message wakes the function `on_delivery`, so that no request waits for an integrator's slow server.
Without messaging the deliveries wait for the next maintenance round.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from google.cloud.pubsub_v1 import PublisherClient

log = logging.getLogger(__name__)


class DeliveryQueue(Protocol):
    """Adapters: `NoDeliveryQueue` and `PubSubDeliveryQueue`."""

    def deliveries_due(self, delivery_ids: Sequence[str]) -> None:
        """Wakes the delivery function for these deliveries. Never raises: maintenance finds those of a lost wake-up."""


class NoDeliveryQueue:
    """`DeliveryQueue` without messaging."""

    def deliveries_due(self, delivery_ids: Sequence[str]) -> None:
        """Does nothing: the maintenance round delivers them."""


_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class PubSubDeliveryQueue:
    """`DeliveryQueue` on the topic projects/P/topics/T."""

    topic: str

    def deliveries_due(self, delivery_ids: Sequence[str]) -> None:
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.auth.exceptions import GoogleAuthError

        message = json.dumps({"v": 1, "deliveries": list(delivery_ids)}).encode()
        try:
            self._publisher.publish(self.topic, message).result(timeout=_TIMEOUT_S)
        except (GoogleAPICallError, RetryError, GoogleAuthError, TimeoutError) as error:
            log.warning(
                "the delivery function was not woken for %s deliveries: %s", len(delivery_ids), type(error).__name__
            )

    @cached_property
    def _publisher(self) -> "PublisherClient":
        from google.cloud import pubsub_v1

        return pubsub_v1.PublisherClient()
