"""The smoke test: a film is uploaded, two people join a room, and it plays for both. It calls the site from outside.

The host is a temporary host where the site allows that, or the account of WATCHPARTY_SMOKE_TOKEN (an API token with
rooms:write, videos:read and videos:write). A new site has neither, so there the test only checks the page. The test
deletes everything that it creates.
"""

import importlib
import json
import os
import secrets
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin

from programs import DeploymentFailed, run
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

Json = dict[str, Any]
WITHIN_S = 20.0
PREPARED_WITHIN_S = 300.0
"""The first run of the job in a new project pulls its image."""


class Visitor:
    """A client of the site with its own cookies. `headers` say who it is."""

    def __init__(self, site: str, headers: Mapping[str, str]) -> None:
        self.site = site
        self._headers = headers
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Calls the API. Raises HTTPError for a refusal."""
        headers = {"Content-Type": "application/json", "Origin": self.site, **self._headers}
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.site + path, data=data, method=method, headers=headers)
        with self._open(request, timeout=WITHIN_S) as answer:
            said: Json = json.loads(answer.read() or b"{}")
            return said

    def fetch(self, url: str) -> bytes:
        """Fetches a file with this client's cookies. Raises HTTPError."""
        with self._open(url, timeout=WITHIN_S) as answer:
            content: bytes = answer.read()
            return content


def smoke_test(site: str, *, comes_up_within_s: float = 300.0) -> None:
    """Raises DeploymentFailed with the step that failed."""
    try:
        _until_ready(site, comes_up_within_s)
        _page_is_there(site)
        host = _host(site)
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
            Visitor(site, {}).call("GET", "/ready")
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


def _two_people_watch(site: str, host: Visitor) -> None:
    video_id = _uploaded(host, two_seconds_of_film())
    room_id: str | None = None
    try:
        _wait_until_playable(host, video_id)
        print("  a film was uploaded and prepared")
        room_id = host.call("POST", "/api/v1/rooms", {"name": "Smoke test", "video_id": video_id})["id"]
        guest = Visitor(site, {"X-Guest-Key": secrets.token_urlsafe(32)})
        with _joined(host, room_id) as (first, _), _joined(guest, room_id) as (second, playback):
            state = _next(first, "welcome")["state"]
            _next(second, "welcome")
            _film_loads(guest, playback["manifest_url"])
            play = {"t": "cmd", "cid": secrets.token_hex(8), "op": "play", "mrev": state["mrev"]}
            first.send(json.dumps(play))
            clocks = [_playing(each) for each in (first, second)]
        if clocks[0] != clocks[1]:
            raise DeploymentFailed(f"The smoke test failed: two people see two clocks, {clocks}.")
        print("  two people joined a room and saw the same film start at the same instant")
    finally:
        if room_id is not None:
            host.call("DELETE", f"/api/v1/rooms/{room_id}")
        host.call("DELETE", f"/api/v1/videos/{video_id}")


def two_seconds_of_film() -> bytes:
    """H.264 and AAC, as a phone records it; made by the ffmpeg that `make deploy` installs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "smoke.mp4"
        made = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=2", "-f", "lavfi", "-i", "sine=f=330:r=48000:d=2"]
        codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
        run(_ffmpeg(), "-v", "error", "-nostdin", *made, *codecs, str(path))
        return path.read_bytes()


def _ffmpeg() -> str:
    found = shutil.which("ffmpeg")
    return found or str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())


def _uploaded(host: Visitor, film: bytes) -> str:
    """Uploads straight to the bucket by the signed URL, as a browser does; returns the video's id."""
    described = {"filename": "smoke.mp4", "size_bytes": len(film), "content_type": "video/mp4"}
    created = host.call("POST", "/api/v1/videos", described)
    start = created["upload"]
    session = urllib.request.Request(start["start_url"], data=b"", method="POST", headers=start["headers"])
    with urllib.request.urlopen(session, timeout=WITHIN_S) as answer:
        location = answer.headers["Location"]
    whole = {"Content-Range": f"bytes 0-{len(film) - 1}/{len(film)}", "Content-Type": "video/mp4"}
    upload = urllib.request.Request(location, data=film, method="PUT", headers=whole)
    with urllib.request.urlopen(upload, timeout=WITHIN_S):
        return str(created["video"]["id"])


def _wait_until_playable(host: Visitor, video_id: str) -> None:
    deadline = time.monotonic() + PREPARED_WITHIN_S
    while not (video := host.call("GET", f"/api/v1/videos/{video_id}"))["playable"]:
        if video["failure"] or time.monotonic() > deadline:
            raise DeploymentFailed(f"The smoke test failed: the film is {video['status']}, {video['failure']}.")
        time.sleep(0.5)


def _film_loads(guest: Visitor, manifest_url: str) -> None:
    """Fetches playlists and a segment with the guest's cookie, and nothing without it."""
    manifest = urljoin(guest.site, manifest_url)
    master = guest.fetch(manifest).decode()
    playlist = urljoin(manifest, next(line for line in master.splitlines() if line.endswith(".m3u8")))
    guest.fetch(playlist)
    listed = guest.fetch(playlist).decode()  # again: it grows while the film is prepared
    if not guest.fetch(urljoin(playlist, next(line for line in listed.splitlines() if line.endswith(".m4s")))):
        raise DeploymentFailed("The smoke test failed: a segment is empty.")
    try:
        Visitor(guest.site, {}).fetch(manifest)
    except HTTPError as error:
        if error.code not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise
    else:
        raise DeploymentFailed("The smoke test failed: the film plays without permission.")
    print("  the film plays for a guest, and for no one without a grant")


def _host(site: str) -> Visitor | None:
    """Returns a host; None on a site that has no first administrator yet."""
    if token := os.environ.get("WATCHPARTY_SMOKE_TOKEN"):
        return Visitor(site, {"Authorization": f"Bearer {token}"})
    visitor = Visitor(site, {})
    if not visitor.call("GET", "/api/v1/config")["temporary_hosts"]:
        if _has_no_administrator_yet(visitor):
            return None
        raise DeploymentFailed("The site allows no temporary hosts: set WATCHPARTY_SMOKE_TOKEN (docs/deployment.md).")
    created = visitor.call("POST", "/api/v1/auth/temporary", {"display_name": "Smoke test"})
    return Visitor(site, {"Authorization": f"Bearer {created['access_token']}"})


def _has_no_administrator_yet(visitor: Visitor) -> bool:
    try:
        visitor.call("GET", "/api/v1/setup")
    except HTTPError as error:
        if error.code != HTTPStatus.GONE:
            raise
        return False
    return True


@contextmanager
def _joined(visitor: Visitor, room_id: str) -> Iterator[tuple[ClientConnection, Json]]:
    """Joins a room; yields the socket and where the film plays."""
    joined = visitor.call("POST", f"/api/v1/rooms/{room_id}/join", {"display_name": "Smoke test"})
    connection = joined["connection"]
    with connect(connection["relay_url"], subprotocols=[Subprotocol("watchparty.v1")], open_timeout=WITHIN_S) as socket:
        socket.send(json.dumps({"t": "hello", "v": 1, "token": connection["join_token"]}))
        yield socket, joined["playback"]


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
