"""One run of the load generator: who connects, what they send, and what the server's processes use during it."""

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.relay.build import Built
from bench.relay.servers import LOAD_CPU, Running, on_cpu
from fakes.relay.tokens import TokenIssuer, settings
from watchparty_relay.room_time import MachineTime

Options = dict[str, str | float]
"""The load generator's options by their names."""

FILM = {"video_id": "film", "mrev": 1, "duration_s": 1e7, "playable_s": 1e7}
EVERYONE = settings(control="everyone", capacity=100_000)
REUSE_TOKENS_FOR_S = 240.0
MAX_LOAD_CPU = 0.95

# A seek carries its number as the position in the film, and so does the state that it causes. The other servers
# forward a state of the same length.
SEEK = '{"t":"cmd","cid":"%u","op":"seek","mrev":1,"pos_s":%u}'
STATE = (
    '{"t":"state","epoch":1800000000000,"rev":1000,"video_id":"film","mrev":1,"mode":"paused","pos_s":%u.0,'
    '"t0_ms":1800000000000.125,"rate":1.0,"duration_s":10000000.0,"playable_s":10000000.0,'
    '"cause":{"cmd":"seek","by":"person-1000"},"srv_ms":1800000000000.125}'
)
LINE = '{"t":"chat","cid":"%u","text":"' + "long line " * 49 + '%u","pos_s":%u}'
WIDE_LINE = '{"t":"chat","cid":"%u","text":"' + "🎬" * 480 + '%u","pos_s":%u}'
"""Two kilobytes in the longest permitted message: a client that does not read soon lags by more than the socket buffers
hold.
"""


@dataclass(frozen=True)
class Person:
    room: int
    kind: str = "a"
    """a: sends and receives; p: only receives; s: stops reading after its welcome."""
    server: int = 0
    """The index of the server's port that it connects to."""
    back: int | None = None
    """The index of the port that it reconnects to when the connection is lost."""


@dataclass(frozen=True)
class Measured:
    """What the generator counted, and what the server used between BEGIN and END."""

    counts: dict[str, Any]
    cpu_s: float
    rss_kb: float

    def __getitem__(self, name: str) -> float:
        return float(self.counts[name])

    @property
    def deliveries_per_s(self) -> float:
        return self["deliveries"] / self["seconds"]

    @property
    def cpu(self) -> float:
        """Cores in use."""
        return self.cpu_s / self["seconds"]

    @property
    def load_bound(self) -> bool:
        return self["load_cpu"] > MAX_LOAD_CPU


class Load:
    def __init__(self, built: Built) -> None:
        self._built = built
        self.issuer = TokenIssuer(MachineTime())
        self._hellos: dict[tuple[int, int], tuple[float, str]] = {}

    def run(
        self,
        name: str,
        running: Running,
        people: Iterable[Person],
        options: Options,
        *,
        at_begin: Callable[[], None] | None = None,
    ) -> Measured:
        """`name` is the server's and decides what is sent. `at_begin` is called in a thread when measuring begins."""
        relay = "relay" in name
        defaults: Options = {"message": SEEK if relay else STATE, "engineio": int(name == "socket.io")}
        with tempfile.NamedTemporaryFile("w", suffix=".people") as file:
            for number, person in enumerate(people):
                back = 0 if person.back is None else running.ports[person.back]
                hello = self._hello(number, person.room) if relay else f'{{"t":"hello","room":"room-{person.room}"}}'
                file.write(f"{running.ports[person.server]} {person.room} {person.kind} {back} {hello}\n")
            file.flush()
            arguments = [part for key, value in (defaults | options).items() for part in (f"--{key}", str(value))]
            return self._measure(on_cpu(LOAD_CPU, self._built.load, Path(file.name), *arguments), running, at_begin)

    def _measure(self, command: list[str], running: Running, at_begin: Callable[[], None] | None) -> Measured:
        cpu_s = rss_kb = 0.0
        last = ""
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                if line == "BEGIN\n":
                    cpu_s = -running.cpu_s() if at_begin is None else 0.0
                    if at_begin is not None:
                        threading.Thread(target=at_begin).start()
                elif line == "END\n":
                    cpu_s += running.cpu_s() if at_begin is None else 0.0
                    rss_kb = running.rss_kb() if at_begin is None else 0.0
                last = line
        if process.returncode:
            raise RuntimeError(f"the load generator failed: {' '.join(command)}")
        return Measured(json.loads(last), cpu_s, rss_kb)

    def _hello(self, number: int, room: int) -> str:
        """Contains a real join token; signing takes longer than verifying, so a token is reused for a while."""
        signed_at, hello = self._hellos.get((number, room), (0.0, ""))
        if time.monotonic() - signed_at > REUSE_TOKENS_FOR_S or not hello:
            token = self.issuer.join(f"person-{number}", room=f"room-{room}", set=EVERYONE, media=FILM)
            hello = json.dumps({"t": "hello", "v": 1, "token": token}, separators=(",", ":"))
            self._hellos[number, room] = (time.monotonic(), hello)
        return hello


def rooms_of(size: int, people: int) -> list[Person]:
    return [Person(room=number // size) for number in range(people)]
