"""The relay's settings when it is served alone, read once; nothing else reads the environment.

A process that hosts the relay itself builds a `RelayConfig` and hands the rest to `bootstrap.build_relay`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from watchparty_relay.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class RelayConfig:
    bus: Literal["memory", "redis"] = "memory"
    """Where rooms live."""
    redis_url: str | None = None
    """The Redis bus's server, redis:// or rediss:// (TLS)."""
    host: str = "127.0.0.1"
    port: int = 8081
    jwks_url: str | None = None
    """Where the functions publish their public keys."""
    journal_path: Path | None = None
    """The memory bus's file; None: rooms are gone when the process is."""
    events_topic: str | None = None
    """The Pub/Sub topic of room events, projects/P/topics/T; None: lines on stdout."""
    pubsub_emulator: str | None = None
    """HOST:PORT of an emulator."""
    blocked_words: frozenset[str] = frozenset()
    """Masked in every room's chat."""
    rotates: bool = False
    """Connections are asked to begin anew within the hour, as Cloud Run demands."""
    revision: int = 0
    """The deployment's number; instances of a lower one send their people on. 0: none."""
    limits_times: int = 1
    """Raises what each person and connection may send, for load tests."""
    allowed_origins: frozenset[str] = frozenset()
    """Origins beside the relay's own host, e.g. https://watch.example."""


def from_environment(environ: Mapping[str, str]) -> RelayConfig:
    """Reads WATCHPARTY_RELAY_… variables, and the PORT that Cloud Run sets."""
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
        revision=_revision(environ.get("K_REVISION", "")),
        limits_times=_limits_times(environ),
        allowed_origins=_origins(environ.get("WATCHPARTY_RELAY_ORIGINS", "")),
    )


def _bus(environ: Mapping[str, str]) -> Literal["memory", "redis"]:
    match environ.get("WATCHPARTY_RELAY_BUS", "memory"):
        case "redis":
            return "redis"
        # Cloud Run starts a second instance whenever it likes: one room would be two.
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
        raise ConfigError("WATCHPARTY_RELAY_BLOCKED_WORDS", "a readable file of UTF-8, one word a line") from error


def _revision(name: str) -> int:
    """Cloud Run's revisions are numbered: watchparty-relay-00012-abc."""
    numbered = re.search(r"-(\d{5,})-[a-z0-9]+$", name)
    return int(numbered[1]) if numbered else 0


def _limits_times(environ: Mapping[str, str]) -> int:
    value = environ.get("WATCHPARTY_RELAY_LIMITS_TIMES", "1")
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise ConfigError("WATCHPARTY_RELAY_LIMITS_TIMES", "a whole number from 1 on")
    if value != "1" and "K_SERVICE" in environ:
        raise ConfigError("WATCHPARTY_RELAY_LIMITS_TIMES", "1 on Cloud Run: it is for load tests")
    return int(value)


def _origins(listed: str) -> frozenset[str]:
    origins = frozenset(origin.strip().rstrip("/") for origin in listed.split(",") if origin.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            raise ConfigError("WATCHPARTY_RELAY_ORIGINS", "origins like https://watch.example, separated by commas")
    return origins
