"""What the relay answers over plain HTTP, whatever carries it: `/health`, `/ready`, `/metrics`."""

from watchparty_relay.join_token import Jwks
from watchparty_relay.relay import Relay


class Pages:
    """Ready is a relay that knows the functions' keys and lets people in."""

    def __init__(self, relay: Relay, keys: Jwks) -> None:
        self._relay = relay
        self._keys = keys

    def answer(self, path: str) -> tuple[int, str]:
        match path:
            case "/health":
                return 200, "alive\n"
            case "/ready" if self._keys().get("keys") and not self._relay.draining:
                return 200, "ready\n"
            case "/ready":
                return 503, "not ready\n"
            case "/metrics":
                return 200, self._relay.metrics.text()
        return 404, "not found\n"
