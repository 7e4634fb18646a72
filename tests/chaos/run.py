"""One chaos run: everyone joins, faults begin, everything is checked, faults end, and all clients must agree.

It lasts until the requested number of events has been checked and each kind of fault has happened.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from chaos.checker import Checker, Violation
from chaos.client import ChaosClient
from chaos.faults import KINDS, Faults
from chaos.stage import Stage, stage

RELAYS = 3
JOIN_WITHIN_S = 120.0
AGREE_WITHIN_S = 60.0
QUIET_S = 3.0
"""How long messages in flight may take after the last fault is repaired and the last reply received."""


@dataclass(frozen=True)
class Options:
    seed: int
    people: int
    rooms: int
    events: int
    fault_every_s: float
    say_every_s: float
    faults: tuple[str, ...] = tuple(KINDS)


@dataclass(frozen=True)
class Outcome:
    found: Counter[Violation]
    faults: Counter[str]
    figures: dict[str, int]
    examples: list[str]

    @property
    def held(self) -> bool:
        return not sum(self.found.values()) and not self.figures["unanswered"]

    def counts(self) -> dict[str, int]:
        broken = {violation.value: self.found[violation] for violation in Violation}
        return {**self.figures, **broken, **{f"faults: {kind}": count for kind, count in sorted(self.faults.items())}}


async def run(options: Options, folder: Path, *, log: Callable[[str], None] = lambda _: None) -> Outcome:
    dice, checker, started = Random(options.seed), Checker(), time.monotonic()
    async with stage(RELAYS, folder) as on:
        clients = [
            ChaosClient(n, f"room-{n % options.rooms}", on, checker, Random(f"{options.seed}-{n}"), options.say_every_s)
            for n in range(options.people)
        ]
        tasks = [asyncio.create_task(client.run()) for client in clients]
        reviving = asyncio.create_task(_revive(on))
        try:
            await _until(lambda: all(client.connected for client in clients), JOIN_WITHIN_S)
            log(f"{len(clients)} people have joined after {time.monotonic() - started:.0f} s")
            faults = await _faults_until_enough(options, on, clients, checker, dice, log)
            resyncs = int(await on.metric("watchparty_relay_resyncs_total"))
            unanswered = await _agree(clients, log)
        finally:
            for task in (*tasks, reviving):
                task.cancel()
            await asyncio.gather(*tasks, reviving, return_exceptions=True)
        checker.close(client.name for client in clients)
    figures = {
        "seed": options.seed,
        "events": checker.events,
        "answered": sum(client.acks for client in clients),
        "asked again": sum(client.repeats for client in clients),
        "connections": sum(client.connections for client in clients),
        "sent away as slow": sum(client.slow for client in clients),
        "epochs": checker.epochs,
        "resyncs at the end": resyncs,
        "unanswered": unanswered,
        "repeated over epochs": checker.repeated_over_epochs,
        "seconds": int(time.monotonic() - started),
    }
    return Outcome(checker.found, faults.happened, figures, checker.examples)


async def _faults_until_enough(
    options: Options, on: Stage, clients: list[ChaosClient], checker: Checker, dice: Random, log: Callable[[str], None]
) -> Faults:
    faults = Faults(on, clients, dice, options.faults)
    happening = asyncio.create_task(faults.run(every_s=options.fault_every_s))
    reported_s = time.monotonic()
    while checker.events < options.events or len(faults.happened) < len(options.faults):
        await asyncio.sleep(0.2)
        if time.monotonic() - reported_s > 10:
            reported_s = time.monotonic()
            log(f"{checker.events:,} events, {dict(faults.happened)}, {dict(checker.found)}")
    happening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await happening
    await faults.end()
    return faults


async def _agree(clients: list[ChaosClient], log: Callable[[str], None]) -> int:
    """Lets all clients reconnect and receive their answers; returns how many did not."""
    for client in clients:
        client.be_quiet()
    log("faults are over")
    with contextlib.suppress(TimeoutError):
        await _until(lambda: all(client.settled.is_set() and client.connected for client in clients), AGREE_WITHIN_S)
    await asyncio.sleep(QUIET_S)
    return sum(1 for client in clients if not (client.settled.is_set() and client.connected))


async def _revive(on: Stage) -> None:
    while True:
        await asyncio.sleep(0.5)
        on.revive()


async def _until(true: Callable[[], bool], within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while True:
            if true():
                return
            await asyncio.sleep(0.1)
