"""Events as messages of a Pub/Sub topic, for whoever subscribes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchparty_transcoder.events import TranscodeEvent, encode

if TYPE_CHECKING:
    from google.cloud.pubsub_v1 import PublisherClient

PUBLISH_WITHIN_S = 60.0


class TopicAnnouncer:
    """`topic` is projects/P/topics/T."""

    def __init__(self, publisher: PublisherClient, topic: str) -> None:
        self._publisher = publisher
        self._topic = topic

    def announce(self, event: TranscodeEvent) -> None:
        """Returns once Pub/Sub holds it: a task that ends afterwards has been heard."""
        self._publisher.publish(self._topic, encode(event)).result(timeout=PUBLISH_WITHIN_S)
