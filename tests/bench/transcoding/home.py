"""A home server that films are uploaded to, as their owners meet it: from the last bytes to the film's own quality."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from e2e.home import Home
from watchparty.demo import Api

BLOCK_BYTES = 8 << 20
LAST_BYTES = 256 << 10
"""What is left of the upload when the time starts: the least that the protocol can divide."""
POLL_S = 0.01


def own_quality_after_upload_s(home: Home, host: Api, path: Path, *, height: int) -> float:
    """From the sending of the last 256 KiB to the first answer that offers the original's own `height`.

    The film is deleted then, so that the next run finds the server idle.
    """
    size_bytes = path.stat().st_size
    wish = {"filename": path.name, "size_bytes": size_bytes, "content_type": "video/x-matroska"}
    created = host.call("POST", "/videos", wish)
    video_id, start = str(created["video"]["id"]), created["upload"]
    before = (size_bytes - LAST_BYTES) // LAST_BYTES * LAST_BYTES
    with httpx2.Client(base_url=home.url, timeout=600) as client:
        session = client.post(start["start_url"], headers=start["headers"]).headers["Location"]
        with path.open("rb") as file:
            _put(client, session, _blocks(file, before), 0, before, size_bytes)
            rest = file.read()
        began_s = time.monotonic()
        _put(client, session, rest, before, size_bytes - before, size_bytes)
    while not _offers(height, video := host.call("GET", f"/videos/{video_id}")):
        assert video["status"] != "failed", video["failure"]
        time.sleep(POLL_S)
    took_s = time.monotonic() - began_s
    host.call("DELETE", f"/videos/{video_id}")
    return took_s


def _put(client: httpx2.Client, session: str, body: Any, first: int, length: int, of: int) -> None:
    headers = {"Content-Range": f"bytes {first}-{first + length - 1}/{of}", "Content-Length": str(length)}
    answer = client.put(session, content=body, headers=headers)
    assert answer.status_code in (200, 308), answer.text


def _blocks(file: Any, length: int) -> Iterator[bytes]:
    while length and (data := file.read(min(length, BLOCK_BYTES))):
        length -= len(data)
        yield data


def _offers(height: int, video: dict[str, Any]) -> bool:
    """What is encoded is offered at full height only when all of it exists."""
    return bool(video["playable"]) and any(each["height"] == height for each in video["renditions"])
