"""`python -m chaos.kills`: kills a home server's parts at seeded moments, and checks that what they store agrees.

Each life is a forked child on the same files: the relay with its journal and the functions that archive its events, the
functions with their audit log, or a migration. It reports what was acknowledged through a pipe and is killed with
SIGKILL. At the end everything acknowledged must be stored, and nothing deleted may be readable.
"""

import argparse
import asyncio
import json
import os
import secrets
import select
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, cast

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import create_engine

from fakes.function_ports import MemoryObjects, RecordingDeliveryQueue, RecordingJobs, RecordingMailer, RecordingRelay
from fakes.relay.harness import Client, RelayHarness
from fakes.relay.tokens import TokenIssuer, settings
from watchparty_api import audit
from watchparty_api.bootstrap import build_services
from watchparty_api.config import Config
from watchparty_api.records import ChatEntry, Room, RoomAction
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.services import Services
from watchparty_api.store import migrations
from watchparty_api.store.port import Create
from watchparty_relay.bootstrap import build_relay
from watchparty_relay.config import RelayConfig
from watchparty_relay.room_time import MachineTime

Json = dict[str, Any]
ROOM = "room"
LIFE_S = (0.0, 0.15)
"""A life is killed this long after its first acknowledgement, or after its start if it has none in time."""
FIRST_WITHIN_S = 1.5
KINDS = {"relay and functions": 6, "audit": 2, "migration": 2}


def functions_on(folder: Path) -> Services:
    config = Config(
        public_url="https://kills.example", store_url=f"sqlite:///{folder}/db", keys_dir=str(folder / "keys")
    )
    return build_services(
        config,
        relay=RecordingRelay(),
        jobs=RecordingJobs(),
        objects=MemoryObjects(),
        mail=RecordingMailer(),
        delivery_queue=RecordingDeliveryQueue(),
    )


class Home:
    """A relay on a journal, and functions that archive its events."""

    def __init__(self, folder: Path) -> None:
        self.services = functions_on(folder)
        self.time = MachineTime()
        self.issuer = TokenIssuer(self.time)
        self.service = build_relay(
            RelayConfig(limits_times=10_000),
            jwks=self.issuer.jwks,
            publish=self._publish,
            journal_path=folder / "relay.sqlite",
            clock=self.time,
        )
        self.relay = self.service.relay

    async def _publish(self, events: list[Json]) -> None:
        await asyncio.to_thread(ingest, self.services, events)

    async def host(self) -> Client:
        client = Client(cast("RelayHarness", self))
        member: Json = {"role": "host", "acct": "acc-1", "set": settings(control="everyone")}
        client.hello(self.issuer.join("host", room=ROOM, **member))
        await client.next("welcome")
        return client


async def _talk(folder: Path, seed: str, tell: Callable[[Json], None], *, for_s: float | None = None) -> None:
    """Says, deletes and seeks without pause, and flushes often, as if every moment were the end of a second."""
    home, dice = Home(folder), Random(seed)
    await home.relay.start()
    host, said, started_s, number = await home.host(), list[str](), time.monotonic(), 0
    while for_s is None or time.monotonic() < started_s + for_s:
        number += 1
        choice = dice.random()
        if said and choice < 0.2:
            id_ = said.pop(dice.randrange(len(said)))
            tell({"trying": id_})
            if (await host.ask(t="delete", id=id_, cid=f"{seed}-{number}"))["t"] == "ack":
                tell({"deleted": id_})
        elif choice < 0.35:
            answer = await host.cmd("seek", pos_s=dice.uniform(0, 60), cid=f"{seed}-{number}")
            tell({"action": answer["rev"]})
        else:
            text = f"{seed}-{number}"
            answer = await host.chat(text, cid=text)
            if answer["t"] == "ack":
                await host.channel.until(lambda text=text: any(m.get("text") == text for m in host.all("chat")))  # type: ignore[misc]  # mypy cannot infer the default
                id_ = next(m["id"] for m in host.all("chat") if m["text"] == text)
                said.append(id_)
                tell({"said": id_, "text": text})
        if dice.random() < 0.3:
            await home.relay.flush_events()
    await home.relay.stop()


def _relay_life(folder: Path, seed: str, tell: Callable[[Json], None]) -> None:
    asyncio.run(_talk(folder, seed, tell))


def _audit_life(folder: Path, seed: str, tell: Callable[[Json], None]) -> None:
    services = functions_on(folder)
    for number in range(10_000):
        id_ = f"{seed}-{number}"
        audit.commit(services, [Create(_room(id_))], actor="kills", action="room.created", target=id_)
        tell({"audited": id_})


def _migration_life(folder: Path, _seed: str, _tell: Callable[[Json], None]) -> None:
    migrations.upgrade(create_engine(f"sqlite:///{folder}/old.db"))


LIVES: dict[str, Callable[[Path, str, Callable[[Json], None]], None]] = {
    "relay and functions": _relay_life,
    "audit": _audit_life,
    "migration": _migration_life,
}


def _room(id_: str) -> Room:
    now = datetime.now(UTC)
    return Room(id=id_, created_at=now, name="Kills", owner_id="o", link_id=f"l{id_}", last_active_at=now)


