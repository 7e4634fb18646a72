"""Room events as messages of a Pub/Sub topic, by its REST interface: one request a second is all a relay sends.

Google's client library would double the memory of an idle relay for it. The token is the service account's own, from
the metadata server of the machine.
"""

import asyncio
import base64
import json
import time
import urllib.request
from collections.abc import Mapping

import msgspec

from watchparty_relay.publishing.port import Event

PUBSUB = "https://pubsub.googleapis.com"
METADATA = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
ANSWER_WITHIN_S = 10.0
RENEW_BEFORE_S = 120.0


class PubSubEvents:
    """`topic` is projects/P/topics/T. An `emulator`, HOST:PORT, is spoken to without a token."""

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
            answer = json.loads(_fetch(url, {"Metadata-Flavor": "Google"}))
            self._token = str(answer["access_token"])
            self._token_until_s = now_s + float(answer["expires_in"]) - RENEW_BEFORE_S
        return self._token


def _fetch(url: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    """POST where there is a body. Raises OSError, also for an answer that is no success."""
    request = urllib.request.Request(url, data=body, headers=dict(headers))  # noqa: S310 (ours, http(s) only)
    with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_S) as answer:  # noqa: S310
        return bytes(answer.read())
