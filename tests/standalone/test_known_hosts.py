"""A page elsewhere whose name points to this machine does not get this server's origin."""

import argparse
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from watchparty.bootstrap import build_home
from watchparty.config import SettingError, home_config
from watchparty.known_hosts import KnownHosts

SITE = "watch.example"
PROXY = "10.0.0.1"
OWN = [
    *("localhost:8400", "127.0.0.1:8400", "[::1]:8400", "192.168.1.7", "[fe80::1]", "203.0.113.7:80"),
    *("nas", "nas.local", "tv.lan:80", "films.home.arpa", SITE, "WATCH.EXAMPLE.", "calm-sea.tunnel.example"),
]
FOREIGN = [
    *("evil.example", "evil.example:8400", "watch.example.evil.com", "127.0.0.1.nip.io", "localhost.evil.example"),
    *("tunnel.example", "eviltunnel.example", "local.example", "127.1"),
]
MALFORMED = ["[", "", "[::1", "a b", "evil.example/localhost", "evil.example@localhost", "localhost:80:80", "l\u00e4n"]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        socket = WebSocket(scope, receive, send)
        await socket.accept()
        await socket.close()
    else:
        await PlainTextResponse("the page")(scope, receive, send)


def browser(*, proxies: tuple[str, ...] = (PROXY,), peer: str = "192.0.2.9") -> TestClient:
    names = (SITE, ".tunnel.example")
    return TestClient(KnownHosts(application, names=names, proxies=proxies), client=(peer, 1))


@pytest.mark.parametrize("host", OWN)
def test_its_own_names_and_those_of_local_networks_are_served(host: str) -> None:
    """No one on the internet can register those."""
    assert browser().get("/", headers={"Host": host}).text == "the page"
    with browser().websocket_connect("/ws", headers={"Host": host}):
        pass


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/", "/media/x", "/upload/x"])
def test_any_other_name_is_refused(host: str, path: str) -> None:
    """In a sentence for people, with what an operator can do about it."""
    answer = browser().get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert host.partition(":")[0] in answer.text
    assert "WATCHPARTY_HOSTS" in answer.text


def test_a_program_receives_a_problem() -> None:
    """With a code, as from every other call."""
    answer = browser().get("/api/v1/config", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")


@pytest.mark.parametrize("host", MALFORMED)
def test_what_is_no_name_is_malformed(host: str) -> None:
    """It raised an exception while the address was parsed."""
    answer = browser().get("/api/v1/config", headers={"Host": host.encode("latin-1")})  # type: ignore[arg-type]  # bytes, which httpx sends unchanged
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_host")


def test_a_request_has_exactly_one_host() -> None:
    """A cache or proxy could read another one than we do."""
    twice = browser().get("/", headers=[("Host", "localhost"), ("Host", "evil.example")])
    assert twice.status_code == 400


@pytest.mark.parametrize("host", ["evil.example", "["])
def test_a_socket_is_refused_too(host: str) -> None:
    """Its origin would equal its host, so the check of the origin does not help."""
    headers = {"Host": host, "Origin": f"http://{host}"}
    with pytest.raises(WebSocketDenialResponse) as refusal, browser().websocket_connect("/ws", headers=headers):
        pass
    assert refusal.value.status_code in (400, 421)


def test_health_is_answered_under_any_name() -> None:
    """A load balancer uses its own."""
    assert browser().get("/health", headers={"Host": "10-0-0-7.pool.example"}).status_code == 200


def test_what_a_proxy_forwards_has_to_be_known_too() -> None:
    """Links and the check of the origin use it. From anyone else the header changes nothing."""
    evil = {"Host": "localhost", "X-Forwarded-Host": "evil.example"}
    assert browser(peer=PROXY).get("/", headers=evil).status_code == 421
    assert browser(peer=PROXY).get("/", headers={**evil, "X-Forwarded-Host": SITE}).status_code == 200
    assert browser().get("/", headers=evil).status_code == 200
    assert browser(peer=PROXY).get("/", headers={"Host": "evil.example"}).status_code == 421


def test_the_server_knows_the_names_in_its_settings(tmp_path: Path) -> None:
    """That of the public address, and further ones; the page, the API and the socket are all behind the check."""
    options = argparse.Namespace(host=None, port=None, data=str(tmp_path), no_browser=True, demo=False)
    environ = {"HOME": "/", "WATCHPARTY_PUBLIC_URL": f"https://{SITE}", "WATCHPARTY_HOSTS": "tv.example, .ts.example"}
    client = TestClient(build_home(home_config(options, environ)).app)
    for host in (SITE, "tv.example", "nas.ts.example", "127.0.0.1"):
        assert client.get("/api/v1/config", headers={"Host": host}).status_code == 200, host
    for path in ("/api/v1/config", "/r/x", "/media/x", "/ws", "/.well-known/jwks.json"):
        assert client.get(path, headers={"Host": "evil.example"}).status_code == 421, path
    with pytest.raises(SettingError, match="WATCHPARTY_HOSTS: expected names"):
        home_config(options, {"HOME": "/", "WATCHPARTY_HOSTS": "https://watch.example"})
