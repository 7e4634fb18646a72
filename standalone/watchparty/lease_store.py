"""The lease of the rooms as a record of the functions' store, for a site whose processes keep rooms in memory."""

import asyncio
from collections.abc import Callable

from watchparty_api.errors import AlreadyExists, Missing, Unavailable, VersionConflict
from watchparty_api.records import RelayLease
from watchparty_api.services import Services
from watchparty_relay.lease.decision import Lease

ROOMS = "rooms"
"""The id of the only lease."""


class RecordLeaseStore:
    """`watchparty_relay.lease.keeper.LeaseStore`: a write is conditional on the version that it replaces."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services

    async def read(self) -> tuple[Lease, int] | None:
        return await asyncio.to_thread(self._read)

    async def write(self, lease: Lease, *, over: int) -> int | None:
        return await asyncio.to_thread(self._write, lease, over)

    def _read(self) -> tuple[Lease, int] | None:
        try:
            record = self._services().store.get(RelayLease, ROOMS)
        except Unavailable as error:
            raise ConnectionError(error.detail) from error
        if record is None:
            return None
        return Lease(record.owner, record.term, record.revision, record.heir, record.life_ms), record.version

    def _write(self, lease: Lease, over: int) -> int | None:
        services = self._services()
        store, now = services.store, services.now()
        record = RelayLease(
            id=ROOMS,
            created_at=now,
            version=over,
            owner=lease.owner,
            term=lease.term,
            revision=lease.revision,
            heir=lease.heir,
            life_ms=lease.life_ms,
            renewed_at=now,
        )
        try:
            return (store.replace(record) if over else store.create(record)).version
        except (AlreadyExists, Missing, VersionConflict):
            return None
        except Unavailable as error:
            raise ConnectionError(error.detail) from error
