"""The probe: its result for a relay that works, for one that refuses it, and for none."""

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


async def test_with_a_token_it_tests_the_whole_path() -> None:
    """It connects, joins, is answered, and receives its reaction through the bus."""
    async with serving() as relay:
        result = await probe(relay.url, relay.issuer.join("canary"))
    assert result.ok
    assert None not in (result.connected_ms, result.welcome_ms, result.ping_ms, result.echo_ms)


async def test_without_a_token_it_checks_that_unknown_clients_are_refused() -> None:
    """That is enough for an uptime check without secrets."""
    async with serving() as relay:
        result = await probe(relay.url, None)
        refused = await probe(relay.url, "no token")
        elsewhere = await probe(relay.url.replace("/ws", "/other"), None)
    assert (result.ok, result.welcome_ms) == (True, None)
    assert not refused.ok
    assert not elsewhere.ok


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as operators and uptime checks run it."""
    environment = {"PYTHONPATH": str(Path(watchparty_relay.__file__).parents[1])}
    command = [sys.executable, "-m", "watchparty_relay", *arguments]
    return subprocess.run(command, env=environment, input="", capture_output=True, text=True, timeout=30)


def test_an_unreachable_relay_is_one_line_and_exit_code_1() -> None:
    """The line is JSON, without a stack trace."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = run_command("probe", f"ws://127.0.0.1:{port}/ws")
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert (found["ok"], found["what"].split(":")[0]) == (False, "cannot be reached")
    assert run_command("prob").returncode == 2
