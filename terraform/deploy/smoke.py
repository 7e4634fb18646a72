"""The smoke test: two people join a room and a film plays for both. It calls the site from outside, like any client.

The host is a temporary host where the site allows that, or the account of WATCHPARTY_SMOKE_TOKEN (an API token with
rooms:write and videos:write). A new site has neither, so there the test only checks the page. The film is a direct link
that no one fetches. The test deletes everything that it creates.
"""

import json
import os
import secrets
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError

from programs import DeploymentFailed
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

Json = dict[str, Any]
WITHIN_S = 20.0


def smoke_test(site: str, *, comes_up_within_s: float = 300.0) -> None:
    """Raises DeploymentFailed with the step that failed."""
    try:
        _until_ready(site, comes_up_within_s)
        _page_is_there(site)
        host = _host_headers(site)
        if host is None:
            print(
                "  no one can host here yet: create the first administrator (docs/deployment.md), then run this again"
            )
            return
        _two_people_watch(site, host)
    except (HTTPError, URLError, TimeoutError, OSError, WebSocketException, KeyError, ValueError) as error:
        said = error.read().decode(errors="replace")[:500] if isinstance(error, HTTPError) else ""
        raise DeploymentFailed(f"The smoke test failed: {error!r} {said}".strip()) from error


def _until_ready(site: str, within_s: float) -> None:
    """Waits for the site: a new certificate and a new address take minutes to work everywhere."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            _call(site, "GET", "/ready")
        except (HTTPError, URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(2)
        else:
            print(f"  {site} is ready")
            return


def _page_is_there(site: str) -> None:
    for path in ("/", "/r/no-such-room"):
        try:
            with urllib.request.urlopen(site + path, timeout=WITHIN_S) as answer:
                html = answer.read().decode()
        except HTTPError as error:  # the page of a nonexistent room is a 404 that still contains the page
            html = error.read().decode()
        if 'id="root"' not in html:
            raise DeploymentFailed(f"The smoke test failed: {path} is not the page.")
    print("  the page loads")


def _two_people_watch(site: str, host: Mapping[str, str]) -> None:
    made = _call(site, "POST", "/api/v1/videos", {"title": "Smoke test", "source_url": f"{site}/smoke.mp4"}, host)
    video_id = made.get("video", made)["id"]
    room_id: str | None = None
    try:
        room = _call(site, "POST", "/api/v1/rooms", {"name": "Smoke test", "video_id": video_id}, host)
        room_id = room["id"]
        with _joined(site, room_id, host) as first, _joined(site, room_id, _guest_headers()) as second:
            state = _next(first, "welcome")["state"]
            _next(second, "welcome")
            play = {"t": "cmd", "cid": secrets.token_hex(8), "op": "play", "mrev": state["mrev"]}
            first.send(json.dumps(play))
            clocks = [_playing(each) for each in (first, second)]
        if clocks[0] != clocks[1]:
            raise DeploymentFailed(f"The smoke test failed: two people see two clocks, {clocks}.")
        print("  two people joined a room and saw the same film start at the same instant")
    finally:
        if room_id is not None:
            _call(site, "DELETE", f"/api/v1/rooms/{room_id}", None, host)
        _call(site, "DELETE", f"/api/v1/videos/{video_id}", None, host)


def _host_headers(site: str) -> dict[str, str] | None:
    """Returns the headers of a host; None on a site that has no first administrator yet."""
    if token := os.environ.get("WATCHPARTY_SMOKE_TOKEN"):
        return {"Authorization": f"Bearer {token}"}
    if not _call(site, "GET", "/api/v1/config")["temporary_hosts"]:
        if _has_no_administrator_yet(site):
            return None
        raise DeploymentFailed("The site allows no temporary hosts: set WATCHPARTY_SMOKE_TOKEN (docs/deployment.md).")
    made = _call(site, "POST", "/api/v1/auth/temporary", {"display_name": "Smoke test"})
    return {"Authorization": f"Bearer {made['access_token']}"}


def _has_no_administrator_yet(site: str) -> bool:
    try:
        _call(site, "GET", "/api/v1/setup")
    except HTTPError as error:
        if error.code != HTTPStatus.GONE:
            raise
        return False
    return True


def _guest_headers() -> dict[str, str]:
    return {"X-Guest-Key": secrets.token_urlsafe(32)}


@contextmanager
def _joined(site: str, room_id: str, who: Mapping[str, str]) -> Iterator[ClientConnection]:
    connection = _call(site, "POST", f"/api/v1/rooms/{room_id}/join", {"display_name": "Smoke test"}, who)["connection"]
    with connect(connection["relay_url"], subprotocols=[Subprotocol("watchparty.v1")], open_timeout=WITHIN_S) as socket:
        socket.send(json.dumps({"t": "hello", "v": 1, "token": connection["join_token"]}))
        yield socket


def _next(socket: ClientConnection, kind: str) -> Json:
    """Returns the next message of a kind. Raises TimeoutError if it does not arrive in time."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        message: Json = json.loads(socket.recv(timeout=max(0.0, deadline - time.monotonic())))
        if message["t"] == kind:
            return message


def _playing(socket: ClientConnection) -> tuple[int, float]:
    """Returns (rev, t0_ms) of the first playing state."""
    while (state := _next(socket, "state"))["mode"] != "playing":
        pass
    return state["rev"], state["t0_ms"]


def _call(site: str, method: str, path: str, body: Json | None = None, who: Mapping[str, str] | None = None) -> Json:
    headers = {"Content-Type": "application/json", "Origin": site, **(who or {})}
    data = None if method == "GET" else json.dumps(body or {}).encode()
    request = urllib.request.Request(site + path, data=data, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
        said: Json = json.loads(answer.read() or b"{}")
        return said
