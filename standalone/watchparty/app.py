"""One origin: routes each request to the application that serves it, and starts and stops all of them together."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from starlette.types import ASGIApp, Receive, Scope, Send

from watchparty.errors import HomeError

Lifespan = Callable[[], AbstractAsyncContextManager[None]]


class OneOrigin:
    """The ASGI application of the standalone server. The longest matching prefix wins; `otherwise` gets the rest."""

    def __init__(self, *, parts: Mapping[str, ASGIApp], otherwise: ASGIApp, lifespan: Lifespan) -> None:
        self._parts = sorted(parts.items(), key=lambda part: -len(part[0]))
        self._otherwise = otherwise
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        await self._part_for(scope["path"])(scope, receive, send)

    def _part_for(self, path: str) -> ASGIApp:
        for prefix, part in self._parts:
            if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
                return part
        return self._otherwise

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()  # lifespan.startup
        try:
            async with self._lifespan():
                await send({"type": "lifespan.startup.complete"})
                await receive()  # lifespan.shutdown
        except Exception as error:
            message = "" if isinstance(error, HomeError) else str(error)  # the command line prints those
            await send({"type": "lifespan.startup.failed", "message": message})
            raise
        await send({"type": "lifespan.shutdown.complete"})
