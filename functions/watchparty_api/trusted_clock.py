"""The time for irreversible acts, which must not rest on one reading of the machine's clock.

On Firestore the database's clock is a second source. Elsewhere the readings are stored, so that a start with a wrong
clock is recognised. What deletes expired data calls `now`; what only refuses it reads the plain clock.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from watchparty_api.errors import AlreadyExists, Missing, VersionConflict
from watchparty_api.plausible_time import (
    ClockReadings,
    Gap,
    after,
    after_start,
    first_readings,
    plausible_now,
    with_second_source,
)
from watchparty_api.records import SiteClock
from watchparty_api.store.port import Query, WorkspaceStore
from watchparty_api.store.queries import ACCOUNTS, ALL_ROOMS, ALL_VIDEOS, AUDIT_NEWEST_FIRST

log = logging.getLogger(__name__)

CLOCK_ID = "clock"
STORE_EVERY_S = 60.0
ASK_EVERY_S = 30.0
"""How often the second source is read; one sweep needs one reading."""
_NEWEST: tuple[Query[Any], ...] = (ACCOUNTS, ALL_ROOMS, ALL_VIDEOS, AUDIT_NEWEST_FIRST)


class TrustedClock:
    """One per process. `wall` is the machine's clock, `monotonic_s` advances while the process runs."""

    def __init__(
        self, store: WorkspaceStore, *, wall: Callable[[], datetime], monotonic_s: Callable[[], float]
    ) -> None:
        self._store, self._wall, self._monotonic_s = store, wall, monotonic_s
        self._lock = threading.Lock()
        self._readings: ClockReadings | None = None
        self._second: tuple[datetime | None, float] | None = None
        self._stored: SiteClock | None = None
        self._stored_at_s = 0.0
        self._started_at = wall()
        self._read_at_s = monotonic_s()

    def now(self) -> datetime:
        """The time that has passed without doubt: the clock's, or an earlier one while the clock is implausible."""
        return plausible_now(self.readings())

    def readings(self) -> ClockReadings:
        """Reads the clocks. Raises Unavailable if the store cannot be reached."""
        with self._lock:
            before = self._readings
            self._readings = self._read()
            _report(before, self._readings)
            return self._readings

    def _read(self) -> ClockReadings:
        second = self._second_source()
        if second is not None:
            return with_second_source(wall=self._wall(), second=second)
        if self._readings is None:
            self._readings = self._at_start()
        wall, now_s = self._wall(), self._monotonic_s()
        readings = after(self._readings, wall=wall, elapsed=timedelta(seconds=now_s - self._read_at_s))
        self._read_at_s = now_s
        if self._stored is None or now_s >= self._stored_at_s + STORE_EVERY_S:
            self._save(readings)
            self._stored_at_s = now_s
        return readings

    def _second_source(self) -> datetime | None:
        now_s = self._monotonic_s()
        if self._second is None or now_s >= self._second[1] + ASK_EVERY_S:
            self._second = (self._store.server_time(), now_s)
        server_time, asked_at_s = self._second
        return None if server_time is None else server_time + timedelta(seconds=now_s - asked_at_s)

    def _at_start(self) -> ClockReadings:
        self._stored = self._store.get(SiteClock, CLOCK_ID)
        if self._stored is None:
            return first_readings(wall=self._started_at, newest_record=self._newest_record())
        return after_start(_readings_of(self._stored), wall=self._started_at)

    def _newest_record(self) -> datetime | None:
        pages = (self._store.query(query, limit=1).items for query in _NEWEST)
        return max((record.created_at for items in pages for record in items), default=None)

    def _save(self, readings: ClockReadings) -> None:
        record = SiteClock(
            id=CLOCK_ID,
            created_at=self._stored.created_at if self._stored else readings.wall_at,
            version=self._stored.version if self._stored else 0,
            trusted_at=readings.trusted_at,
            wall_at=readings.wall_at,
            gaps=tuple(
                {"size_s": gap.size.total_seconds(), "observed_s": gap.observed.total_seconds()}
                for gap in readings.gaps
            ),
            behind_s=readings.behind_for.total_seconds(),
        )
        try:
            self._stored = (self._store.replace if record.version else self._store.create)(record)
        except (AlreadyExists, VersionConflict, Missing):  # another process of this site has stored its own
            self._stored = self._store.get(SiteClock, CLOCK_ID)


def _readings_of(record: SiteClock) -> ClockReadings:
    return ClockReadings(
        trusted_at=record.trusted_at,
        wall_at=record.wall_at,
        gaps=tuple(Gap(timedelta(seconds=gap["size_s"]), timedelta(seconds=gap["observed_s"])) for gap in record.gaps),
        behind_for=timedelta(seconds=record.behind_s),
    )


def _report(before: ClockReadings | None, now: ClockReadings) -> None:
    if now.status == (before.status if before else "confirmed"):
        return
    if now.status == "confirmed":
        log.info("the clock is confirmed: expired data is deleted again")
        return
    log.warning(
        "the clock reads %s, but it may only be %s: nothing is deleted for having expired in between, "
        "until the clock is put right or the server has run with it for %.1f hours",
        now.wall_at.isoformat(timespec="seconds"),
        plausible_now(now).isoformat(timespec="seconds"),
        now.confirmed_after.total_seconds() / 3600,
    )
