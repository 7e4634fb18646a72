"""Malformed HTTP is answered with 4xx or the end of the connection: never with 5xx, and never with a traceback."""

import random
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from e2e.home import Home

pytestmark = pytest.mark.service

SEED = 13
FUZZED = 400
ANSWER_WITHIN_S = 0.3
LONG = b"x" * 300
HEAD = b"Host: localhost\r\nConnection: close\r\n"


def get(target: bytes, *more: bytes, method: bytes = b"GET", body: bytes = b"") -> bytes:
    return method + b" " + target + b" HTTP/1.1\r\n" + HEAD + b"".join(each + b"\r\n" for each in more) + b"\r\n" + body


def post(target: bytes, body: bytes, *more: bytes) -> bytes:
    return get(
        target, b"Content-Length: %d" % len(body), b"Content-Type: application/json", *more, method=b"POST", body=body
    )


TARGETS = [
    *(b"/%00", b"/%ff", b"/%zz", b"/" + LONG, b"/assets/" + LONG, b"/r/" + LONG, b"/upload/" + LONG, b"/media/" + LONG),
    *(b"/upload/%00", b"/upload/..%2f..", b"/media/x/../../x", b"/media/a/" + LONG + b"/init.mp4", b"/ws/" + LONG),
    *(
        b"//",
        b"/\\..\\x",
        b"/a" * 3_000,
        b"/?" + b"x" * 9_000,
        b"/?a=%ff&b=%00",
        b"/x;y",
        b"*",
        b"http://[/",
        b"http://x:99999/",
    ),
    *(b"/api/v1/rooms/" + LONG, b"/api/v1/rooms/%ff", b"/api/v1/rooms/%00", b"/api/v1/rooms/x/chat?before=%00"),
    *(b"/api/v1/videos/x/hls/%ff/a.m3u8", b"/api/v1/videos/x/hls/" + LONG + b"/a.m3u8", b"/.well-known/" + LONG),
    *(b"/\xff\xfe", b"/%ed%a0%80", b"/%c0%ae%c0%ae/", b"", b"/ /", b"localhost:80"),
]
UPGRADE = (b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13")
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
REQUESTS = {
    **{f"target {target[:24]!r}": get(target) for target in TARGETS},
    **{f"upload {target[:24]!r}": post(target, b"{}") for target in TARGETS},
    "method": get(b"/", method=b"BREW"),
    "connect": get(b"localhost:80", method=b"CONNECT"),
    "options": get(b"*", method=b"OPTIONS"),
    "trace": get(b"/", method=b"TRACE"),
    "preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + b"\x00" * 160,
    "version": b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": get(b"/", b"Host: evil.example"),
    "host [": b"GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n",
    "empty host": b"GET /api/v1/config HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
    "host of bytes": b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\nConnection: close\r\n\r\n",
    "header without a name": get(b"/", b": x"),
    "header with a space": get(b"/", b"Bad Name: x"),
    "folded header": get(b"/", b"X: a", b" b"),
    "bare line feed": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "null in a header": get(b"/", b"X: a\x00b"),
    "bytes in headers": get(
        b"/api/v1/config", b"Authorization: \xff\xfe", b"Cookie: \xff=\xfe", b"Accept-Encoding: \xff;q=\xfe"
    ),
    "cookies": get(b"/media/x/1/init.mp4", b"Cookie: " + b"a=b; " * 5_000),
    "range": get(b"/index.html", b"Range: bytes=9999999999999999999-1,-,--5,0-0,1-1"),
    "ranges": get(b"/index.html", b"Range: bytes=" + b"0-1," * 5_000 + b"0-1"),
    "weights": get(b"/assets/x.js", b"Accept-Encoding: br;q=nan, gzip;q=1e999, ;;;q="),
    "dates": get(b"/index.html", b"If-Modified-Since: not a date", b'If-None-Match: "\xff'),
    "origin [": post(b"/api/v1/auth/temporary", b"{}", b"Origin: http://["),
    "origin of bytes": post(b"/api/v1/auth/temporary", b"{}", b"Origin: \xff\xfe"),
    "forwarded": get(
        b"/api/v1/config", b"X-Forwarded-For: \xff, ,%%, [", b"X-Forwarded-Host: [", b"X-Forwarded-Proto: \xff"
    ),
    "trace parent": get(b"/api/v1/config", b"traceparent: 00-\xff", b"X-Cloud-Trace-Context: /////"),
    "bearer": get(b"/api/v1/rooms", b"Authorization: Bearer " + b"." * 5_000),
    "guest key": post(b"/api/v1/rooms/x/join", b"{}", b"X-Guest-Key: \x80\x81"),
    "idempotency key": post(b"/api/v1/rooms", b"{}", b"Idempotency-Key: \xff"),
    "two lengths": get(b"/api/v1/rooms", b"Content-Length: 3", b"Content-Length: 5", method=b"POST", body=b"abcde"),
    "length and chunks": get(
        b"/", b"Content-Length: 3", b"Transfer-Encoding: chunked", method=b"POST", body=b"0\r\n\r\n"
    ),
    "negative length": get(b"/", b"Content-Length: -1", method=b"POST"),
    "long length": get(b"/", b"Content-Length: " + b"9" * 5_000, method=b"POST"),
    "length of other digits": get(b"/", "Content-Length: ¹".encode(), method=b"POST"),
    "chunk": get(b"/api/v1/rooms", b"Transfer-Encoding: chunked", method=b"POST", body=b"ffffffffffffffffff\r\n"),
    "chunk of letters": get(b"/api/v1/rooms", b"Transfer-Encoding: chunked", method=b"POST", body=b"zz\r\nx\r\n"),
    "unknown coding": get(b"/api/v1/rooms", b"Transfer-Encoding: gzip", method=b"POST", body=b"x"),
    "cut-off body": post(b"/api/v1/auth/temporary", b'{"a":1}')[:-3],
    "cut-off subtitles": post(b"/api/v1/videos/x/subtitles?language=en", b"WEBVTT")[:-3],
    "nested JSON": post(b"/api/v1/auth/login", b"[" * 100_000),
    "huge number": post(b"/api/v1/auth/login", b'{"email":' + b"9" * 10_000 + b"}"),
    "surrogates": post(
        b"/api/v1/auth/login", b'{"email":"\\ud800@x.y","password":"\\udfff"}', b"Origin: http://localhost"
    ),
    "not UTF-8": post(b"/api/v1/auth/login", b'{"email":"\xff\xfe"}'),
    "UTF-16": post(b"/api/v1/auth/login", '{"email":"x"}'.encode("utf-16")),
    "content range": get(b"/upload/x?upload_id=x", b"Content-Range: bytes 9-1/x", b"Content-Length: 0", method=b"PUT"),
    "socket without a key": get(b"/ws", *UPGRADE),
    "socket with a bad key": get(b"/ws", *UPGRADE, b"Sec-WebSocket-Key: \xff"),
    "socket of version 99": get(
        b"/ws", b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 99", KEY
    ),
    "socket by POST": get(b"/ws", *UPGRADE, KEY, method=b"POST"),
    "socket elsewhere": get(b"/api/v1/config", *UPGRADE, KEY),
    "socket of another origin": get(b"/ws", *UPGRADE, KEY, b"Origin: http://["),
    "socket of another host": get(b"/ws", *UPGRADE, KEY, b"Origin: http://evil.example").replace(
        b"localhost", b"evil.example"
    ),
    "socket with bad extensions": get(
        b"/ws", *UPGRADE, KEY, b"Sec-WebSocket-Extensions: ;;;=\xff", b"Sec-WebSocket-Protocol: ,,\xff"
    ),
    "upgrade to HTTP/2": get(b"/", b"Upgrade: h2c", b"Connection: Upgrade"),
    "expectation": get(b"/", b"Expect: the impossible"),
}


UNANSWERED = {REQUESTS["cut-off body"]}
"""The request is not complete when the client ends it."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("hostile") / "data")
    yield home
    home.stop()


def answer(home: Home, request: bytes) -> bytes:
    """Everything that the server answers. The client ends a request for which no answer comes."""
    received = b""
    with socket.create_connection(("127.0.0.1", home.port), timeout=ANSWER_WITHIN_S) as client:
        try:
            client.sendall(request)
            while piece := receive(client):
                received += piece
        except ConnectionError:
            pass
    return received


def receive(client: socket.socket) -> bytes:
    try:
        return client.recv(65_536)
    except TimeoutError:
        client.shutdown(socket.SHUT_WR)
        client.settimeout(10)
        return client.recv(65_536)


def statuses(received: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_malformed_request_is_refused_without_an_exception(home: Home, request_: bytes) -> None:
    """Whatever it is; the log stays as it is."""
    before = len(home.output)
    received = answer(home, request_)
    assert all(status < 500 for status in statuses(received)), received[:300]
    assert received or request_ in UNANSWERED, "no answer"
    said = home.output[before:]
    assert "Traceback" not in said, said
    assert "ERROR" not in said, said


def test_damaged_heads_are_refused_without_an_exception(home: Home) -> None:
    """Valid and hostile requests with bytes removed, repeated, exchanged and replaced, by a fixed seed."""
    chance, before = random.Random(SEED), len(home.output)
    whole = [
        *REQUESTS.values(),
        get(b"/"),
        get(b"/api/v1/config"),
        get(b"/ws", *UPGRADE, KEY),
        post(b"/api/v1/rooms", b"{}"),
    ]
    requests = [damaged(chance.choice(whole)[:4_000], chance) for _ in range(FUZZED)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda request: answer(home, request), requests))
    for request, received in zip(requests, answers, strict=True):
        assert all(status < 500 for status in statuses(received)), (request, received[:300])
    assert sum(bool(received) for received in answers) > FUZZED / 2
    assert "Traceback" not in home.output[before:]
    assert statuses(answer(home, get(b"/health"))) == [200]


def damaged(request: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(request) + 1), chance.choice((1, 1, 2, 8, 40))
        piece = request[at : at + length]
        other = chance.choice((b"", piece * 2, chance.randbytes(length), b"\r\n", b"%", b":", b"\x00", piece[::-1]))
        request = request[:at] + other + request[at + length :]
    return request
