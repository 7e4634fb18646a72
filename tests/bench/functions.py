"""`make bench-functions`: measures cold starts and warm responses of the functions.

Cold: from the start of a new process of the real framework to its first response, with the files cached. Warm: a room's
card, joining and renewing, one request after another in one process, with SQLite in a file and with the Firestore
emulator, whose speed is not that of Firestore.
"""

import argparse
import itertools
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.report import Row, percentile, publish, spread_of
from fakes.function_process import HTTP, SOURCE, cloud_environment, function_process
from fakes.google.emulators import firestore_command, free_port, running
from watchparty_api.identity.key_store import KeyFolder
from watchparty_api.identity.keys import read_keys
from watchparty_api.identity.tokens import TokenSigner
from watchparty_api.records import Account, Session
from watchparty_api.store import firestore, sql

GIVE_UP_AFTER_S = 60.0
SITE = "https://watch.example"


def cold_start_s(environ: Mapping[str, str]) -> float:
    """The time from the start of the process to its first response, which reads the store."""
    port = free_port()
    command = [sys.executable, "-m", "functions_framework", "--target", "rooms", "--source", str(SOURCE)]
    started = time.perf_counter()
    with subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        env={"PATH": os.environ["PATH"], **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            while time.perf_counter() - started < GIVE_UP_AFTER_S:
                status = _first_answer(port)
                if status is not None:
                    assert status == 404, f"the first answer was {status}"
                    return time.perf_counter() - started
                time.sleep(0.005)
        finally:
            process.terminate()
    raise AssertionError("the function did not answer")


def _first_answer(port: int) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=GIVE_UP_AFTER_S)
    try:
        connection.request("GET", "/api/v1/rooms/nobody")
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def warm_ms(environ: Mapping[str, str], folder: Path, rounds: int) -> dict[str, list[float]]:
    """The duration of each request in milliseconds, by the kind of request."""
    samples: dict[str, list[float]] = {"card": [], "join": [], "renew": []}
    token = _host_token(environ)
    with function_process("rooms", {**environ, **HTTP}, log=folder / "log") as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        addresses = (f"198.18.{n // 250}.{n % 250 + 1}" for n in itertools.count())

        def ask(method: str, path: str, bearer: str | None, body: Any = None) -> tuple[float, Any]:
            headers = {"Origin": SITE, "Content-Type": "application/json", "X-Forwarded-For": next(addresses)}
            if bearer:
                headers["Authorization"] = f"Bearer {bearer}"
            started = time.perf_counter()
            connection.request(method, f"/api/v1{path}", json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            content = answer.read()
            took_ms = (time.perf_counter() - started) * 1000
            assert answer.status < 300, content
            return took_ms, json.loads(content)

        _, room = ask("POST", "/rooms", token, {})
        for n in range(rounds + 20):  # the first twenty requests warm up caches and connections
            card_ms, _ = ask("GET", f"/rooms/{room['id']}", None)
            join_ms, joined = ask("POST", f"/rooms/{room['id']}/join", None, {"display_name": f"Guest {n}"})
            renew_ms, _ = ask("POST", f"/rooms/{room['id']}/join/renew", joined["connection"]["join_token"], {})
            if n >= 20:
                for name, took_ms in zip(samples, (card_ms, join_ms, renew_ms), strict=True):
                    samples[name].append(took_ms)
    return samples


def _host_token(environ: Mapping[str, str]) -> str:
    """Creates a signed-in account in the store, without hashing a password."""
    url, now = environ["WATCHPARTY_STORE_URL"], datetime.now(UTC)
    store = firestore.open_store(url) if url.startswith("firestore:") else sql.open_store(url)
    account = Account(workspace_id="main", id=secrets.token_hex(6), created_at=now, email=None, display_name="Hana")
    session = Session(
        workspace_id="main",
        id=secrets.token_hex(6),
        created_at=now,
        account_id=account.id,
        current_hash="-",
        expires_at=now + timedelta(days=1),
        last_used_at=now,
    )
    store.create("main", account)
    store.create("main", session)
    store.close()
    keys = read_keys(KeyFolder(Path(environ["WATCHPARTY_KEYS_DIR"]), may_create=False))
    return TokenSigner(keys).access_token(account, session.id, now)


@contextmanager
def firestore_environment(folder: Path) -> Iterator[dict[str, str] | None]:
    """The environment of the function with the emulator, or None if it is not installed."""
    port = free_port()
    command = firestore_command(port)
    if command is None:
        yield None
        return
    with running(command, port) as host:
        os.environ["FIRESTORE_EMULATOR_HOST"] = host  # for the client in this process
        url = f"firestore://demo-{secrets.token_hex(4)}"
        yield _environment(folder, url) | {"FIRESTORE_EMULATOR_HOST": host}


def _environment(folder: Path, store_url: str) -> dict[str, str]:
    return cloud_environment(folder, store_url=store_url) | {"WATCHPARTY_TRUSTED_PROXIES": "127.0.0.1"}


def _rows(name: str, goal_s: float, environ: Mapping[str, str], folder: Path, runs: int, rounds: int) -> list[Row]:
    """Cold and warm figures with one store. The first cold start creates the tables, so it is not counted."""
    suffix = "" if name == "sqlite" else f"_{name}"
    cold = [cold_start_s({**environ, **HTTP}) for _ in range(runs + 1)][1:]
    warm = warm_ms(environ, folder, rounds)
    rows = [
        Row(
            f"cold_rooms{suffix}_s",
            f"cold start of `rooms` to its first answer, {name}",
            statistics.median(cold),
            "s",
            goal_s,
            spread_of(cold),
        )
    ]
    every = [took_ms for of_kind in warm.values() for took_ms in of_kind]
    rows.append(
        Row(
            f"warm_p95_ms_{name}",
            f"any of the three, p95, {name}",
            percentile(every, 0.95),
            "ms",
            None,
            spread_of(every),
        )
    )
    for kind, of_kind in warm.items():
        rows.append(
            Row(
                f"warm_{kind}_p95_ms_{name}",
                f"{kind}, p95, {name}",
                percentile(of_kind, 0.95),
                "ms",
                None,
                f"median {statistics.median(of_kind):.3g}, {spread_of(of_kind)}",
            )
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="cold starts per store")
    parser.add_argument("--rounds", type=int, default=150, help="warm rounds of three requests per store")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rows = _rows(
            "sqlite", 0.9, _environment(folder, f"sqlite:///{folder}/store.db"), folder, given.runs, given.rounds
        )
        with firestore_environment(folder) as environ:
            if environ is None:
                print("The Firestore emulator is not installed here: its rows are left out.")
            else:
                rows += _rows("firestore", 2.0, environ, folder, given.runs, given.rounds)
    publish(rows)


if __name__ == "__main__":
    main()
