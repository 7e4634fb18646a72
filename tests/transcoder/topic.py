"""A topic of the Pub/Sub emulator, and what was published on it."""

import secrets
import time
from dataclasses import dataclass, field
from functools import cached_property

from google.api_core.exceptions import DeadlineExceeded
from google.cloud import pubsub_v1

from watchparty_transcoder.events.transcode_event import Failed, Finished, TranscodeEvent, decode

QUIET_S = 2.0
WITHIN_S = 60.0


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
        """All up to the end that a film has, and what comes right after it, in the order in which it was said.

        The emulator answers an empty hand, or late, whenever the machine is busy: only an end that has come ends this.
        """
        found: list[TranscodeEvent] = []
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            fresh = self._pull()
            if not fresh and any(isinstance(event, Finished | Failed) for event in found):
                break
            found += fresh
        return sorted(found, key=lambda event: (event.task, event.seq))

    def _pull(self) -> list[TranscodeEvent]:
        try:
            answer = self._subscriber.pull(subscription=self._subscription, max_messages=100, timeout=QUIET_S)
        except DeadlineExceeded:
            return []
        if answer.received_messages:
            self._subscriber.acknowledge(
                subscription=self._subscription, ack_ids=[each.ack_id for each in answer.received_messages]
            )
        return [decode(each.message.data) for each in answer.received_messages]

    @property
    def _subscription(self) -> str:
        return f"projects/{self.project}/subscriptions/all"
