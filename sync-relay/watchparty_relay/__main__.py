"""`python -m watchparty_relay` serves the relay; `… probe URL` tests a running one. Settings are in the environment."""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence

from watchparty_relay.bootstrap import build_publisher, build_relay
from watchparty_relay.config import RelayConfig, from_environment
from watchparty_relay.errors import BusUnavailable, ConfigError
from watchparty_relay.logs import log_to_the_cloud
from watchparty_relay.probe import probe, report
from watchparty_relay.server import serve
from watchparty_relay.session.keys import RemoteKeys

USAGE = """usage: python -m watchparty_relay             serve, with WATCHPARTY_RELAY_… from the environment
       python -m watchparty_relay probe URL   check whether the relay at URL works (a join token on stdin)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    match given:
        case []:
            return _serve()
        case ["probe", url]:
            return _probe(url)
    sys.stderr.write(USAGE)
    return 2


def _serve() -> int:
    try:
        config: RelayConfig = from_environment(os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if config.in_cloud:
        log_to_the_cloud()
    else:
        logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    keys = RemoteKeys(config.jwks_url or "")
    service = build_relay(
        config,
        jwks=keys,
        unknown_key=keys.unknown_key,
        publish=build_publisher(config),
        journal_path=config.journal_path,
        allowed_origins=config.allowed_origins,
    )
    try:
        serve(config, service, keys)
    except BusUnavailable as error:
        sys.stderr.write(f"rooms cannot be reached: {error.reason}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"cannot listen on {config.host} port {config.port}: {error.strerror}\n")
        return 1
    return 0


def _probe(url: str) -> int:
    """The token is a secret, so it is read from stdin and not from the command line."""
    token = None if sys.stdin.isatty() else sys.stdin.readline().strip() or None
    result = asyncio.run(probe(url, token))
    sys.stdout.write(report(result) + "\n")
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
