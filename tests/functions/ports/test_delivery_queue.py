"""Waking the delivery function with Pub/Sub: the real client, the emulator, and a missing topic."""

import json
import secrets

import pytest
from google.cloud import pubsub_v1

from watchparty_api.ports.delivery_queue import PubSubDeliveryQueue

pytestmark = pytest.mark.service


def test_a_wake_up_is_a_message(pubsub_host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wake-up contains the ids of the deliveries, but not their content."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub_host)  # the client library's setting
    project = f"demo-{secrets.token_hex(4)}"
    topic = f"projects/{project}/topics/deliveries"
    pubsub_v1.PublisherClient().create_topic(name=topic)
    subscription = f"projects/{project}/subscriptions/reader"
    subscriber = pubsub_v1.SubscriberClient()
    subscriber.create_subscription(name=subscription, topic=topic)
    PubSubDeliveryQueue(topic).deliveries_due(["d1", "d2"])
    found = subscriber.pull(subscription=subscription, max_messages=1, timeout=20)
    assert json.loads(found.received_messages[0].message.data) == {"v": 1, "deliveries": ["d1", "d2"]}


def test_a_lost_wake_up_is_only_logged(pubsub_host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing topic is logged; maintenance finds the deliveries."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub_host)
    PubSubDeliveryQueue(f"projects/demo-{secrets.token_hex(4)}/topics/missing").deliveries_due(["d1"])
