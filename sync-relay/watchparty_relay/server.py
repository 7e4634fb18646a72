"""The relay as a server of its own, from start to shutdown: sockets and a few HTTP pages on one port."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import time
from collections.abc import AsyncIterator

import uvloop

from watchparty_relay.bootstrap import RelayService
from watchparty_relay.config import RelayConfig
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.relay import Relay
from watchparty_relay.session.join_token import Jwks
from watchparty_relay.session.keys import RemoteKeys
from watchparty_relay.transport.picows import PicowsServer, listening_socket
from watchparty_relay.transport.port import SILENCE_S

log = logging.getLogger(__name__)

START_WITHIN_S = 120.0
"""A new instance's route to Redis can take more than a minute. Until then the port is open, and clients are asked to
reconnect. https://cloud.google.com/run/docs/configuring/vpc-direct-vpc"""
RETRY_S = 0.5
LONGEST_RETRY_S = 5.0

MOVE_WITHIN_S = 5.0
"""Cloud Run allows ten seconds from SIGTERM. Clients open their new socket within five; the rest are closed then."""
CLOSE_GRACE_S = 0.5


def serve(config: RelayConfig, service: RelayService, keys: RemoteKeys) -> None:
    """Runs until SIGTERM or SIGINT."""
    uvloop.run(_serve(config, service, keys))


async def _serve(config: RelayConfig, service: RelayService, keys: RemoteKeys) -> None:
    stop_requested = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop_requested.set)
    listening = listening_socket(config.host, config.port)
    async with serving(service, keys, listening, allowed_origins=config.allowed_origins):
        log.info("listening on %s port %d", *listening.getsockname()[:2])
        # Keeps what is loaded by now out of later collections: a full one costs 70 ms at 5,000 sockets.
        gc.freeze()
        await stop_requested.wait()


@contextlib.asynccontextmanager
async def serving(
    service: RelayService,
    keys: RemoteKeys,
    listening: socket.socket,
    *,
    allowed_origins: frozenset[str] = frozenset(),
    move_within_s: float = MOVE_WITHIN_S,
    silence_s: float = SILENCE_S,
    start_within_s: float = START_WITHIN_S,
) -> AsyncIterator[PicowsServer]:
    """Serves on the socket; on exit asks all clients to move, then closes the connections that remain.

    Raises BusUnavailable if the rooms cannot be reached within `start_within_s`.
    """
    refreshing = asyncio.create_task(keys.run())
    pages = Pages(service.relay, keys)
    server = PicowsServer(service.relay, pages.answer, allowed_origins=allowed_origins, silence_s=silence_s)
    await server.start(listening)
    try:
        await _start(service, start_within_s)
        yield server
        await _wait_until_moved(service, server, move_within_s)
    finally:
        service.drain()
        if server.connections:
            await asyncio.sleep(CLOSE_GRACE_S)
        await server.stop()
        refreshing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await refreshing
        await service.stop()


async def _start(service: RelayService, within_s: float) -> None:
    """Starts the relay, again and again while the rooms cannot be reached. Raises the last BusUnavailable."""
    give_up_s = time.monotonic() + within_s
    retry_s = RETRY_S
    while True:
        try:
            await service.start()
        except BusUnavailable as error:
            if time.monotonic() + retry_s > give_up_s:
                raise
            log.warning("rooms cannot be reached yet: %s", error.reason)
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, LONGEST_RETRY_S)
        else:
            return


async def _wait_until_moved(service: RelayService, server: PicowsServer, within_s: float) -> None:
    """Returns when no connection is left, or the time is up."""
    service.relay.ask_all_to_move(within_ms=within_s * 1000)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await server.empty.wait()


class Pages:
    """`/health`, `/started`, `/ready` and `/metrics`.

    A relay has started when it reaches the rooms. It is ready when it also has the functions' keys and is not draining;
    a deployment cannot wait for that, because the keys come through the site that it is a part of.
    """

    def __init__(self, relay: Relay, keys: Jwks) -> None:
        self._relay = relay
        self._keys = keys

    def answer(self, path: str) -> tuple[int, str]:
        """The HTTP status and the text."""
        match path:
            case "/health":
                return 200, "alive\n"
            case "/started" if self._relay.started:
                return 200, "started\n"
            case "/ready" if self._relay.started and self._keys().get("keys") and not self._relay.draining:
                return 200, "ready\n"
            case "/started" | "/ready":
                return 503, "not ready\n"
            case "/metrics":
                return 200, self._relay.metrics.text()
        return 404, "not found\n"
