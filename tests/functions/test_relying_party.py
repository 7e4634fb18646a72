"""Where passkeys work, and for which domain and origin."""

import pytest

from watchparty_api.relying_party import relying_party


@pytest.mark.parametrize(
    ("site", "id_", "origin"),
    [
        ("https://watch.example", "watch.example", "https://watch.example"),
        ("https://Watch.Example:443", "watch.example", "https://watch.example"),
        ("https://watch.example:8443", "watch.example", "https://watch.example:8443"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("http://watch.localhost:80", "watch.localhost", "http://watch.localhost"),
        ("https://kino.bücher.example", "kino.xn--bcher-kva.example", "https://kino.xn--bcher-kva.example"),
    ],
)
def test_the_relying_party_is_the_sites_domain(site: str, id_: str, origin: str) -> None:
    """Scheme, domain and port are written as browsers write an origin."""
    party = relying_party(site)
    assert party is not None
    assert (party.id, party.origin) == (id_, origin)


@pytest.mark.parametrize(
    "site",
    [
        "http://watch.example",
        "http://192.168.1.20:8000",
        "http://127.0.0.1:8000",
        "https://192.168.1.20",
        "https://[::1]:8000",
        "http://localhost.example",
        "https://",
        "https://watch.example:port",
        "ftp://localhost",
        "https://" + "a" * 70 + ".example",
    ],
)
def test_other_addresses_have_no_passkeys(site: str) -> None:
    """Browsers offer none without encryption, or at an address without a name."""
    assert relying_party(site) is None
