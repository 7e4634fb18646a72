"""The settings of a relay that is served alone, read once; nothing else reads the environment.

A process that hosts the relay builds a `RelayConfig` itself and passes the rest to `bootstrap.build_relay`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from watchparty_relay.errors import ConfigError

SOCKET_MB = 256
"""Some 2,450 connections, and less than the memory of a small machine."""
CONNECTIONS_PER_10S = 2_000
"""A whole party can be behind one address, and all of it reconnects at once when a relay restarts."""


@dataclass(frozen=True, kw_only=True)
class RelayConfig:
    bus: Literal["memory", "redis"] = "memory"
    """Where rooms are stored."""
    redis_url: str | None = None
    """The server of the Redis bus, redis:// or rediss:// (TLS)."""
    host: str = "127.0.0.1"
    port: int = 8081
    jwks_url: str | None = None
    """Where the functions publish their public keys."""
    journal_path: Path | None = None
    """The file of the memory bus; None: rooms are lost when the process ends."""
    events_topic: str | None = None
    """The Pub/Sub topic of room events, projects/P/topics/T; None: lines on stdout."""
    pubsub_emulator: str | None = None
    """HOST:PORT of a Pub/Sub emulator."""
    blocked_words: frozenset[str] = frozenset()
    """Masked in the chat of every room."""
    rotates: bool = False
    """Clients are asked to reconnect within the hour, because Cloud Run ends connections after that."""
    in_cloud: bool = False
    """Whether this is a Cloud Run service: log lines are then JSON for Cloud Logging."""
    revision: int = 0
    """The number of the deployment; instances of a lower one ask their clients to move. 0: none."""
    limits_times: int = 1
    """Multiplies what each member and connection may send, for load tests."""
    socket_mb: int = SOCKET_MB
    """The memory, in MiB, that connections may use in all; beyond nine tenths of it, new ones are refused."""
    connections_per_10s: int = CONNECTIONS_PER_10S
    """What one address may open; more are refused with 429."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks of proxies whose X-Forwarded-For names the client, for the limit of new connections per address."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins beside the relay's own host, e.g. https://watch.example."""


def from_environment(environ: Mapping[str, str]) -> RelayConfig:
    """Reads the WATCHPARTY_RELAY_… variables, and the PORT that Cloud Run sets."""
    bus = _bus(environ)
    journal = environ.get("WATCHPARTY_RELAY_JOURNAL")
    return RelayConfig(
        bus=bus,
        redis_url=_redis_url(environ) if bus == "redis" else None,
        host=environ.get("WATCHPARTY_RELAY_HOST", "127.0.0.1"),
        port=_port(environ),
        jwks_url=_jwks_url(environ),
        journal_path=Path(journal) if journal else None,
        events_topic=_events_topic(environ),
        pubsub_emulator=environ.get("PUBSUB_EMULATOR_HOST"),
        blocked_words=_blocked_words(environ.get("WATCHPARTY_RELAY_BLOCKED_WORDS")),
        rotates=True,
        in_cloud="K_SERVICE" in environ,
        revision=revision_number(environ.get("K_REVISION", "")),
        limits_times=_limits_times(environ),
        socket_mb=socket_mb(environ),
        connections_per_10s=connections_per_10s(environ),
        trusted_proxies=_networks(environ.get("WATCHPARTY_RELAY_TRUSTED_PROXIES", "")),
        allowed_origins=_origins(environ.get("WATCHPARTY_RELAY_ORIGINS", "")),
    )


def _bus(environ: Mapping[str, str]) -> Literal["memory", "redis"]:
    match environ.get("WATCHPARTY_RELAY_BUS", "memory"):
        case "redis":
            return "redis"
        # Cloud Run can start a second instance at any time, and each would have its own version of a room.
        case "memory" if "K_SERVICE" not in environ or environ.get("WATCHPARTY_RELAY_SINGLE_INSTANCE") == "1":
            return "memory"
        case "memory":
            raise ConfigError("WATCHPARTY_RELAY_BUS", "redis on Cloud Run, or WATCHPARTY_RELAY_SINGLE_INSTANCE=1")
    raise ConfigError("WATCHPARTY_RELAY_BUS", "memory or redis")


