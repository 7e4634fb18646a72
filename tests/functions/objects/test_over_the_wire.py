"""The upload server under uvicorn, over real sockets: event loop, threads and connections together."""

import http.client
import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from fakes.local_server import serving_app
from fakes.uploader import KIB256, Uploader
from fakes.waiting import eventually

CHUNK = 8 * 1024 * 1024


@pytest.fixture
def port(uploader: Uploader) -> Iterator[int]:
    with serving_app(uploader.app) as address:
        yield int(address.rpartition(":")[2])


def put(port: int, location: str, content: bytes, first: int, last: int) -> http.client.HTTPResponse:
    parts = urlsplit(location)
    line = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
    line.request("PUT", f"{parts.path}?{parts.query}", memoryview(content)[first : last + 1], headers)
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


def test_a_film_of_many_blocks_arrives_whole(uploader: Uploader, port: int) -> None:
    """A film sent in chunks of hundreds of reads each arrives byte for byte."""
    film = os.urandom(3 * CHUNK + 4321)
    location = uploader.start(film)
    statuses = [
        put(port, location, film, first, min(first + CHUNK, len(film)) - 1).status
        for first in range(0, len(film), CHUNK)
    ]
    assert statuses == [308, 308, 308, 200]
    assert uploader.original() == film


def test_an_upload_resumes_after_a_broken_connection(uploader: Uploader, port: int) -> None:
    """The socket is closed in the middle of a chunk; whole granules count, and the rest follows."""
    film = os.urandom(CHUNK)
    location = uploader.start(film)
    parts = urlsplit(location)
    with socket.create_connection(("127.0.0.1", port)) as line:
        head = (
            f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: watch.test\r\n"
            f"Content-Range: bytes 0-{CHUNK - 1}/{CHUNK}\r\nContent-Length: {CHUNK}\r\n\r\n"
        )
        line.sendall(head.encode() + film[: 5 * KIB256 + 99])
        # The later connection takes over, so the order of the two must be certain.
        eventually("bytes are stored", lambda: any(part.stat().st_size for part in uploader.folder.rglob("*.part")))
    # The new connection waits until the broken one has ended, so no delay is needed here.
    again = put(port, location, film, 0, CHUNK - 1)
    assert again.status == 200
    assert uploader.original() == film
