"""The memory bus's journal: what is restored after a restart, a kill, a full disk."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import watchparty_relay
from fakes.relay.harness import RelayHarness
from fakes.relay.tokens import ManualTime
from fakes.waiting import eventually_async
from watchparty_relay.bus.journal import Journal

pytestmark = pytest.mark.anyio


async def restarted(path: Path, before: RelayHarness, *, away_s: float = 5.0) -> RelayHarness:
    """The same file in a new process, whose monotonic clock is unrelated to the old one."""
    harness = RelayHarness(journal_path=path, time=ManualTime(before.time.wall_ms() + away_s * 1000))
    await harness.open()
    return harness


async def test_a_room_is_restored_with_epoch_clock_log_answers_and_members(tmp_path: Path) -> None:
    """E3: after a restart clients continue as if nothing had happened; only the clock's name has changed."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    host = await harness.host()
    guest = await harness.join("ana")
    said = await guest.chat("here we go", cid="said")
    await host.cmd("seek", pos_s=120.0)
    played = await host.cmd("play", cid="played")
    await harness.notice("mute", participant_id="ana", mver=2, muted=True)
    await harness.notice("remove", participant_id="bob", mver=5)
    before = host.last("welcome")
    await harness.close()

    again = await restarted(path, harness)
    back = await again.host(hello={"resume": {"epoch": before["epoch"], "seq": 0}})
    welcome = back.last("welcome")
    assert welcome["epoch"] == before["epoch"]
    assert [entry["text"] for entry in welcome["log"]] == ["here we go"]
    assert welcome["complete"] is True
    assert (welcome["state"]["mode"], welcome["state"]["pos_s"], welcome["state"]["rev"]) == ("playing", 120.0, 3)
    assert welcome["clk"] != before["clk"]
    assert await back.cmd("play", cid="played") == played
    ana = await again.join("ana", mver=2, muted=True)
    assert await ana.chat("here we go", cid="said") == said
    assert (await ana.chat("more"))["code"] == "muted"
    bob = again.client()
    bob.hello(again.issuer.join("bob", mver=1))
    assert await bob.closed() == 4403
    await again.close()


