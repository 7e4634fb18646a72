"""At home no room event is lost when the process dies: the journal keeps each one until it is published."""

import json
import sqlite3
from pathlib import Path

import pytest

from fakes.relay.harness import Json, RelayHarness
from fakes.relay.tokens import settings

pytestmark = pytest.mark.anyio


async def relay_on(path: Path) -> RelayHarness:
    harness = RelayHarness(journal_path=path / "relay.sqlite")
    await harness.open()
    return harness


def kill(harness: RelayHarness, path: Path) -> Path:
    """What is on the disk when the process is killed, as the folder of the next one."""
    after = path.parent / f"{path.name}-"
    after.mkdir()
    with sqlite3.connect(path / "relay.sqlite") as old, sqlite3.connect(after / "relay.sqlite") as new:
        old.backup(new)
    assert harness.relay.started
    return after


def told(harness: RelayHarness, kind: str) -> list[Json]:
    return [event for event in harness.events if event["kind"] == kind]


async def test_an_acknowledged_message_is_published_after_a_kill(tmp_path: Path) -> None:
    """E1: and so are actions and joins, in their order, although no one opens the room again."""
    first = await relay_on(tmp_path)
    host = await first.host(set=settings(control="everyone"))
    await host.chat("one")
    await host.cmd("seek", pos_s=60.0)
    await host.chat("two")
    second = await relay_on(kill(first, tmp_path))
    await second.relay.flush_events()
    assert [event["text"] for event in told(second, "chat")] == ["one", "two"]
    assert [event["cmd"] for event in told(second, "action")] == ["seek"]
    assert len(told(second, "session_started")) == 1
    await second.close()
    await first.close()


async def test_a_deletion_is_published_after_a_kill(tmp_path: Path) -> None:
    """E1: a message whose text was published already does not stay readable in the archive."""
    first = await relay_on(tmp_path)
    host = await first.host()
    await host.chat("regretted")
    await first.relay.flush_events()
    await host.ask(t="delete", id=host.last("chat")["id"])
    second = await relay_on(kill(first, tmp_path))
    await second.relay.flush_events()
    assert [event["op"] for event in told(second, "chat")] == ["deleted"]
    await second.close()
    await first.close()


async def test_more_than_a_log_is_published_after_a_kill(tmp_path: Path) -> None:
    """E1: the outbox is not limited to the entries that the room keeps, while the functions do not answer."""
    first = await relay_on(tmp_path)
    first.publish_fails = True
    host = await first.host()
    for number in range(300):
        await first.pass_time(1, step_s=1)
        assert (await host.chat(str(number)))["t"] == "ack"
    await first.relay.flush_events()
    second = await relay_on(kill(first, tmp_path))
    await second.relay.flush_events()
    assert [event["text"] for event in told(second, "chat")] == [str(number) for number in range(300)]
    await second.close()
    await first.close()


async def test_what_was_confirmed_is_not_published_again(tmp_path: Path) -> None:
    """E1: the outbox is empty after a flush and an orderly stop."""
    first = await relay_on(tmp_path)
    host = await first.host()
    await host.chat("hello")
    await first.close()
    assert [event["text"] for event in told(first, "chat")] == ["hello"]
    second = await relay_on(tmp_path)
    await second.relay.flush_events()
    assert second.events == []
    await second.close()


async def test_a_journal_without_an_outbox_publishes_its_log_again(tmp_path: Path) -> None:
    """E1: written by an older release, it does not say what was published."""
    first = await relay_on(tmp_path)
    host = await first.host()
    await host.chat("old")
    await first.close()
    with sqlite3.connect(tmp_path / "relay.sqlite") as journal:
        journal.executescript("DROP TABLE outbox; PRAGMA user_version=1")
    second = await relay_on(tmp_path)
    await second.relay.flush_events()
    assert [event["text"] for event in told(second, "chat")] == ["old"]
    await second.close()


async def test_a_damaged_row_costs_only_itself(tmp_path: Path) -> None:
    """B5: the room opens with what is whole, and the rest is in a named file."""
    first = await relay_on(tmp_path)
    host = await first.host()
    await host.chat("whole")
    await host.chat("damaged")
    await first.close()
    with sqlite3.connect(tmp_path / "relay.sqlite") as journal:
        journal.execute("UPDATE log SET entry = ? WHERE seq = 2", (b'{"t": "chat", "seq"',))
        journal.execute("UPDATE members SET mark = ?", (b"\xff\x00",))
    second = await relay_on(tmp_path)
    again = await second.host()
    assert [entry["text"] for entry in again.last("welcome")["log"]] == ["whole"]
    assert b'"seq"' in (tmp_path / "relay.sqlite.damaged-rows").read_bytes()
    assert json.loads(json.dumps(second.events)) is not None
    await second.close()
