"""A person is deleted from a running server at home: its files and its output hold nothing of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from e2e.home import Home as Server
from fakes.waiting import eventually
from watchparty_api.accounts.personal_data import PLACES

pytestmark = [pytest.mark.service, pytest.mark.integration]

NAME, TEXT = "Quillfeather", "my cat is called Marzipan"


def ok(answer: Any) -> dict[str, Any]:
    assert answer.is_success, answer.text
    return answer.json() if answer.content else {}


@contextmanager
def entered(server: Server, token: str) -> Iterator[ClientConnection]:
    """A connection to the room of the join token, after the welcome."""
    url = f"{server.url.replace('http', 'ws')}/ws"
    with connect(url, subprotocols=[Subprotocol("watchparty.v1")]) as socket:
        socket.send(json.dumps({"t": "hello", "v": 1, "token": token}))
        until(socket, "welcome")
        yield socket


def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of that type."""
    while True:
        message: dict[str, Any] = json.loads(socket.recv(timeout=10))
        if message["t"] == kind:
            return message


def test_nothing_is_left_in_any_file(tmp_path: Path) -> None:
    """Database, journal, write-ahead logs, film folders and log lines; everyone in the room sees the messages go."""
    server = Server(tmp_path / "data")
    try:
        with httpx2.Client(base_url=server.url, headers={"Origin": server.url}) as bo:
            host = ok(bo.post("/api/v1/auth/temporary", json={"display_name": "Bo"}))
            of_bo = {"Authorization": f"Bearer {host['access_token']}"}
            room = ok(bo.post("/api/v1/rooms", json={"name": "Club"}, headers=of_bo))
            path = f"/api/v1/rooms/{room['id']}"
            bo_in = ok(bo.post(f"{path}/join", json={}, headers=of_bo))
            with httpx2.Client(base_url=server.url, headers={"Origin": server.url}) as quill:
                account = ok(quill.post("/api/v1/auth/temporary", json={"display_name": NAME}))
                headers = {"Authorization": f"Bearer {account['access_token']}"}
                ok(quill.post("/api/v1/rooms", json={"name": f"{NAME}'s room"}, headers=headers))
                video = {"filename": f"{NAME}.mp4", "size_bytes": 100, "content_type": "video/mp4"}
                announced = ok(quill.post("/api/v1/videos", json=video, headers=headers))
                film, upload = announced["video"]["id"], announced["upload"]
                assert quill.post(upload["start_url"], headers=upload["headers"]).status_code == 201
                joined = ok(quill.post(f"{path}/join", json={"display_name": NAME}, headers=headers))
                with (
                    entered(server, bo_in["connection"]["join_token"]) as watching,
                    entered(server, joined["connection"]["join_token"]) as mine,
                ):
                    for number in range(3):
                        mine.send(
                            json.dumps({"t": "chat", "cid": f"c{number}", "text": f"{TEXT} {number}", "pos_s": 1.0})
                        )
                        assert until(watching, "chat")["name"] == NAME
                    eventually("the lines are archived", lambda: len(chat(bo, path, of_bo)) == 3)
                    assert TEXT.encode() in files(server)
                    assert (server.data / "uploads" / film).exists()
                    ok(quill.request("DELETE", "/api/v1/auth/me", json={}, headers=headers))
                    assert [until(watching, "deleted")["t"] for _ in range(3)] == ["deleted"] * 3
            assert chat(bo, path, of_bo) == []
            assert not (server.data / "uploads" / film).exists()
            again = ok(bo.post(f"{path}/join/renew", json={}, headers=of_bo))
            with entered(server, again["connection"]["join_token"]):
                eventually("the last events are stored", lambda: left(bo, path, of_bo))
            assert NAME not in bo.get(f"{path}/events", headers=of_bo).text
    finally:
        server.stop()
    for needle in (NAME, TEXT, account["account"]["id"]):
        found = [name for name, content in contents(server).items() if needle.encode() in content]
        assert found == (["watchparty.sqlite"] if needle == account["account"]["id"] else []), needle
        assert needle not in server.output
    registered = [name for entry in PLACES if entry.place in ("data folder", "films") for name in entry.names]
    for top in server.data.iterdir():
        assert any(fnmatch(top.name, name) or top.name.startswith(f"{name}-") for name in registered), top.name


def chat(browser: httpx2.Client, path: str, headers: dict[str, str]) -> list[Any]:
    return list(ok(browser.get(f"{path}/chat", headers=headers))["items"])


def left(browser: httpx2.Client, path: str, headers: dict[str, str]) -> bool:
    """Whether the relay has reported the leave."""
    return any(entry["kind"] == "left" for entry in ok(browser.get(f"{path}/events", headers=headers))["items"])


def contents(server: Server) -> dict[str, bytes]:
    return {str(path.relative_to(server.data)): path.read_bytes() for path in server.data.rglob("*") if path.is_file()}


def files(server: Server) -> bytes:
    return b"".join(contents(server).values())
