"""One call to an integrator's URL: what is called, and what never is."""

from itertools import chain, repeat

import pytest

from fakes.integrator import Integrator
from fakes.local_server import talking
from watchparty_api.webhooks.http_call import CallFailed, call


def test_an_address_of_this_network_is_called_at_home(listener: Integrator) -> None:
    """A URL in the local network is called with its query, and its status is returned."""
    listener.status = 202
    assert call(listener.url, b"{}", {"Content-Type": "application/json"}, public_only=False) == 202
    assert [body for _, body in listener.calls] == [b"{}"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/computeMetadata/v1/",
        "https://10.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://0.0.0.0/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[64:ff9b:1::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[::127.0.0.1]/",
        "https://224.0.0.1/",
        "https://[ff02::1]/",
    ],
)
def test_the_cloud_calls_no_private_address(url: str) -> None:
    """The cloud calls neither its own machine nor its metadata server nor its network."""
    with pytest.raises(CallFailed, match="public"):
        call(url, b"{}", {}, public_only=True)


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/"])
def test_not_even_at_home_a_machines_metadata_is_called(url: str) -> None:
    """A metadata service is never called, because a home may be a rented machine with one."""
    with pytest.raises(CallFailed, match="metadata"):
        call(url, b"{}", {}, public_only=False)


def test_the_cloud_requires_https(listener: Integrator) -> None:
    """The cloud requires https, because deliveries contain names."""
    with pytest.raises(CallFailed, match="https"):
        call(listener.url, b"{}", {}, public_only=True)
    assert listener.calls == []


def test_a_host_that_does_not_answer_is_no_exception_of_another_kind(listener: Integrator) -> None:
    """A refused connection and an unknown name both raise CallFailed."""
    for url in ("http://127.0.0.1:9/", "http://no-such-host.invalid/"):
        with pytest.raises(CallFailed):
            call(url, b"{}", {}, public_only=False)


ENDLESS = {
    "continue": repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "status line": repeat(b"H"),
    "headers": chain([b"HTTP/1.1 200 OK\r\n"], repeat(b"a")),
    "silence": repeat(b""),
}


@pytest.mark.parametrize("way", ENDLESS)
def test_a_call_ends_whatever_drips_in(way: str) -> None:
    """One deadline covers the whole call, however slowly the answer arrives."""
    with talking(ENDLESS[way], every_s=0.02, at_most=150) as address, pytest.raises(CallFailed, match="Timeout"):
        call(f"http://{address}/", b"{}", {}, public_only=False, within_s=0.3)


def test_a_handshake_that_never_ends_is_within_the_deadline() -> None:
    """A TLS handshake that never ends is within the deadline, too."""
    with talking(repeat(b""), every_s=0.02, at_most=150) as address, pytest.raises(CallFailed, match="Timeout"):
        call(f"https://{address}/", b"{}", {}, public_only=False, within_s=0.3)
