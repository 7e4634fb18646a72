"""A topic of the Pub/Sub emulator, and what was published on it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cached_property

from google.api_core.exceptions import DeadlineExceeded
from google.cloud import pubsub_v1

from watchparty_transcoder.events import TranscodeEvent, decode

QUIET_S = 2.0


@dataclass(frozen=True)
class Topic:
    """Call `open` first. The emulator is named by PUBSUB_EMULATOR_HOST."""

    project: str = field(default_factory=lambda: f"demo-{secrets.token_hex(4)}")

    @property
    def name(self) -> str:
        return f"projects/{self.project}/topics/transcode-events"

    @cached_property
    def _subscriber(self) -> pubsub_v1.SubscriberClient:
        return pubsub_v1.SubscriberClient()

    def open(self) -> None:
        self.publisher.create_topic(name=self.name)
        self._subscriber.create_subscription(name=self._subscription, topic=self.name)

    @cached_property
    def publisher(self) -> pubsub_v1.PublisherClient:
        return pubsub_v1.PublisherClient()

    def events(self) -> list[TranscodeEvent]:
        """All that has come, in the order in which it was said, once nothing more comes."""
        found = []
        while True:
            try:
                answer = self._subscriber.pull(subscription=self._subscription, max_messages=100, timeout=QUIET_S)
            except DeadlineExceeded:
                break
            if not answer.received_messages:
                break
            found += [decode(each.message.data) for each in answer.received_messages]
            self._subscriber.acknowledge(
                subscription=self._subscription, ack_ids=[each.ack_id for each in answer.received_messages]
            )
        return sorted(found, key=lambda event: (event.task, event.seq))

    @property
    def _subscription(self) -> str:
        return f"projects/{self.project}/subscriptions/all"
