"""Where transcode events go: one port, and an adapter per kind of receiver."""

from typing import TYPE_CHECKING, BinaryIO, Protocol

from watchparty_transcoder.broker_client import EVENTS, BrokerClient
from watchparty_transcoder.events.transcode_event import TranscodeEvent, encode

if TYPE_CHECKING:
    from google.cloud.pubsub_v1 import PublisherClient

PUBLISH_WITHIN_S = 60.0


class EventSink(Protocol):
    """Delivers each event at least once. Order may be lost on the way, so receivers go by `seq` and by kind."""

    def send(self, event: TranscodeEvent) -> None: ...


class JsonLinesSink:
    """One JSON object per line, for the process that started this one."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def send(self, event: TranscodeEvent) -> None:
        self._stream.write(encode(event) + b"\n")
        self._stream.flush()


class BrokerSink:
    """The process that holds the credentials, which sends them on."""

    def __init__(self, client: BrokerClient) -> None:
        self._client = client

    def send(self, event: TranscodeEvent) -> None:
        """Returns once the receiver has stored the event."""
        self._client.change("POST", EVENTS, encode(event))


class PubSubSink:
    """Messages of a Pub/Sub topic; `topic` is projects/P/topics/T."""

    def __init__(self, publisher: "PublisherClient", topic: str) -> None:
        self._publisher = publisher
        self._topic = topic

    def send(self, event: TranscodeEvent) -> None:
        """Returns once Pub/Sub has stored the event, so that a task may exit afterwards."""
        self._publisher.publish(self._topic, encode(event)).result(timeout=PUBLISH_WITHIN_S)