def _redis_url(environ: Mapping[str, str]) -> str:
    url = environ.get("WATCHPARTY_RELAY_REDIS_URL", "")
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss") or not parts.hostname:
        raise ConfigError("WATCHPARTY_RELAY_REDIS_URL", "an address like redis://10.0.0.3:6379/0")
    return url


def _port(environ: Mapping[str, str]) -> int:
    variable = "PORT" if "PORT" in environ else "WATCHPARTY_RELAY_PORT"
    value = environ.get(variable, "8081")
    if not (value.isascii() and value.isdigit() and int(value) < 65_536):
        raise ConfigError(variable, "a port number from 0 to 65535")
    return int(value)


def _jwks_url(environ: Mapping[str, str]) -> str:
    url = environ.get("WATCHPARTY_RELAY_JWKS_URL", "")
    if urlsplit(url).scheme not in ("http", "https"):
        raise ConfigError("WATCHPARTY_RELAY_JWKS_URL", "the http(s) address of the functions' /.well-known/jwks.json")
    return url


def _events_topic(environ: Mapping[str, str]) -> str | None:
    topic = environ.get("WATCHPARTY_RELAY_EVENTS_TOPIC")
    if topic is not None and not re.fullmatch(r"projects/[^/\s]+/topics/[^/\s]+", topic):
        raise ConfigError(
            "WATCHPARTY_RELAY_EVENTS_TOPIC", "a topic like projects/PROJECT/topics/watchparty-room-events"
        )
    return topic


def _blocked_words(path: str | None) -> frozenset[str]:
    if not path:
        return frozenset()
    try:
        return frozenset(Path(path).read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeError) as error:
        raise ConfigError("WATCHPARTY_RELAY_BLOCKED_WORDS", "a readable UTF-8 file with one word per line") from error


def revision_number(name: str) -> int:
    """The number in a revision's name on Cloud Run, e.g. watchparty-relay-00012-abc; 0 if there is none."""
    numbered = re.search(r"-(\d{5,})-[a-z0-9]+$", name)
    return int(numbered[1]) if numbered else 0


def _limits_times(environ: Mapping[str, str]) -> int:
    value = environ.get("WATCHPARTY_RELAY_LIMITS_TIMES", "1")
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise ConfigError("WATCHPARTY_RELAY_LIMITS_TIMES", "a whole number from 1")
    if value != "1" and "K_SERVICE" in environ:
        raise ConfigError("WATCHPARTY_RELAY_LIMITS_TIMES", "1 on Cloud Run: it is for load tests")
    return int(value)


def socket_mb(environ: Mapping[str, str]) -> int:
    """WATCHPARTY_RELAY_SOCKET_MB, also for a process that hosts the relay. Raises ConfigError."""
    value = environ.get("WATCHPARTY_RELAY_SOCKET_MB", str(SOCKET_MB))
    if not (value.isascii() and value.isdigit() and 16 <= int(value) <= 1_048_576):
        raise ConfigError("WATCHPARTY_RELAY_SOCKET_MB", "a number of MiB from 16 to 1048576")
    return int(value)


def connections_per_10s(environ: Mapping[str, str]) -> int:
    """WATCHPARTY_RELAY_NEW_CONNECTIONS, also for a process that hosts the relay. Raises ConfigError."""
    value = environ.get("WATCHPARTY_RELAY_NEW_CONNECTIONS", str(CONNECTIONS_PER_10S))
    if not (value.isascii() and value.isdigit() and 10 <= int(value) <= 1_000_000):
        raise ConfigError("WATCHPARTY_RELAY_NEW_CONNECTIONS", "a whole number from 10 to 1000000")
    return int(value)


def _networks(listed: str) -> tuple[str, ...]:
    networks = tuple(each.strip() for each in listed.split(",") if each.strip())
    try:
        for each in networks:
            ip_network(each, strict=False)
    except ValueError as error:
        expected = "addresses and networks like 10.0.0.0/8, separated by commas"
        raise ConfigError("WATCHPARTY_RELAY_TRUSTED_PROXIES", expected) from error
    return networks


def _origins(listed: str) -> frozenset[str]:
    origins = frozenset(origin.strip().rstrip("/") for origin in listed.split(",") if origin.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            raise ConfigError("WATCHPARTY_RELAY_ORIGINS", "origins like https://watch.example, separated by commas")
    return origins
