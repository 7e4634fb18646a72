"""Where a relay that is served alone publishes its room events: a Pub/Sub topic, or stdout.

Pub/Sub is called through its REST interface: a relay sends one request per second, and Google's client library would
double the memory of an idle relay. The token is the service account's own, from the machine's metadata server.
"""

import asyncio
import base64
import json
import sys
import time
import urllib.request
from collections.abc import Mapping
from urllib.error import HTTPError

import msgspec

from watchparty_relay.errors import EventsRefused
from watchparty_relay.reporting.room_events import Event

PUBSUB = "https://pubsub.googleapis.com"
METADATA = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
TIMEOUT_S = 10.0
RENEW_BEFORE_S = 120.0
REFUSALS = (400, 413)
"""https://cloud.google.com/pubsub/docs/reference/error-codes"""


async def print_events(events: list[Event]) -> None:
    """One line of JSON per event, without chat texts, because stdout often ends up in a log."""
    printed = ({name: value for name, value in event.items() if name != "text"} for event in events)
    sys.stdout.write("".join(msgspec.json.encode(event).decode() + "\n" for event in printed))
    sys.stdout.flush()


class PubSubEvents:
    """`topic` is projects/P/topics/T. An `emulator`, HOST:PORT, is called without a token."""

    def __init__(
        self, topic: str, *, emulator: str | None = None, metadata_url: str = METADATA, base_url: str = PUBSUB
    ) -> None:
        self._url = f"{f'http://{emulator}' if emulator else base_url}/v1/{topic}:publish"
        self._metadata_url = None if emulator else metadata_url
        self._token = ""
        self._token_until_s = 0.0

    async def __call__(self, events: list[Event]) -> None:
        await asyncio.to_thread(self._publish, events)

    def _publish(self, events: list[Event]) -> None:
        data = base64.b64encode(msgspec.json.encode({"v": 1, "events": events})).decode()
        headers = {"Content-Type": "application/json"}
        if self._metadata_url:
            headers["Authorization"] = f"Bearer {self._service_token(self._metadata_url)}"
        _fetch(self._url, headers, json.dumps({"messages": [{"data": data}]}).encode())

    def _service_token(self, url: str) -> str:
        now_s = time.monotonic()
        if now_s > self._token_until_s:
            grant = json.loads(_fetch(url, {"Metadata-Flavor": "Google"}))
            self._token = str(grant["access_token"])
            self._token_until_s = now_s + float(grant["expires_in"]) - RENEW_BEFORE_S
        return self._token


def _fetch(url: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    """POST if there is a body. Raises EventsRefused if the content is refused, OSError for any other failure."""
    request = urllib.request.Request(url, data=body, headers=dict(headers))  # noqa: S310 (ours, http(s) only)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            return bytes(response.read())
    except HTTPError as error:
        if error.code in REFUSALS:
            raise EventsRefused(f"{error.code} {error.reason}") from error
        raise
