"""`python -m watchparty_relay`: serves the relay alone, with settings from the environment."""

import json
import logging
import os
import sys

from watchparty_relay.bootstrap import build_relay
from watchparty_relay.config import RelayConfig, from_environment
from watchparty_relay.errors import ConfigError
from watchparty_relay.keys import RemoteKeys
from watchparty_relay.room_events import Event
from watchparty_relay.server import serve


async def print_events(events: list[Event]) -> None:
    """Without a topic to publish to, room events are lines on stdout, without what was said: stdout is often a log."""
    for event in events:
        told = {name: value for name, value in event.items() if name != "text"}
        sys.stdout.write(json.dumps(told, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def main() -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    try:
        config: RelayConfig = from_environment(os.environ)
    except ConfigError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    keys = RemoteKeys(config.jwks_url or "")
    service = build_relay(
        config,
        jwks=keys,
        publish=print_events,
        journal_path=config.journal_path,
        allowed_origins=config.allowed_origins,
    )
    serve(config, service, keys)
    return 0


if __name__ == "__main__":
    sys.exit(main())
