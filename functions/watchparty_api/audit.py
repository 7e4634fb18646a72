"""The audit log: who changed what, append-only, each entry chained to the previous one by its hash.

An entry is committed together with the change that it records. It names people by id, so that a deleted account leaves
no name behind. `verify` finds any entry that was changed, removed or inserted; only removing the last entries would
go unnoticed, unless someone has an export of them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from watchparty_api.errors import AlreadyExists
from watchparty_api.records import AuditEntry
from watchparty_api.services import Services
from watchparty_api.store.port import Create, Write
from watchparty_api.store.queries import AUDIT, AUDIT_NEWEST_FIRST

_FIRST_LINK = "0" * 64


@dataclass(frozen=True)
class Verdict:
    """The result of verifying the chain: how many entries are valid, and the first that is not."""

    entries: int
    broken_at: str | None


def commit(
    services: Services,
    writes: Sequence[Write],
    *,
    actor: str,
    action: str,
    target: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Commits `writes` and their audit entry. Raises what the store raises for `writes`."""
    while True:
        entry = _next_entry(services, actor, action, target, dict(data or {}))
        try:
            services.store.commit([*writes, Create(entry)])
            return
        except AlreadyExists as error:
            if error.kind != AuditEntry.__name__:
                raise
            # Another process wrote this entry of the chain; ours is the next.


def verify(services: Services) -> Verdict:
    """Verifies the whole chain."""
    previous, count = _FIRST_LINK, 0
    for entry in entries(services):
        count += 1
        if entry.id != _id(count) or entry.previous_hash != previous or entry.entry_hash != _hash(entry):
            return Verdict(count - 1, entry.id)
        previous = entry.entry_hash
    return Verdict(count, None)


def entries(services: Services) -> Iterator[AuditEntry]:
    """All entries, oldest first."""
    return services.store.query_all(AUDIT)


def as_json(entry: AuditEntry) -> dict[str, Any]:
    """An entry as it is exported and, without the hash itself, hashed."""
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "target": entry.target,
        "data": entry.data,
        "previous_hash": entry.previous_hash,
        "entry_hash": entry.entry_hash,
    }


def _next_entry(services: Services, actor: str, action: str, target: str, data: dict[str, Any]) -> AuditEntry:
    newest = services.store.query(AUDIT_NEWEST_FIRST, limit=1).items
    now = services.now()
    entry = AuditEntry(
        id=_id(int(newest[0].id) + 1 if newest else 1),
        created_at=now,
        at=now,
        actor=actor,
        action=action,
        target=target,
        data=data,
        previous_hash=newest[0].entry_hash if newest else _FIRST_LINK,
        entry_hash="",
    )
    return replace(entry, entry_hash=_hash(entry))


def _id(sequence: int) -> str:
    return f"{sequence:012d}"


def _hash(entry: AuditEntry) -> str:
    content = as_json(entry)
    del content["entry_hash"]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
