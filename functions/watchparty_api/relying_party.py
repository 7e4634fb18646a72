"""The site as WebAuthn's relying party: the domain that passkeys belong to, and the origin that may use them. Pure.

Browsers offer passkeys in secure contexts, which are https and http://localhost, and only for a domain name
(https://www.w3.org/TR/webauthn-3/#rp-id). The site's URL decides, never what a request claims.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from watchparty_api.addresses import canonical_address

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class RelyingParty:
    """`id` is the domain, `origin` is scheme, domain and port as browsers write them."""

    id: str
    origin: str


def relying_party(site: str) -> RelyingParty | None:
    """The relying party of the site at the URL `site`; None if browsers offer no passkeys there."""
    try:
        parts = urlsplit(site)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError:  # includes UnicodeError
        return None
    local = host == "localhost" or host.endswith(".localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        return None
    if not host or canonical_address(host) is not None:
        return None
    shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return RelyingParty(host, f"{parts.scheme}://{host}{shown}")