def rows(path: Path) -> dict[str, list[Any]]:
    """What the journal holds of rooms."""
    with sqlite3.connect(path) as reader:
        tables = ("rooms", "members", "log", "answers")
        return {table: reader.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


async def test_a_refused_request_leaves_no_entry(tmp_path: Path) -> None:
    """Anyone in the room can be refused without end: the file neither grows nor is it read again."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    ana = await harness.join("ana")
    before = rows(path)
    first = await ana.cmd("play", cid="again")
    for number in range(20):
        assert (await ana.cmd("seek", pos_s=1.0, cid=f"c{number}"))["code"] == "not_allowed"
    assert rows(path) == before
    assert await ana.cmd("play", cid="again") == first
    await harness.close()


async def test_room_time_never_goes_back_during_a_restart(tmp_path: Path) -> None:
    """T2: even if the machine's date was set back an hour while it was off."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    await harness.pass_time(60)
    last_ms = harness.relay.now_ms()
    await harness.close()
    again = await restarted(path, harness, away_s=-3600)
    assert again.relay.now_ms() >= last_ms
    await again.close()


FORTY_DAYS_S = 40 * 24 * 3600


async def start_ahead(path: Path, before: RelayHarness, *, passed_ms: float | None) -> RelayHarness:
    """One start of two minutes with a clock that is forty days ahead, in which someone chats."""
    wrong = ManualTime(before.time.wall_ms() + FORTY_DAYS_S * 1000)
    harness = RelayHarness(journal_path=path, time=wrong, passed_ms=None if passed_ms is None else lambda: passed_ms)
    await harness.open()
    host = await harness.host()
    assert await host.chat("which year is it?")
    await host.cmd("play")
    await harness.pass_time(120)
    await harness.close()
    return harness


@pytest.mark.parametrize("known", [True, False])
async def test_a_start_forty_days_ahead_drops_no_room_and_no_line(tmp_path: Path, known: bool) -> None:
    """Whether or not the host process knows what time it is at least; nor do two such starts."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    await (await harness.host()).chat("before")
    await (await harness.join("ana", room="other")).chat("elsewhere")
    await harness.close()
    passed_ms = harness.time.wall_ms() if known else None
    for _ in range(2):
        await start_ahead(path, harness, passed_ms=passed_ms)
    again = RelayHarness(
        journal_path=path, time=ManualTime(harness.time.wall_ms() + 1000), passed_ms=harness.time.wall_ms
    )
    await again.open()
    log = (await again.host()).last("welcome")["log"]
    assert [entry["text"] for entry in log] == ["before", "which year is it?", "which year is it?"]
    other = await again.join("ana", room="other")
    assert [entry["text"] for entry in other.last("welcome")["log"]] == ["elsewhere"]
    await again.close()


async def test_after_a_start_forty_days_ahead_room_time_is_right_again(tmp_path: Path) -> None:
    """The film is paused where it was; delegated control is honoured, and lines have dates
    of today.
    """
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    await harness.host()
    await harness.close()
    await start_ahead(path, harness, passed_ms=harness.time.wall_ms())
    now = ManualTime(harness.time.wall_ms() + 700_000)
    again = RelayHarness(journal_path=path, time=now, passed_ms=harness.time.wall_ms)
    await again.open()
    assert again.relay.now_ms() == pytest.approx(now.wall_ms(), abs=1000)
    host = await again.host()
    welcome = host.last("welcome")
    assert (welcome["state"]["mode"], welcome["state"]["pos_s"]) == ("paused", pytest.approx(120, abs=1))
    assert max(entry["at_ms"] for entry in welcome["log"]) <= now.wall_ms()
    ana = await again.join("ana", ctl=now.wall_ms() + 60_000)
    assert (await ana.cmd("play"))["t"] == "ack"
    await again.pass_time(61)
    assert (await ana.cmd("pause"))["code"] == "not_allowed"
    await again.close()


async def test_control_is_honoured_while_room_time_is_forty_days_ahead(tmp_path: Path) -> None:
    """The date was put right while the relay ran; control is delegated by a token or by a notice, and ends in time."""
    time = ManualTime()
    harness = RelayHarness(journal_path=tmp_path / "relay.sqlite", time=time)
    await harness.open()
    await harness.host()
    time.set_wall(-FORTY_DAYS_S)
    now_ms = time.wall_ms()
    ana, ben = await harness.join("ana", ctl=now_ms + 600_000), await harness.join("ben")
    assert (await ben.cmd("play"))["code"] == "not_allowed"
    await harness.notice("role", participant_id="ben", mver=2, role="viewer", ctl=now_ms + 600_000)
    for member, command in ((ana, "play"), (ben, "pause")):
        assert (await member.cmd(command))["t"] == "ack"
    await harness.pass_time(700, step_s=10)
    for member in (ana, ben):
        assert (await member.cmd("play"))["code"] == "not_allowed"
    await harness.close()


async def test_rooms_that_no_one_uses_are_dropped_when_a_month_has_certainly_passed(tmp_path: Path) -> None:
    """Not by the clock alone."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    await (await harness.host()).chat("before")
    await harness.close()
    later = ManualTime(harness.time.wall_ms() + FORTY_DAYS_S * 1000)
    for passed, rooms in ((harness.time, 1), (later, 0)):
        again = RelayHarness(journal_path=path, time=later, passed_ms=passed.wall_ms)
        await again.open()
        await again.close()
        with sqlite3.connect(path) as journal:
            assert journal.execute("SELECT count(*) FROM rooms").fetchone() == (rooms,)


async def test_a_film_that_was_playing_during_a_power_failure_is_paused_where_it_was(tmp_path: Path) -> None:
    """E3: within half a minute it would play on; hours later it has not played to an empty room."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    host = await harness.host()
    await host.cmd("play")
    await harness.pass_time(10)
    await harness.close()
    again = await restarted(path, harness, away_s=7200)
    state = (await again.host()).last("welcome")["state"]
    assert state["mode"] == "paused"
    assert state["pos_s"] == pytest.approx(10.0, abs=0.5)
    await again.close()


async def test_a_film_does_not_play_on_in_an_empty_room_after_a_quick_restart(tmp_path: Path) -> None:
    """E3, K13: the process is back at once, but the members only the next day."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    host = await harness.host()
    await host.cmd("play")
    await harness.pass_time(10)
    await harness.close()
    again = await restarted(path, harness, away_s=5)
    await again.pass_time(7200, step_s=600)
    back = await again.host()
    state = back.last("welcome")["state"]
    assert (state["mode"], state["rev"]) == ("paused", 3)
    assert state["pos_s"] == pytest.approx(10.0, abs=0.5)
    assert (await back.cmd("play"))["rev"] == 4
    assert back.last("state")["rev"] == 4
    await again.close()


async def test_what_cannot_be_written_has_not_happened(tmp_path: Path) -> None:
    """O4: the request is answered `retry`, no one receives it, and the next one continues as if it had never been."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    host, guest = await harness.host(), await harness.join("ana")
    await host.chat("one")
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    refused = await asyncio.gather(host.chat("two", cid="c2"), guest.chat("three", cid="c3"))
    blocker.execute("DROP TRIGGER full")
    blocker.close()
    assert [answer["code"] for answer in refused] == ["retry", "retry"]
    answer = await host.chat("two", cid="c2")
    assert (answer["t"], answer["seq"]) == ("ack", 2)
    await guest.channel.until(lambda: len(guest.all("chat")) == 2)
    assert [entry["text"] for entry in guest.all("chat")] == ["one", "two"]
    await harness.close()


CHILD = """
import asyncio, json, sys
from pathlib import Path
from fakes.relay.harness import RelayHarness

async def main():
    harness = RelayHarness(journal_path=Path(sys.argv[1]))
    await harness.open()
    host = await harness.host()
    await host.cmd("play")
    number = 0
    while True:
        number += 1
        answer = await host.chat(f"line {number}", cid=f"c{number}")
        epoch = host.last("welcome")["epoch"]
        print(json.dumps({"wall_ms": harness.time.wall_ms(), "epoch": epoch, **answer}), flush=True)
        harness.time.advance(1.2)

asyncio.run(main())
"""


def killed_while_chatting(path: Path) -> list[dict[str, Any]]:
    """Every line that the child process had acknowledged when it was killed."""
    tests, package = Path(__file__).parents[2], Path(watchparty_relay.__file__).parents[1]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)],
        env={"PYTHONPATH": f"{tests}:{package}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    acknowledged = [json.loads(child.stdout.readline()) for _ in range(25)]
    child.kill()
    acknowledged += [json.loads(line) for line in child.stdout if line.endswith("}\n")]
    child.wait()
    return acknowledged


async def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    """E3, O3: a process is killed during a chat; every line that it acknowledged is there, at its number."""
    path = tmp_path / "relay.sqlite"
    acknowledged = killed_while_chatting(path)
    last = acknowledged[-1]
    again = RelayHarness(journal_path=path, time=ManualTime(last["wall_ms"] + 2000))
    await again.open()
    welcome = (await again.host()).last("welcome")
    texts = {entry["seq"]: entry["text"] for entry in welcome["log"]}
    assert welcome["epoch"] == last["epoch"]
    assert welcome["state"]["mode"] == "playing"
    assert welcome["seq"] >= last["seq"]
    assert all(texts[line["seq"]] == f"line {line['cid'][1:]}" for line in acknowledged[-200:])
    await again.close()


async def test_an_offer_to_a_new_host_survives_a_restart(tmp_path: Path) -> None:
    """The two people see it again when they reconnect, in a journal of this and of the previous release."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    await harness.host()
    await harness.join("ana")
    until_ms = harness.time.wall_ms() + 600_000
    await harness.notice("host_offer", rev=1, by="host", to="ana", until_ms=until_ms)
    await harness.close()
    again = await restarted(path, harness)
    ana = await again.join("ana")
    assert ana.last("welcome")["offer"]["to"]["id"] == "ana"
    await again.close()


async def test_an_erased_participant_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    """M7: neither rows nor freed pages of the journal contain name or messages once it is closed."""
    harness = RelayHarness(journal_path=tmp_path / "relay.sqlite")
    await harness.open()
    await harness.host()
    guest = await harness.join("ana", name="Quillfeather")
    for number in range(40):
        assert (await guest.chat(f"my cat is called Marzipan {number}"))["t"] in ("ack", "nack")
        await harness.pass_time(1.0, step_s=1.0)
    assert b"Marzipan" in _content(tmp_path)
    await harness.notice("erase", participant_id="ana", mver=9)
    assert await guest.closed() == 4403
    await harness.pass_time(2.0)
    await harness.close()
    assert b"Marzipan" not in _content(tmp_path)
    assert b"Quillfeather" not in _content(tmp_path)


async def test_the_write_ahead_log_is_emptied_while_the_relay_runs(tmp_path: Path) -> None:
    """Deleted messages would otherwise be readable there until the relay stops."""
    journal = Journal(tmp_path / "relay.sqlite", commit_events=lambda *_: [], empty_log_every_s=0.0)
    journal.open(now_ms=1.0)
    event = {"id": "e", "text": "Marzipan"}
    journal.keep(event)
    journal.forget(["e"])
    await journal.record_alive(now_ms=2.0)
    await eventually_async("the log is empty", lambda: (tmp_path / "relay.sqlite-wal").stat().st_size == 0)
    assert b"Marzipan" not in _content(tmp_path)
    journal.close()


def _content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("relay.sqlite*"))
