"""Settings of a relay that is served alone: read once, and refused with the variable's name."""

from pathlib import Path

import pytest

from watchparty_relay.config import from_environment
from watchparty_relay.errors import ConfigError

JWKS = {"WATCHPARTY_RELAY_JWKS_URL": "https://watch.example/.well-known/jwks.json"}


def test_the_defaults_are_private_and_in_memory() -> None:
    """Nothing listens beyond this machine and nothing is written unless a setting says so."""
    config = from_environment(JWKS)
    assert (config.host, config.port, config.journal_path, config.allowed_origins) == (
        "127.0.0.1",
        8081,
        None,
        frozenset(),
    )


def test_everything_can_be_set() -> None:
    """Cloud Run's PORT takes precedence over ours."""
    config = from_environment(
        {
            **JWKS,
            "WATCHPARTY_RELAY_HOST": "0.0.0.0",
            "WATCHPARTY_RELAY_PORT": "9000",
            "PORT": "8080",
            "WATCHPARTY_RELAY_JOURNAL": "/data/relay.sqlite",
            "WATCHPARTY_RELAY_ORIGINS": "https://watch.example, https://other.example/",
            "WATCHPARTY_RELAY_NEW_CONNECTIONS": "500",
            "WATCHPARTY_RELAY_TRUSTED_PROXIES": "169.254.0.0/16, 2001:db8::1",
        }
    )
    assert (config.connections_per_10s, config.trusted_proxies) == (500, ("169.254.0.0/16", "2001:db8::1"))
    assert (config.host, config.port, config.journal_path) == ("0.0.0.0", 8080, Path("/data/relay.sqlite"))
    assert config.allowed_origins == {"https://watch.example", "https://other.example"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WATCHPARTY_RELAY_JWKS_URL", ""),
        ("WATCHPARTY_RELAY_JWKS_URL", "file:///etc/passwd"),
        ("WATCHPARTY_RELAY_PORT", "http"),
        ("WATCHPARTY_RELAY_PORT", "70000"),
        ("PORT", "-1"),
        ("WATCHPARTY_RELAY_BUS", "rabbits"),
        ("WATCHPARTY_RELAY_LIMITS_TIMES", "0"),
        ("WATCHPARTY_RELAY_SOCKET_MB", "15"),
        ("WATCHPARTY_RELAY_NEW_CONNECTIONS", "9"),
        ("WATCHPARTY_RELAY_NEW_CONNECTIONS", "many"),
        ("WATCHPARTY_RELAY_TRUSTED_PROXIES", "the proxy"),
        ("WATCHPARTY_RELAY_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("WATCHPARTY_RELAY_SOCKET_MB", "lots"),
        ("WATCHPARTY_RELAY_EVENTS_TOPIC", "room-events"),
        ("WATCHPARTY_RELAY_BLOCKED_WORDS", "/no/such/file"),
        ("WATCHPARTY_RELAY_ORIGINS", "watch.example"),
        ("WATCHPARTY_RELAY_ORIGINS", "*"),
        ("WATCHPARTY_RELAY_ORIGINS", "https://watch.example/path"),
    ],
)
def test_an_invalid_value_is_refused_by_name(variable: str, value: str) -> None:
    """At start, not at the first connection."""
    with pytest.raises(ConfigError) as refused:
        from_environment({**JWKS, variable: value})
    assert refused.value.variable == variable


def test_the_redis_bus_needs_an_address() -> None:
    """The scheme decides on TLS."""
    environ = {**JWKS, "WATCHPARTY_RELAY_BUS": "redis", "WATCHPARTY_RELAY_REDIS_URL": "rediss://10.0.0.3:6378/0"}
    config = from_environment(environ)
    assert (config.bus, config.redis_url) == ("redis", "rediss://10.0.0.3:6378/0")
    for wrong in ("", "10.0.0.3:6379", "http://10.0.0.3"):
        with pytest.raises(ConfigError) as refused:
            from_environment({**environ, "WATCHPARTY_RELAY_REDIS_URL": wrong})
        assert refused.value.variable == "WATCHPARTY_RELAY_REDIS_URL"


def test_the_memory_bus_is_refused_where_there_can_be_several_instances() -> None:
    """On Cloud Run it requires the setting that says that there is only one."""
    cloud = {**JWKS, "K_SERVICE": "relay"}
    with pytest.raises(ConfigError) as refused:
        from_environment(cloud)
    assert refused.value.variable == "WATCHPARTY_RELAY_BUS"
    alone = from_environment({**cloud, "WATCHPARTY_RELAY_SINGLE_INSTANCE": "1"})
    assert (alone.bus, alone.in_cloud) == ("memory", True)


def test_limits_cannot_be_raised_in_the_cloud() -> None:
    """The setting is for load tests only."""
    assert from_environment({**JWKS, "WATCHPARTY_RELAY_LIMITS_TIMES": "100"}).limits_times == 100
    with pytest.raises(ConfigError) as refused:
        from_environment(
            {
                **JWKS,
                "K_SERVICE": "relay",
                "WATCHPARTY_RELAY_SINGLE_INSTANCE": "1",
                "WATCHPARTY_RELAY_LIMITS_TIMES": "2",
            }
        )
    assert refused.value.variable == "WATCHPARTY_RELAY_LIMITS_TIMES"


def test_a_deployment_has_the_number_of_its_revision() -> None:
    """F3: Cloud Run numbers its revisions; elsewhere there is nothing to compare."""
    numbers = [from_environment({**JWKS, "K_REVISION": name}).revision for name in ("relay-00012-xyz", "mine", "")]
    assert numbers == [12, 0, 0]
