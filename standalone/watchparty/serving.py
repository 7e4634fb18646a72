"""`watchparty serve`: locks the data folder, binds the port, prints the addresses, and serves until it is stopped."""

import asyncio
import contextlib
import gc
import shutil
import socket
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from watchparty.banner import banner, lan_address
from watchparty.bootstrap import Home, open_home, start_errors
from watchparty.bounded_http import BoundedHttp, ServerConfig
from watchparty.bounded_socket import BoundedSocket
from watchparty.config import HomeConfig
from watchparty.connections import ConnectionBudget, connection_descriptors
from watchparty.data_folder import DataFolder
from watchparty.data_repair import repair
from watchparty.demo import open_demo_room, run_guests
from watchparty.errors import HomeError, PortTaken
from watchparty.sample_film import sample_film
from watchparty_api.store.sql import open_store
from watchparty_relay.bus.journal import create_journal
from watchparty_relay.descriptors import raise_descriptor_limit
from watchparty_relay.transport.port import READ_BYTES

ALL_INTERFACES = ("0.0.0.0", "::")  # noqa: S104  compared, not bound
SHUTDOWN_WITHIN_S = 8
COLLECT_AFTER = (10_000, 20, 20)
"""Python's (700, 10, 10) stopped everything for 220 ms, several times a minute, in a server with 1,000 people."""


def serve(config: HomeConfig) -> int:
    """Runs the server until it stops."""
    with _demo_folder(config) as settled:
        folder = DataFolder(settled.data)
        folder.make()
        folder.lock()
        _prepare_data(folder, settled)
        listening = _bind(settled.host, settled.port)
        reached = replace(settled, network_url=network_url(settled))
        uvloop.run(_run(open_home(reached), reached, listening))
    return 0


def _prepare_data(folder: DataFolder, config: HomeConfig) -> None:
    """Repairs damaged databases of the folder. Raises HomeError for those that a newer release has written."""
    if config.cloud is not None:
        return
    with start_errors(config):
        aside = [repair(folder.relay_journal, lambda path: create_journal(path)[0].close())]
        if config.redis_url is None:
            create_journal(folder.relay_journal)[0].close()
        if config.store_url is None:
            aside.append(repair(folder.database, lambda path: open_store(f"sqlite:///{path}").close()))
    for path in filter(None, aside):
        print(f"A database was damaged. What could be read is in use; the damaged file is kept as {path}.", flush=True)


def network_url(config: HomeConfig) -> str | None:
    """Returns the URL of this machine on its network; None if it does not listen there."""
    address = lan_address() if config.host in ALL_INTERFACES else None
    return f"http://{address}:{config.port}" if address else None


@contextmanager
def _demo_folder(config: HomeConfig) -> Iterator[HomeConfig]:
    """Gives the demo a temporary folder, so that it touches no real data."""
    if not config.demo:
        yield config
        return
    data = Path(tempfile.mkdtemp(prefix="watchparty-demo-"))
    try:
        yield replace(config, data=data, s3=None)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _bind(host: str, port: int) -> socket.socket:
    """Returns the listening socket, bound before anything else starts. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise PortTaken(host, port) from error
    return listening


class _Server(uvicorn.Server):
    """Signals when it is ready, and asks clients to reconnect before it closes their sockets."""

    def __init__(self, config: uvicorn.Config, *, drain: Callable[[], None], failures: list[HomeError]) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self._drain = drain
        self._failures = failures

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Raises HomeError if the application did not start."""
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn's answer to any failure
            if self._failures:
                raise self._failures[0] from None
            raise
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._drain()
        await asyncio.sleep(0)  # sends the `moved` messages before uvicorn closes the sockets
        await super().shutdown(sockets)


async def _run(home: Home, config: HomeConfig, listening: socket.socket) -> None:
    descriptors = connection_descriptors(raise_descriptor_limit())
    failures: list[HomeError] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await home.app(scope, receive, send)
        except HomeError as error:
            failures.append(error)
            raise

    server = _Server(
        ServerConfig(
            app,
            budget=ConnectionBudget(descriptors, proxies=config.trusted_proxies),
            http=BoundedHttp,
            log_config=None,  # the lines of the server go where all others go, and are limited like them
            log_level="warning",
            access_log=False,  # a room's URL lets people into the room
            proxy_headers=False,  # the functions trust only the proxies in the settings
            server_header=False,
            ws=BoundedSocket,
            ws_max_size=READ_BYTES,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=SHUTDOWN_WITHIN_S,
        ),
        drain=home.relay.drain,
        failures=failures,
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
    if server.started:
        collect_rarely()
        await _while_serving(home, config, serving)
    ready.cancel()
    await serving


def collect_rarely() -> None:
    """Keeps what is loaded by now out of later garbage collections, and makes full ones rare: they stop everything."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _while_serving(home: Home, config: HomeConfig, serving: asyncio.Task[None]) -> None:
    site = config.public_url or f"http://{'127.0.0.1' if config.host in ALL_INTERFACES else config.host}:{config.port}"
    guests: asyncio.Task[None] | None = None
    demo_path = ""
    if config.demo:
        room_id = await open_demo_room(site, sample_film())
        demo_path = f"/r/{room_id}"
        guests = asyncio.create_task(run_guests(site, room_id))
    _greet(home, config, site, demo_path)
    await asyncio.wait([serving])
    if guests:
        guests.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await guests


def _greet(home: Home, config: HomeConfig, site: str, demo_path: str) -> None:
    with start_errors(config):
        secret = None if config.demo else home.setup_secret()
    print(
        banner(
            local_url=site,
            lan_url=config.network_url,
            data=config.data,
            setup_url=f"{site}/setup#token={secret}" if secret else None,
            demo_url=(config.network_url or site) + demo_path if demo_path else None,
        ),
        flush=True,
    )
    if config.open_browser:
        webbrowser.open(site + demo_path)
