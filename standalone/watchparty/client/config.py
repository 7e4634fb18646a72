"""Reads the settings of the commands that use a server through its API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from watchparty.client.errors import ServerNotNamed, TokenRefused

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


@dataclass(frozen=True, kw_only=True)
class ClientConfig:
    """The server's address without a trailing slash, the API token, and where unfinished uploads are remembered."""

    url: str
    token: str = field(repr=False)
    state: Path


def client_config(environ: Mapping[str, str]) -> ClientConfig:
    """The settings. Raises ServerNotNamed and TokenRefused; no message contains the token."""
    url, token = environ.get("WATCHPARTY_URL", "").strip(), environ.get("WATCHPARTY_TOKEN", "").strip()
    if not url:
        raise ServerNotNamed("Set WATCHPARTY_URL to the address of the server, such as https://watch.example.")
    if not token:
        raise TokenRefused("Set WATCHPARTY_TOKEN to an API token. Create one on the page: Account → API tokens.")
    if not _TOKEN.fullmatch(token):
        raise TokenRefused("WATCHPARTY_TOKEN is not an API token: it contains spaces or other unexpected characters.")
    base = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME", ".")) / ".local" / "state")
    return ClientConfig(url=_checked(url), token=token, state=Path(base) / "watchparty" / "uploads")


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        named = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        named = False
    if not named or not url.isascii() or not url.isprintable() or " " in url:
        raise ServerNotNamed("WATCHPARTY_URL: expected an address such as https://watch.example.")
    if parts.username is not None or parts.query or parts.fragment:
        raise ServerNotNamed("WATCHPARTY_URL: expected only the address, without a user name, “?” or “#”.")
    return url.rstrip("/")
