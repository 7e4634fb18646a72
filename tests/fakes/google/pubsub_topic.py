"""A topic of the Pub/Sub emulator, and the events that were published on it."""

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
    """Call `open` first. PUBSUB_EMULATOR_HOST names the emulator."""

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
        """All events up to `finished` or `failed`, and those right after it, in the order in which they were sent.

        On a busy machine the emulator may answer late or with nothing, so an empty answer alone does not end the wait.
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
