"""While a film is uploaded to a real server, its transcoder is prewarmed, and the same process prepares the film."""

import os
from pathlib import Path

import httpx2
import pytest

from e2e.films import copyable
from e2e.home import Home
from fakes.waiting import eventually
from watchparty.demo import Api

pytestmark = [pytest.mark.service, pytest.mark.media, pytest.mark.integration]

KIB256 = 256 * 1024
WITHIN_S = 60.0


def transcoders(server_pid: int) -> list[int]:
    """Returns the pids of the server's transcoders."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
        except (OSError, IndexError):  # not a process, or one that has just exited
            continue
        if parent == server_pid and b"watchparty_transcoder" in command:
            found.append(int(folder.name))
    return found


def begin_upload(host: Api, server: Home, film: bytes) -> tuple[str, str]:
    """Sends the first piece; returns the video's id and the address of the upload."""
    request = {"filename": "film.mp4", "size_bytes": len(film), "content_type": "video/mp4"}
    created = host.call("POST", "/videos", request)
    start_url = httpx2.URL(server.url).join(created["upload"]["start_url"])
    location = httpx2.post(start_url, headers=created["upload"]["headers"]).headers["Location"]
    assert send(location, film, 0, KIB256) == 308
    return created["video"]["id"], location


def send(location: str, film: bytes, first: int, end: int) -> int:
    content_range = {"Content-Range": f"bytes {first}-{end - 1}/{len(film)}", "Content-Type": "video/mp4"}
    return httpx2.put(location, content=film[first:end], headers=content_range).status_code


def test_the_transcoder_is_ready_before_the_film(tmp_path: Path) -> None:
    """It is prewarmed at the first piece and prepares the film. The next prewarmed one exits with the server, even on
    kill -9.
    """
    film = copyable(60).read_bytes()
    assert len(film) > 2 * KIB256
    server = Home(tmp_path / "data", WATCHPARTY_TRANSCODE_SLOTS="2")
    try:
        host = Api(server.url)
        host.become_temporary_host("Ada")
        video_id, location = begin_upload(host, server, film)
        (ready,) = eventually("a transcoder is ready", lambda: transcoders(server.pid), within_s=WITHIN_S)
        assert send(location, film, KIB256, len(film)) == 200
        host.wait_until_playable(video_id)
        assert transcoders(server.pid) in ([ready], [])  # it may have finished by now
        begin_upload(host, server, film)
        eventually("the next one is ready", lambda: set(transcoders(server.pid)) - {ready}, within_s=WITHIN_S)
        left = transcoders(server.pid)
    finally:
        server.kill()
    eventually("none is left", lambda: not any(is_alive(pid) for pid in left), within_s=WITHIN_S)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
