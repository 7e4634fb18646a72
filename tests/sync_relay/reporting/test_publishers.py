"""Room events on a Pub/Sub topic: the function reads what the relay published, and a failure raises."""

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.request import Request, urlopen

import pytest

from fakes.local_server import serving
from watchparty_relay.reporting.publishers import PubSubEvents

pytestmark = pytest.mark.anyio

EVENTS = [{"id": f"room:1:chat:{n}", "room": "room", "kind": "chat", "text": "héllo 🎬"} for n in range(3)]
TOPIC = "projects/p/topics/room-events"


def rest(method: str, url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method)
    with urlopen(request, timeout=10) as response:
        decoded: dict[str, Any] = json.load(response)
    return decoded


@pytest.mark.service
async def test_the_function_reads_what_was_published(pubsub_host: str) -> None:
    """E1: one message per list of events, in version 1."""
    base, subscription = f"http://{pubsub_host}/v1", "projects/p/subscriptions/room-events"
    rest("PUT", f"{base}/{TOPIC}", {})
    rest("PUT", f"{base}/{subscription}", {"topic": TOPIC})
    await PubSubEvents(TOPIC, emulator=pubsub_host)(EVENTS)
    (received,) = rest("POST", f"{base}/{subscription}:pull", {"maxMessages": 10})["receivedMessages"]
    assert json.loads(base64.b64decode(received["message"]["data"])) == {"v": 1, "events": EVENTS}


@pytest.mark.service
async def test_a_missing_topic_is_an_error(pubsub_host: str) -> None:
    """E1: so the events are published again."""
    with pytest.raises(OSError, match="404"):
        await PubSubEvents("projects/p/topics/none", emulator=pubsub_host)(EVENTS)


class Metadata(BaseHTTPRequestHandler):
    """The machine's metadata server: returns a token to requests with Google's header."""

    requests = 0

    def do_GET(self) -> None:
        type(self).requests += 1
        allowed = self.headers["Metadata-Flavor"] == "Google"
        self.send_response(200 if allowed else 403)
        self.end_headers()
        if allowed:
            self.wfile.write(json.dumps({"access_token": "service-token", "expires_in": 3599}).encode())

    def log_message(self, *args: object) -> None:
        return


class Topic(BaseHTTPRequestHandler):
    """Accepts messages and records the tokens they came with."""

    tokens: list[str | None] = []  # noqa: RUF012 (shared by the whole test session on purpose)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.tokens.append(self.headers["Authorization"])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def cloud() -> Iterator[tuple[str, str]]:
    with serving(Metadata) as metadata, serving(Topic) as topic:
        yield f"http://{metadata}/token", f"http://{topic}"


async def test_the_service_accounts_token_is_requested_once(cloud: tuple[str, str]) -> None:
    """And sent with every message."""
    metadata_url, base_url = cloud
    publish = PubSubEvents(TOPIC, metadata_url=metadata_url, base_url=base_url)
    for _ in range(3):
        await publish(EVENTS)
    assert Topic.tokens[-3:] == ["Bearer service-token"] * 3
    assert Metadata.requests == 1
