"""Wake-ups by Pub/Sub: a message that a push subscription hands to the function `on_delivery`.

Whoever waits for an integrator's slow answer is then that function, and nobody's request.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.cloud.pubsub_v1 import PublisherClient

log = logging.getLogger(__name__)

_WITHIN_S = 5.0


@dataclass(frozen=True)
class PubSubWakeups:
    """`port.Wakeups` on the topic projects/P/topics/T."""

    topic: str

    def deliveries_due(self, delivery_ids: Sequence[str]) -> None:
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.auth.exceptions import GoogleAuthError

        message = json.dumps({"v": 1, "deliveries": list(delivery_ids)}).encode()
        try:
            self._publisher.publish(self.topic, message).result(timeout=_WITHIN_S)
        except (GoogleAPICallError, RetryError, GoogleAuthError, TimeoutError) as error:
            log.warning("nobody was woken for %s deliveries: %s", len(delivery_ids), type(error).__name__)

    @cached_property
    def _publisher(self) -> PublisherClient:
        from google.cloud import pubsub_v1

        return pubsub_v1.PublisherClient()
