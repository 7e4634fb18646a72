"""The command line with a person's settings, and a connection to the server that can be cut or held."""

import argparse
import io
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import httpx2

from watchparty.client import commands
from watchparty.client.options import CommandParser, add_client_commands
from watchparty.errors import HomeError

EMAIL, PASSWORD = "ada@example.org", "correct horse"
Json = dict[str, Any]
START = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("watchparty", run_name="__main__", alter_sys=True)
"""
"""Starts the command. A shell starts jobs in the background with Ctrl-C ignored, and their children inherit that."""


@dataclass(frozen=True)
class Outcome:
    """What a command returned and printed. `error` is what the program would print for it."""

    code: int
    out: str
    error: str

    @property
    def json(self) -> list[Json]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class CommandLine:
    """The settings of one person; `run` is a command in this process, `started` one in its own."""

    settings: dict[str, str]

    def using(self, **settings: str) -> "CommandLine":
        return CommandLine({**self.settings, **settings})

    def run(self, *argv: str | Path) -> Outcome:
        parser: argparse.ArgumentParser = CommandParser()
        add_client_commands(
            parser.add_subparsers(required=True),
            lambda command: lambda arguments: commands.run(command, arguments, self.settings),
        )
        out, errors = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(errors):
            arguments = parser.parse_args([str(each) for each in argv])
            try:
                code, message = arguments.run(arguments), ""
            except HomeError as error:
                code, message = error.exit_code, str(error)
        assert errors.getvalue() == ""
        return Outcome(code, out.getvalue(), message)

    def started(self, *argv: str | Path, to: int | TextIO = subprocess.PIPE) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", START, *map(str, argv)]
        environ = {**os.environ, **self.settings}
        return subprocess.Popen(command, env=environ, stdout=to, stderr=subprocess.PIPE, text=True)


@dataclass
class Api:
    """Calls of someone who is signed in, to prepare and to check."""

    client: httpx2.Client

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self.client.request(method, path, json=body)
        assert answer.is_success, answer.text
        found: Json = answer.json() if answer.content else {}
        return found

    def token(self, *scopes: str) -> str:
        return str(self.call("POST", "/auth/me/tokens", {"name": "Script", "scopes": scopes})["token"])


@contextmanager
def signed_in(url: str) -> Iterator[Api]:
    with httpx2.Client(base_url=f"{url}/api/v1", headers={"Origin": url}, timeout=60) as client:
        answer = client.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
        assert answer.is_success, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield Api(client)


@dataclass
class Line:
    """A connection to the server. After `limit` bytes from the client it is cut once, or holds everything (`hold`), or
    only the answers (`mute`), until it is released. With `gone` it is cut for good.
    """

    limit: int
    hold: bool = False
    mute: bool = False
    gone: bool = False
    sent: int = 0
    tripped: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def release(self) -> None:
        """Counts again from zero, and holds nothing on new connections. What was held never arrives."""
        self.hold = self.mute = False
        self.sent = 0

    def forward(self, client: socket.socket, server: socket.socket) -> None:
        held = False
        with suppress(OSError):
            while piece := client.recv(65536):
                if self.gone and self.tripped.is_set():
                    break
                held = held or (self.hold and self.tripped.is_set())
                if held:
                    continue
                self.sent += len(piece)
                server.sendall(piece)
                if self.sent >= self.limit and not self.tripped.is_set():
                    self.tripped.set()
                    if not self.hold and not self.mute:
                        break
        for each in (client, server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while piece := server.recv(65536):
                if not ((self.hold or self.mute) and self.tripped.is_set()):
                    client.sendall(piece)


@contextmanager
def line_to(port: int, *, limit: int, hold: bool = False, mute: bool = False) -> Iterator[Line]:
    """A port of this machine that leads to the server's."""
    line, listening = Line(limit, hold, mute), socket.create_server(("127.0.0.1", 0))
    line.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    connected: list[socket.socket] = []

    def serve(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            connected.extend((client, server))
            answers = threading.Thread(target=line.back, args=(server, client))
            answers.start()
            line.forward(client, server)
            answers.join()

    def accept() -> None:
        threads = []
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                threads.append(threading.Thread(target=serve, args=(client,)))
                threads[-1].start()
        for thread in threads:
            thread.join()

    accepting = threading.Thread(target=accept)
    accepting.start()
    with closing(listening):
        try:
            yield line
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for each in connected:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            accepting.join()
