"""The memory bus's journal: what comes back after a restart, a kill, a full disk."""

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

pytestmark = pytest.mark.anyio


async def restarted(path: Path, before: RelayHarness, *, away_s: float = 5.0) -> RelayHarness:
    """The same file under a new process, whose monotonic clock knows nothing of the old one."""
    harness = RelayHarness(journal_path=path, time=ManualTime(before.time.wall_ms() + away_s * 1000))
    await harness.open()
    return harness


async def test_a_room_comes_back_with_epoch_clock_log_answers_and_marks(tmp_path: Path) -> None:
    """E3: after a restart clients go on as if nothing had happened; only the clock's name is another."""
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


async def test_room_time_never_goes_back_over_a_restart(tmp_path: Path) -> None:
    """T2: somebody set the machine's date back an hour while it was off."""
    path = tmp_path / "relay.sqlite"
    harness = RelayHarness(journal_path=path)
    await harness.open()
    await harness.pass_time(60)
    last_ms = harness.relay.now_ms()
    await harness.close()
    again = await restarted(path, harness, away_s=-3600)
    assert again.relay.now_ms() >= last_ms
    await again.close()


async def test_a_film_that_ran_when_the_house_went_dark_stands_where_it_was(tmp_path: Path) -> None:
    """E3: back within half a minute it runs on; hours later it has not played to nobody."""
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


async def test_a_film_does_not_run_on_to_nobody_after_a_quick_restart(tmp_path: Path) -> None:
    """E3, K13: the process is back at once, the people only the next day."""
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
    """O4: the command is answered `retry`, nobody hears of it, and the next one counts on from before it."""
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
    """Every line that the child had acknowledged when it was killed."""
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
    """E3, O3: a process is killed while it chats; every line that it acknowledged is there, in its place."""
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
