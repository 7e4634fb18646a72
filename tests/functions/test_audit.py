"""The audit log's chain."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from fakes.api_harness import ApiHarness
from watchparty_api import audit
from watchparty_api.errors import AlreadyExists
from watchparty_api.records import AuditEntry, EmailClaim
from watchparty_api.store.port import Create
from watchparty_api.store.queries import AUDIT


def write(api: ApiHarness, count: int) -> None:
    for number in range(count):
        audit.commit(api.services, [], actor="ada", action="tested", target=str(number), data={"n": number})


def entries(api: ApiHarness) -> list[AuditEntry]:
    return list(api.services.store.query_all(AUDIT))


def test_each_entry_holds_the_hash_of_the_one_before(api: ApiHarness) -> None:
    """The chain is valid from its first entry to its last, across several pages."""
    write(api, 5)
    chain = entries(api)
    assert [entry.target for entry in chain] == ["0", "1", "2", "3", "4"]
    assert [entry.previous_hash for entry in chain[1:]] == [entry.entry_hash for entry in chain[:-1]]
    assert audit.verify(api.services) == audit.Verdict(5, None)


@pytest.mark.parametrize(
    "change", [{"target": "other"}, {"data": {"n": 9}}, {"entry_hash": "0" * 64}, {"actor": "eve"}]
)
def test_a_changed_entry_is_found(api: ApiHarness, change: dict[str, Any]) -> None:
    """Editing an entry breaks the chain there."""
    write(api, 4)
    second = entries(api)[1]
    api.services.store.replace(replace(second, **change))
    assert audit.verify(api.services) == audit.Verdict(1, second.id)


def test_a_removed_entry_is_found(api: ApiHarness) -> None:
    """Removing an entry breaks the chain at the next one."""
    write(api, 4)
    _, second, third, _ = entries(api)
    api.services.store.delete(AuditEntry, second.id)
    assert audit.verify(api.services) == audit.Verdict(1, third.id)


def test_an_entry_is_there_exactly_when_its_change_is(api: ApiHarness) -> None:
    """A change that the store refuses leaves no audit entry."""
    claim = EmailClaim(workspace_id="main", id="c", created_at=api.clock(), account_id="a")
    audit.commit(api.services, [Create(claim)], actor="a", action="claimed", target="c")
    with pytest.raises(AlreadyExists):
        audit.commit(api.services, [Create(claim)], actor="b", action="claimed", target="c")
    assert [entry.actor for entry in entries(api)] == ["a"]


def test_many_at_once_make_one_chain(api: ApiHarness) -> None:
    """Concurrent writers form one chain, and no entry is lost."""

    def one(number: int) -> None:
        audit.commit(api.services, [], actor="ada", action="tested", target=str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(12)))
    assert audit.verify(api.services) == audit.Verdict(12, None)
    assert sorted(int(entry.target) for entry in entries(api)) == list(range(12))
