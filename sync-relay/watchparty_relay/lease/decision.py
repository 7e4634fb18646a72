"""Decides what a process does with the lease of the rooms. Pure.

Dates of different machines are never compared. The holder commands for `COMMAND_MS` from the moment before it sent the
write that succeeded; another process takes over when it has seen the same version for the whole life of the lease. Both
measure with their own monotonic clocks, so only their rates matter, and those may differ by a fifth.
"""

from dataclasses import dataclass, replace

LIFE_MS = 15_000.0
"""A lease that was not renewed for this long may be taken."""
COMMAND_MS = 12_000.0
"""A holder that has not renewed its lease for this long stops commanding."""
RENEW_EVERY_MS = 3_000.0
LOOK_EVERY_MS = 1_000.0


@dataclass(frozen=True)
class Lease:
    """The lease as it is stored. `owner` is empty once it was released."""

    owner: str
    term: int
    """The fencing token: each new owner has a higher one."""
    revision: int
    """The owner's deployment."""
    heir: int
    """The newest deployment that waits for the lease; 0: none."""
    life_ms: float
    """As the owner promised; another release may have another life."""


@dataclass(frozen=True)
class Sighting:
    """A version of the lease, and when this process had first read it, by its own clock."""

    lease: Lease
    version: int
    since_ms: float


@dataclass(frozen=True)
class Write:
    """Write this lease over the version that was seen; a success means command if the owner is this process."""

    lease: Lease


@dataclass(frozen=True)
class HandOver:
    """A newer deployment waits: stop commanding, then release."""


@dataclass(frozen=True)
class Wait:
    """Another process commands, or is about to: a released lease is its heir's for as long as the lease would live."""


Step = Write | HandOver | Wait


def next_step(seen: Sighting | None, *, owner: str, revision: int, now_ms: float) -> Step:
    """What the process `owner` does after it has read the lease; `seen` is None if there is none yet."""
    if seen is None:
        return Write(Lease(owner, term=1, revision=revision, heir=0, life_ms=LIFE_MS))
    lease = seen.lease
    if lease.owner == owner:
        return HandOver() if lease.heir > revision else Write(lease)
    over = now_ms - seen.since_ms >= max(lease.life_ms, LIFE_MS)
    if over or (not lease.owner and lease.heir <= revision):
        return Write(Lease(owner, term=lease.term + 1, revision=revision, heir=0, life_ms=LIFE_MS))
    if revision > max(lease.revision, lease.heir):
        return Write(replace(lease, heir=revision))
    return Wait()


def released(lease: Lease) -> Lease:
    return replace(lease, owner="")
