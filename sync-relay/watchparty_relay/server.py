"""The relay served alone, from its start to its end: picows on one port, people sent on before the sockets close."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator

import uvloop

from watchparty_relay.bootstrap import RelayService
from watchparty_relay.config import RelayConfig
from watchparty_relay.keys import RemoteKeys
from watchparty_relay.pages import Pages
from watchparty_relay.transport.picows import PicowsServer, listening_socket
from watchparty_relay.transport.port import SILENCE_S

log = logging.getLogger(__name__)

# Cloud Run gives ten seconds from SIGTERM. People open the new socket first, within five; who did not is closed then.
MOVE_WITHIN_S = 5.0
FAREWELL_S = 0.5


def serve(config: RelayConfig, service: RelayService, keys: RemoteKeys) -> None:
    """Runs until SIGTERM or SIGINT."""
    uvloop.run(_serve(config, service, keys))


async def _serve(config: RelayConfig, service: RelayService, keys: RemoteKeys) -> None:
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    listening = listening_socket(config.host, config.port)
    async with serving(service, keys, listening, allowed_origins=config.allowed_origins):
        log.info("listening on %s port %d", *listening.getsockname()[:2])
        # What lives from here on is scanned without what was loaded before; a full scan at 5,000 sockets costs 70 ms.
        gc.freeze()
        await told_to_stop.wait()


@contextlib.asynccontextmanager
async def serving(
    service: RelayService,
    keys: RemoteKeys,
    listening: socket.socket,
    *,
    allowed_origins: frozenset[str] = frozenset(),
    move_within_s: float = MOVE_WITHIN_S,
    silence_s: float = SILENCE_S,
) -> AsyncIterator[PicowsServer]:
    """Serves on the socket; on the way out everybody is asked to move, and closed where they did not."""
    await service.start()
    refreshing = asyncio.create_task(keys.run())
    pages = Pages(service.relay, keys)
    server = PicowsServer(service.relay, pages, allowed_origins=allowed_origins, silence_s=silence_s)
    await server.start(listening)
    try:
        yield server
        await _moved(service, server, move_within_s)
    finally:
        service.drain()
        if server.connections:
            await asyncio.sleep(FAREWELL_S)
        await server.stop()
        refreshing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await refreshing
        await service.stop()


async def _moved(service: RelayService, server: PicowsServer, within_s: float) -> None:
    """Returns when everybody has moved, or their time is up."""
    service.relay.send_away(within_ms=within_s * 1000)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await server.deserted.wait()
