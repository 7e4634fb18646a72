"""The canary: what it says of a relay that works, of one that does not let it in, and of none."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import watchparty_relay
from fakes.relay.sockets import serving
from watchparty_relay.probe import probe

pytestmark = pytest.mark.anyio


async def test_with_a_token_it_goes_the_whole_way() -> None:
    """Connected, let in, answered, and heard again through the bus."""
    async with serving() as relay:
        finding = await probe(relay.url, relay.issuer.join("canary"))
    assert finding.ok
    assert None not in (finding.connected_ms, finding.welcome_ms, finding.ping_ms, finding.echo_ms)


async def test_without_a_token_it_looks_whether_strangers_are_refused() -> None:
    """Enough for an uptime check that has no secrets."""
    async with serving() as relay:
        finding = await probe(relay.url, None)
        refused = await probe(relay.url, "no token")
        elsewhere = await probe(relay.url.replace("/ws", "/other"), None)
    assert (finding.ok, finding.welcome_ms) == (True, None)
    assert not refused.ok
    assert not elsewhere.ok


def asked(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as people and uptime checks call it."""
    environment = {"PYTHONPATH": str(Path(watchparty_relay.__file__).parents[1])}
    command = [sys.executable, "-m", "watchparty_relay", *arguments]
    return subprocess.run(command, env=environment, input="", capture_output=True, text=True, timeout=30)


def test_a_relay_that_is_not_there_is_one_line_and_exit_code_1() -> None:
    """For programs: JSON, and no stack trace."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = asked("probe", f"ws://127.0.0.1:{port}/ws")
    found = json.loads(ended.stdout)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert (found["ok"], found["what"].split(":")[0]) == (False, "cannot be reached")
    assert asked("prob").returncode == 2
