"""A topic in the Pub/Sub emulator that pushes to a function and has a dead-letter topic."""

import json
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from google.api_core.exceptions import DeadlineExceeded
from google.cloud import pubsub_v1
from google.protobuf.duration_pb2 import Duration

ATTEMPTS = 5


@dataclass(frozen=True)
class PushedTopic:
    """`open` must be called first, with the port of the function. PUBSUB_EMULATOR_HOST names the emulator."""

    name: str
    project: str = field(default_factory=lambda: f"demo-{secrets.token_hex(4)}")

    @cached_property
    def _publisher(self) -> pubsub_v1.PublisherClient:
        return pubsub_v1.PublisherClient()

    @cached_property
    def _subscriber(self) -> pubsub_v1.SubscriberClient:
        return pubsub_v1.SubscriberClient()

    def open(self, port: int) -> None:
        """Creates the topic, its push subscription, the dead-letter topic and a subscription that reads it."""
        dead = self._publisher.topic_path(self.project, "dead")
        for topic in (dead, self._topic):
            self._publisher.create_topic(name=topic)
        self._subscriber.create_subscription(name=self._subscription("dead"), topic=dead)
        self._subscriber.create_subscription(
            request={
                "name": self._subscription("push"),
                "topic": self._topic,
                # The framework takes the topic of the event from the path.
                "push_config": {"push_endpoint": f"http://127.0.0.1:{port}/{self._topic}"},
                "dead_letter_policy": {"dead_letter_topic": dead, "max_delivery_attempts": ATTEMPTS},
                "retry_policy": {"minimum_backoff": Duration(seconds=1), "maximum_backoff": Duration(seconds=1)},
            }
        )

    def publish(self, message: Any) -> None:
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        self._publisher.publish(self._topic, data).result(timeout=20)

    def dead_letters(self, *, within_s: float) -> list[bytes]:
        """The dead-lettered messages; empty if there were none within that time."""
        try:
            found = self._subscriber.pull(subscription=self._subscription("dead"), max_messages=10, timeout=within_s)
        except DeadlineExceeded:
            return []
        return [each.message.data for each in found.received_messages]

    @property
    def _topic(self) -> str:
        return str(self._publisher.topic_path(self.project, self.name))

    def _subscription(self, name: str) -> str:
        return str(self._subscriber.subscription_path(self.project, name))
