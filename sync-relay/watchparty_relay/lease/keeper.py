"""Holds the lease of the rooms for this process from when it is first needed, or waits for it.

A process that serves no one does not compete: the instance of a deployment that never gets traffic takes nothing over.
`decision.py` decides; this module reads, writes and keeps the time. A write whose result is unknown counts as failed:
the holder then commands no longer than its last confirmed renewal allows.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Protocol

from watchparty_relay.errors import BusUnavailable
from watchparty_relay.lease.decision import (
    COMMAND_MS,
    LIFE_MS,
    LOOK_EVERY_MS,
    RENEW_EVERY_MS,
    HandOver,
    Lease,
    Sighting,
    Wait,
    Write,
    next_step,
    released,
)

log = logging.getLogger(__name__)

WAIT_WITHIN_S = 5.0
"""A client that arrives during a handover waits for this long, which is a renewal, two looks and a second; then it is
asked to reconnect."""
RELEASE_WITHIN_S = 3.0
CALL_WITHIN_S = 5.0
"""After that a call of the store counts as failed, whether it is carried out or not."""


class LeaseStore(Protocol):
    """Where the processes of a site find the lease. Raises OSError if it does not answer."""

    async def read(self) -> tuple[Lease, int] | None:
        """The lease and its version; None if there is none yet."""
        ...

    async def write(self, lease: Lease, *, over: int) -> int | None:
        """Stores the lease if version `over` is the stored one (0: there is none), and returns the new version.

        None if another process has written meanwhile.
        """
        ...


class LeaseKeeper:
    """`now_ms` is a monotonic clock that runs on while the process is suspended."""

    def __init__(
        self,
        store: LeaseStore,
        *,
        now_ms: Callable[[], float],
        revision: int = 0,
        wait_within_s: float = WAIT_WITHIN_S,
    ) -> None:
        self.owner = secrets.token_urlsafe(9)
        self._store = store
        self._now_ms = now_ms
        self._revision = revision
        self._wait_within_s = wait_within_s
        self._seen: Sighting | None = None
        self._until_ms = float("-inf")
        self._term: int | None = None
        self._stopped = False
        self._wanted_until_ms = float("-inf")
        self._stepping = asyncio.Lock()
        self._taken = asyncio.Event()
        self._needed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._on_lost: Callable[[], None] = lambda: None
        self._on_superseded: Callable[[], Awaitable[None]] = _do_nothing

    def notify(self, *, lost: Callable[[], None], superseded: Callable[[], Awaitable[None]]) -> None:
        """`lost` is called when another process has taken over; `superseded` before the lease is given to one."""
        self._on_lost = lost
        self._on_superseded = superseded

    def held(self) -> bool:
        """Whether this process may command now."""
        return self._now_ms() < self._until_ms

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Releases the lease, so that the next process need not wait for its life."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RELEASE_WITHIN_S), self._stepping:
                self._stopped = True
                await self._release()

    async def acquired(self) -> None:
        """Returns once this process holds the lease. Raises BusUnavailable if it does not get it in time."""
        if self.held():
            return
        self._taken.clear()
        self._wanted_until_ms = self._now_ms() + 2 * LIFE_MS
        self._needed.set()
        try:
            async with asyncio.timeout(self._wait_within_s):
                await self._taken.wait()
        except TimeoutError as error:
            raise BusUnavailable("another process commands the rooms") from error

    async def step(self) -> None:
        """Renews the lease, takes it, or finds that another process has it. Logs a store that does not answer."""
        async with self._stepping:
            if self._stopped:
                return
            try:
                await self._step()
            except OSError as error:
                log.warning("the lease of the rooms cannot be read or written: %s", error)

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._needed.wait()
            self._needed.clear()
            try:
                await self.step()
            except Exception:  # without the next step no process would command the rooms
                log.exception("a step of the lease failed")

    def _pause_s(self) -> float | None:
        """Until the next step; None: until the lease is needed."""
        if self.held():
            return RENEW_EVERY_MS / 1000
        wanted = self._term is not None or self._now_ms() < self._wanted_until_ms
        return LOOK_EVERY_MS / 1000 if wanted else None

    async def _step(self) -> None:
        if self._term is None or not self.held():
            await self._look()
        sent_ms = self._now_ms()
        match next_step(self._seen, owner=self.owner, revision=self._revision, now_ms=sent_ms):
            case Write(lease):
                await self._write(lease, sent_ms)
            case HandOver():
                log.info("a newer deployment takes over the rooms")
                self._until_ms = float("-inf")
                await self._on_superseded()
                await self._release()
            case Wait():
                pass

    async def _look(self) -> None:
        """Reads the lease, and notices when it is another's."""
        async with asyncio.timeout(CALL_WITHIN_S):
            found = await self._store.read()
        if found is None:
            self._seen = None
            return
        lease, version = found
        if self._seen is None or self._seen.version != version:
            self._seen = Sighting(lease, version, self._now_ms())
        if self._term is not None and (lease.owner, lease.term) != (self.owner, self._term):
            log.warning("another process has taken over the rooms")
            self._until_ms, self._term = float("-inf"), None
            self._on_lost()

    async def _write(self, lease: Lease, sent_ms: float) -> None:
        async with asyncio.timeout(CALL_WITHIN_S):
            version = await self._store.write(lease, over=self._seen.version if self._seen else 0)
        if version is None:
            await self._look()
            self._needed.set()  # decides again at once: perhaps a waiting process has only added itself
            return
        self._seen = Sighting(lease, version, self._now_ms())
        if lease.owner != self.owner:
            return
        if self._term is None:
            log.info("this process commands the rooms (term %d)", lease.term)
        self._term, self._until_ms = lease.term, sent_ms + COMMAND_MS
        self._taken.set()

    async def _release(self) -> None:
        """Once more if the version has changed: a waiting process has added itself, or a late renewal arrived."""
        self._until_ms = float("-inf")
        try:
            for _ in range(2):
                if self._term is None or self._seen is None:
                    return
                version = await self._store.write(released(self._seen.lease), over=self._seen.version)
                if version is not None:
                    self._term = None
                else:
                    await self._look()
        except OSError as error:
            log.warning("the lease of the rooms could not be released: %s", error)


async def _do_nothing() -> None:
    pass
