"""What a request reveals about the site and the client."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request

from fakes.api_harness import ApiHarness
from watchparty_api.errors import Forbidden, UnsupportedType
from watchparty_api.web.site import (
    base_url,
    client_address,
    is_https,
    require_origin,
    share_url,
)

PROXY = ("10.0.0.0/8", "fd00::/8")


def a_request(
    api: ApiHarness, peer: str | None, public_url: str | None = None, **headers: str | tuple[str, ...]
) -> Request:
    """A request from `peer`; header names with underscores for hyphens, several lines of one header as a tuple."""
    config = replace(api.services.config, public_url=public_url, trusted_proxies=PROXY)
    app: Any = type("App", (), {})()
    app.state = type("State", (), {"services": replace(api.services, config=config)})()
    lines = [
        (name.replace("_", "-").encode(), line.encode())
        for name, value in headers.items()
        for line in ((value,) if isinstance(value, str) else value)
    ]
    scope = {
        "type": "http",
        "scheme": "http",
        "path": "/",
        "query_string": b"",
        "headers": lines,
        "client": (peer, 1) if peer else None,
        "server": ("127.0.0.1", 8000),
        "app": app,
    }
    return Request(scope)


def test_the_base_is_the_configured_one_or_the_one_asked(api: ApiHarness) -> None:
    """A configured URL always wins; otherwise the host of the request is used."""
    assert base_url(a_request(api, "192.0.2.1", "https://watch.example", host="evil")) == "https://watch.example"
    assert base_url(a_request(api, "192.0.2.1", host="watch.local:8000")) == "http://watch.local:8000"


@pytest.mark.parametrize(
    ("peer", "host", "shared"),
    [
        ("127.0.0.1", "127.0.0.1:8400", "http://192.168.1.7:8400"),
        ("127.0.0.1", "localhost:8400", "http://192.168.1.7:8400"),
        ("::1", "[::1]:8400", "http://192.168.1.7:8400"),
        ("127.0.0.1", "watch.example", "http://watch.example"),
        ("192.168.1.9", "192.168.1.7:8400", "http://192.168.1.7:8400"),
        ("172.17.0.1", "localhost:8400", "http://localhost:8400"),
    ],
)
def test_a_link_for_others_names_the_network(api: ApiHarness, peer: str, host: str, shared: str) -> None:
    """A link created on this machine names its network address; other clients get the URL that they used."""
    request = a_request(api, peer, host=host)
    assert share_url(request) == base_url(request)  # no network is known
    services = request.app.state.services
    request.app.state.services = replace(
        services, config=replace(services.config, network_url="http://192.168.1.7:8400")
    )
    assert share_url(request) == shared


def test_forwarded_headers_count_from_trusted_proxies_only(api: ApiHarness) -> None:
    """Forwarded scheme, host and address are accepted from a trusted proxy only."""
    forwarded = {"x_forwarded_proto": "https", "x_forwarded_host": "watch.example", "x_forwarded_for": "203.0.113.9"}
    behind = a_request(api, "10.1.2.3", host="inner", **forwarded)
    assert (base_url(behind), is_https(behind), client_address(behind)) == (
        "https://watch.example",
        True,
        "203.0.113.9",
    )
    stranger = a_request(api, "192.0.2.1", host="inner", **forwarded)
    assert (base_url(stranger), is_https(stranger)) == ("http://inner", False)
    assert client_address(stranger) == "192.0.2.1"


@pytest.mark.parametrize(
    ("forwarded_for", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),  # what the client itself claimed is further left
        ("203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("2001:db8::7, fd00::1", "2001:db8::7"),
        ("", "10.1.2.3"),
    ],
)
def test_the_client_is_the_last_address_that_no_proxy_owns(api: ApiHarness, forwarded_for: str, address: str) -> None:
    """An address that the client itself put into the header is ignored."""
    assert client_address(a_request(api, "10.1.2.3", x_forwarded_for=forwarded_for)) == address


def test_a_client_without_an_address_is_unknown(api: ApiHarness) -> None:
    """A client on a Unix socket has no address."""
    assert client_address(a_request(api, None)) == "unknown"


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://watch.example", "https://watch.example.evil", "https://watch.example:444", "https://x:y"],
)
def test_another_origin_is_refused(api: ApiHarness, origin: str) -> None:
    """Scheme, host and port of the origin must be the site's."""
    request = a_request(api, "192.0.2.1", "https://watch.example", origin=origin, content_type="application/json")
    with pytest.raises(Forbidden):
        require_origin(request)


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_form_can_send_is_refused(api: ApiHarness, content_type: str) -> None:
    """Only JSON is accepted, which a form on another site cannot send."""
    request = a_request(
        api, "192.0.2.1", "https://watch.example", origin="https://watch.example", content_type=content_type
    )
    with pytest.raises(UnsupportedType):
        require_origin(request)


def test_the_sites_own_page_passes(api: ApiHarness) -> None:
    """The same origin with an explicit port, and JSON with a charset, are accepted."""
    headers = {"origin": "https://watch.example:443", "content_type": "application/json; charset=utf-8"}
    require_origin(a_request(api, "192.0.2.1", "https://watch.example", **headers))


def test_what_a_client_made_up_is_read_before_what_the_proxy_added(api: ApiHarness) -> None:
    """When the proxy adds its own header line, its value counts, not the client's."""
    behind = a_request(
        api,
        "10.1.2.3",
        host="inner",
        x_forwarded_for=("198.51.100.66", "203.0.113.9, 10.9.9.9"),
        x_forwarded_host=("evil.example", "watch.example"),
        x_forwarded_proto=("http", "https"),
    )
    assert client_address(behind) == "203.0.113.9"
    assert base_url(behind) == "https://watch.example"
