"""The relay served alone: its socket, health and metrics on one port, drained before the sockets close."""

import asyncio
import contextlib
import socket

import uvicorn

from watchparty_relay.asgi import Receive, Scope, Send
from watchparty_relay.bootstrap import RelayService
from watchparty_relay.config import RelayConfig
from watchparty_relay.flood import LIMITS
from watchparty_relay.keys import RemoteKeys

# Above our own limit, so that somebody who sends too much is told so by us.
WS_MAX_BYTES = 4 * LIMITS.frame_bytes


class RelayApp:
    """ASGI: lifespan, `/ws`, `/health`, `/ready`, `/metrics`."""

    def __init__(self, service: RelayService, keys: RemoteKeys) -> None:
        self._service = service
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == "/ws":
            await self._service.asgi(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        else:
            await _answer(send, *self._page(scope["path"]))

    def _page(self, path: str) -> tuple[int, str]:
        match path:
            case "/health":
                return 200, "alive\n"
            case "/ready" if self._keys()["keys"] and not self._service.relay.draining:
                return 200, "ready\n"
            case "/ready":
                return 503, "not ready\n"
            case "/metrics":
                return 200, self._service.metrics.text()
        return 404, "not found\n"

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._service.start()
        refreshing = asyncio.create_task(self._keys.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        refreshing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await refreshing
        await self._service.stop()
        await send({"type": "lifespan.shutdown.complete"})


class DrainingServer(uvicorn.Server):
    """uvicorn closes sockets with a code of its own; ours goes out first, so that clients come back at once."""

    def __init__(self, config: uvicorn.Config, service: RelayService) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.drain()
        await asyncio.sleep(0)
        await super().shutdown(sockets)


def server_settings(config: RelayConfig, app: RelayApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=config.host,
        port=config.port,
        ws="websockets-sansio",
        ws_max_size=WS_MAX_BYTES,
        ws_per_message_deflate=False,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=10,
    )


def serve(config: RelayConfig, service: RelayService, keys: RemoteKeys) -> None:
    """Runs until SIGTERM or SIGINT."""
    DrainingServer(server_settings(config, RelayApp(service, keys)), service).run()


async def _answer(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
