"""`python -m watchparty_relay`: serves the relay alone, with settings from the environment."""

import logging
import os
import sys

from watchparty_relay.bootstrap import build_publisher, build_relay
from watchparty_relay.config import RelayConfig, from_environment
from watchparty_relay.errors import ConfigError
from watchparty_relay.keys import RemoteKeys
from watchparty_relay.server import serve


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
        publish=build_publisher(config),
        journal_path=config.journal_path,
        allowed_origins=config.allowed_origins,
    )
    serve(config, service, keys)
    return 0


if __name__ == "__main__":
    sys.exit(main())
