"""The broker serves one film: no name, no size and no event of a hostile client reaches beyond it."""

import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from transcoder.cloud import GENERATION, VIDEO, RecordedEvents
from watchparty_transcoder.broker.originals import from_disk
from watchparty_transcoder.broker.server import LARGEST_BODY, Film, served
from watchparty_transcoder.broker_client import BrokerClient, RunDescription
from watchparty_transcoder.errors import InternalError
from watchparty_transcoder.events.transcode_event import Started
from watchparty_transcoder.storage.folder import FolderStorage

OUTSIDE = [
    "../v2/master.m3u8", "a/../../v2/master.m3u8", "..", "a/..", ".", "./a", "a/./b", "", "/a", "a//b", "/etc/passwd",
    "%2e%2e/v2/master.m3u8", "..%2fv2", "a\\..\\b", "a?b", "a#b", "a b", "a\x00b", "é", "a" * 201,
]  # fmt: skip


@pytest.fixture
def recorded() -> RecordedEvents:
    return RecordedEvents()


@pytest.fixture
def address(tmp_path: Path, recorded: RecordedEvents) -> Iterator[str]:
    """Of a film in a folder beside another film's."""
    for film in ("v1", "v2"):
        (tmp_path / film).mkdir()
        (tmp_path / film / "master.m3u8").write_text(film)
    original = tmp_path / "original"
    original.write_bytes(b"the film")
    run = RunDescription(video_id=VIDEO, generation=GENERATION, attempt=1, size_bytes=8)
    storage = FolderStorage(tmp_path / "v1")
    served_film = Film(original=from_disk(original), storage=storage, events=recorded, run=run)
    with served(served_film, lambda: None) as found:
        yield found


def status_of(
    address: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> int:
    """Of a request whose path is sent as it is."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.putrequest(method, "/", skip_accept_encoding=True)
    connection._buffer[0] = f"{method} {parts.path}{path} HTTP/1.1".encode()  # type: ignore[attr-defined]  # http.client refuses to send some of these
    for name, value in ({"Content-Length": str(len(body))} if body is not None else {} | (headers or {})).items():
        connection.putheader(name, value)
    connection.endheaders(body)
    try:
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_name_outside_the_film_is_refused(method: str, name: str, address: str, tmp_path: Path) -> None:
    """Neither a parent folder nor an escaped, empty, absolute or overlong name is read or written."""
    body = b"planted" if method == "PUT" else None
    assert status_of(address, method, f"/objects/{name}", body) in (400, 403, 404)
    assert (tmp_path / "v2" / "master.m3u8").read_text() == "v2"
    assert len(list(tmp_path.rglob("*"))) == 5


@pytest.mark.parametrize("prefix", [name for name in OUTSIDE if name])
def test_no_other_film_is_listed_or_cleared(prefix: str, address: str, tmp_path: Path) -> None:
    """The beginning of a name is checked like a name; only the empty one is allowed besides."""
    assert status_of(address, "GET", f"/sizes/{prefix}") in (400, 403)
    assert status_of(address, "DELETE", f"/objects/{prefix}") in (400, 403)
    assert (tmp_path / "v1" / "master.m3u8").exists()
    assert (tmp_path / "v2" / "master.m3u8").exists()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 411),
        ({"Content-Length": "-1"}, 411),
        ({"Content-Length": "1_0"}, 411),
        ({"Content-Length": "٣"}, 411),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({"Content-Length": str(LARGEST_BODY + 1)}, 413),
        ({"Content-Length": "9" * 5000}, 413),
    ],
)
def test_a_body_has_a_stated_and_bounded_size(headers: dict[str, str], expected: int, address: str) -> None:
    """It is refused before any of it is read into memory."""
    sent = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    assert status_of(address, "PUT", "/objects/a", headers=sent) == expected


@pytest.mark.parametrize(
    "changes", [{"video_id": "v2"}, {"generation": GENERATION + 1}, {"task": 1}, {"attempt": 2}], ids=str
)
def test_an_event_of_another_run_is_refused(changes: dict[str, object], address: str, recorded: RecordedEvents) -> None:
    """A hostile decoder cannot report that another film failed or is finished."""
    event = Started(video_id=VIDEO, generation=GENERATION, task=0, attempt=1, seq=1)
    client = BrokerClient(address)
    client.change("POST", "/events", msgspec.json.encode(event))
    with pytest.raises(InternalError, match="403"):
        client.change("POST", "/events", msgspec.json.encode(msgspec.structs.replace(event, **changes)))
    with pytest.raises(InternalError, match="400"):
        client.change("POST", "/events", b'{"kind": "no such"}')
    assert recorded.events == [event]


def test_the_name_cannot_be_guessed(address: str) -> None:
    """Without it, as for any other process of the machine, nothing is found."""
    root = address.rpartition("/")[0]
    for path in ("/run", "/objects/master.m3u8", "/", "//objects/master.m3u8", "/original"):
        assert status_of(root, "GET", path) == 404


def test_a_storage_that_fails_is_reported(address: str, tmp_path: Path) -> None:
    """The client gets an error that names the cause, and the connection can be used again."""
    client = BrokerClient(address)
    (tmp_path / "v1" / "folder").mkdir()
    with pytest.raises(InternalError, match="IsADirectoryError"):
        client.get("/objects/folder")
    assert client.get("/objects/master.m3u8") == b"v1"


@pytest.mark.parametrize("content", [b"a film", b""])
def test_an_original_that_cannot_be_read(content: bytes, tmp_path: Path, recorded: RecordedEvents) -> None:
    """The transcoder is stopped before its answer ends, because a film that ends too early looks damaged."""
    original = tmp_path / "original"
    original.write_bytes(bytes(1_000_000))
    film = Film(
        original=from_disk(original),
        storage=FolderStorage(tmp_path),
        events=recorded,
        run=RunDescription(video_id=VIDEO, generation=GENERATION, attempt=1, size_bytes=1_000_000),
    )
    going, stopped = threading.Event(), threading.Event()

    def stop() -> None:
        stopped.set()
        assert going.wait(60)

    with served(film, stop) as address:
        original.write_bytes(content)
        parts = urlsplit(BrokerClient(address).original_url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        connection.connect()
        socket = connection.sock
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        assert stopped.wait(60)
        socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            answer.read()
        going.set()
        connection.close()


def test_a_broker_that_is_gone_is_reported() -> None:
    """It is our fault, not that of the film."""
    with pytest.raises(InternalError, match="does not answer"):
        BrokerClient("http://127.0.0.1:9/x")


def test_the_process_with_the_credentials_loads_no_decoder() -> None:
    """libav is not even in its memory."""
    code = (
        "import sys, watchparty_transcoder.__main__, watchparty_transcoder.broker.bootstrap;"
        "print([name for name in sys.modules if name.split('.')[0] in ('av', 'numpy')])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