def killed(life: Callable[[Callable[[Json], None]], None], after_s: float, *, waits: bool) -> list[Json]:
    """Runs a life in a forked child, kills it, and returns what it told."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, 2)
        try:
            life(lambda message: _ignore(os.write(write, json.dumps(message).encode() + b"\n")))
        finally:
            os._exit(0)
    os.close(write)
    if waits:
        select.select([read], [], [], FIRST_WITHIN_S)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as told:
        return [json.loads(line) for line in told.read().splitlines()]


def _ignore(_: object) -> None: ...


@dataclass
class Outcome:
    kills: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Expected:
    said: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    uncertain: set[str] = field(default_factory=set)
    actions: set[int] = field(default_factory=set)
    audited: set[str] = field(default_factory=set)

    def take(self, message: Json) -> None:
        match message:
            case {"said": id_, "text": text}:
                self.said[id_] = text
            case {"trying": id_}:
                self.uncertain.add(id_)
            case {"deleted": id_}:
                self.deleted.add(id_)
            case {"action": rev}:
                self.actions.add(rev)
            case {"audited": id_}:
                self.audited.add(id_)


def run(kills: int, seed: int, folder: Path, *, log: Callable[[str], None] = _ignore) -> Outcome:
    dice, outcome, expected = Random(seed), Outcome(), Expected()
    functions = functions_on(folder)
    functions.store.create(_room(ROOM))
    functions.store.close()
    old = _old_database(folder)
    for number in range(kills):
        kind = dice.choices(list(KINDS), list(KINDS.values()))[0]
        outcome.kills[kind] = outcome.kills.get(kind, 0) + 1
        if kind == "migration":
            (folder / "old.db").write_bytes(old)
            _remove_sidecars(folder / "old.db")
        life = partial(LIVES[kind], folder, f"{seed}.{number}")
        waits = kind != "migration"
        for message in killed(life, dice.uniform(*LIFE_S) * (1 if waits else 2), waits=waits):
            outcome.acknowledged += "trying" not in message
            expected.take(message)
        if kind == "migration":
            outcome.wrong += _check_migration(folder)
        if number % 100 == 99:
            log(f"{number + 1} kills, {outcome.acknowledged} acknowledged")
    asyncio.run(_talk(folder, f"{seed}.end", expected.take, for_s=0.2))
    outcome.wrong += _check(folder, expected)
    return outcome


def _check(folder: Path, expected: Expected) -> list[str]:
    """Compares store, archive, log and audit with what was acknowledged, and the journal with the archive."""
    services, wrong = functions_on(folder), list[str]()
    epoch = next(iter(expected.said)).partition("-")[0] if expected.said else ""
    archived = services.store.get_many(ChatEntry, {f"{ROOM}.{id_}" for id_ in (*expected.said, *expected.deleted)})
    for id_, text in expected.said.items():
        entry = archived.get(f"{ROOM}.{id_}")
        if entry is None:
            wrong.append(f"{text} was acknowledged and is not archived")
        elif id_ in expected.deleted and (entry.text or not entry.deleted):
            wrong.append(f"{text} was deleted and is readable")
        elif id_ not in expected.uncertain and entry.text != text:
            wrong.append(f"{text} is archived as {entry.text!r}")
    actions = services.store.get_many(RoomAction, {f"{ROOM}:{epoch}:action:{rev}" for rev in expected.actions})
    wrong += [f"{len(expected.actions) - len(actions)} actions are not logged"] * (len(actions) < len(expected.actions))
    verdict = audit.verify(services)
    if verdict.broken_at is not None:
        wrong.append(f"the audit log is broken at {verdict.broken_at}")
    targets = {entry.target for entry in audit.entries(services)}
    stored = services.store.get_many(Room, targets | expected.audited)
    if expected.audited - targets or targets - set(stored) or expected.audited - set(stored):
        wrong.append("the audit log and the store disagree")
    with sqlite3.connect(folder / "relay.sqlite") as journal:
        entries = [json.loads(row) for (row,) in journal.execute("SELECT entry FROM log")]
        unpublished = journal.execute("SELECT count(*) FROM outbox").fetchone()[0]
    journal.close()
    live = services.store.get_many(ChatEntry, {f"{ROOM}.{e['id']}" for e in entries if e["t"] == "chat"})
    for entry in entries:
        archived_entry = live.get(f"{ROOM}.{entry['id']}") if entry["t"] == "chat" else None
        if entry["t"] == "chat" and (archived_entry is None or archived_entry.text != entry["text"]):
            wrong.append(f"the journal and the archive differ at {entry['seq']}")
    if unpublished:
        wrong.append(f"{unpublished} events are left in the outbox")
    services.store.close()
    return wrong


def _old_database(folder: Path) -> bytes:
    """A database of the first version, with a room in it."""
    path = folder / "first.db"
    engine = create_engine(f"sqlite:///{path}")
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("CREATE TABLE kept (value TEXT)")
        connection.exec_driver_sql("INSERT INTO kept VALUES ('whole')")
    engine.dispose()
    return path.read_bytes()


def _check_migration(folder: Path) -> list[str]:
    """The next start completes the migration, and the rows are there."""
    path, wrong = folder / "old.db", list[str]()
    engine = create_engine(f"sqlite:///{path}")
    try:
        migrations.upgrade(engine)
        with engine.begin() as connection:
            if connection.exec_driver_sql("SELECT value FROM kept").scalar() != "whole":
                wrong.append("a migration lost rows")
            connection.exec_driver_sql("SELECT id FROM dead_letter")
    except Exception as error:
        wrong.append(f"a killed migration cannot be completed: {error!r}")
    engine.dispose()
    return wrong


def _remove_sidecars(path: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(given.kills, given.seed, Path(folder), log=lambda line: print(line, file=sys.stderr, flush=True))
    for each in outcome.wrong[:20]:
        print(f"! {each}")
    counts = {"seed": given.seed, "acknowledged": outcome.acknowledged, "wrong": len(outcome.wrong), **outcome.kills}
    print(f"RESULT {json.dumps(counts)}")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
