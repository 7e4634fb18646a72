"""TLS in front of plain servers, each protocol to its own: what a client negotiates decides where it goes.

gRPC clients negotiate `h2`; everything else speaks HTTP/1.1.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cloud.authority import Certificate
from cloud.reverse_proxy import pump


@asynccontextmanager
async def tls_front(
    address: str, certificate: Certificate, *, h2: int | None = None, http: int | None = None
) -> AsyncIterator[None]:
    """Serves `address`:443 until the end of the block; `h2` and `http` are ports on 127.0.0.1."""
    ports = {"h2": h2, "http/1.1": http}
    offered = [name for name, port in ports.items() if port]
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        chosen = writer.get_extra_info("ssl_object").selected_alpn_protocol() or "http/1.1"
        try:
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", ports[chosen])
            await asyncio.gather(pump(reader, back_writer), pump(back_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass  # one side is gone, or the box is closing
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(accept, address, 443, ssl=certificate.context(protocols=offered))
    try:
        yield
    finally:
        server.close()
        left = list(tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
