"""Signs calls according to Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and body. Pure.

The secret is derived from the installation's secret and the webhook's id, so that it is not stored.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from watchparty_api.identity.keys import KeyedHash

_PREFIX = "whsec_"


def secret_of(keyed_hash: KeyedHash, webhook_id: str) -> str:
    """The secret that the integrator verifies calls with."""
    return _PREFIX + b64encode(bytes.fromhex(keyed_hash.of("webhook", webhook_id))).decode()


def signed_headers(secret: str, *, message_id: str, now: datetime, body: bytes) -> Mapping[str, str]:
    """The three headers of a call; the timestamp, in whole seconds, protects against replays."""
    timestamp = str(int(now.timestamp()))
    text = b".".join((message_id.encode(), timestamp.encode(), body))
    signature = hmac.new(b64decode(secret.removeprefix(_PREFIX)), text, sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
    }
