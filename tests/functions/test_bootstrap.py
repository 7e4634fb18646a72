"""Building the services from settings, and refusing to."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakes.api_harness import build_harness
from fakes.function_process import cloud_environment
from watchparty_api.bootstrap import build_cloud_services
from watchparty_api.config import Config, ConfigError, from_environment


def start(config: Config, *, mail_delivers: bool = True) -> None:
    build_harness(config, mail_delivers=mail_delivers).services.store.close()


def test_a_complete_configuration_starts(config: Config) -> None:
    """A complete configuration opens store and keys; without mail no public URL is needed."""
    start(config)
    start(replace(config, public_url=None), mail_delivers=False)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"keys_dir": None}, "WATCHPARTY_KEYS_DIR"),
        ({"public_url": None}, "WATCHPARTY_PUBLIC_URL"),
        ({"store_url": "mysql://user:canary@host/db"}, "WATCHPARTY_STORE_URL"),
        ({"environment": "cloud", "keys_dir": "/nowhere"}, "WATCHPARTY_KEYS_DIR"),
        ({"identity": "identity_platform"}, "WATCHPARTY_IDENTITY_PROJECT"),
        ({"identity": "identity_platform", "identity_project": "p"}, "WATCHPARTY_IDENTITY_API_KEY"),
        ({"cdn_key_name": "k"}, "cdn.key"),
        ({"keys_dir": None, "keys_secrets": "projects/p/secrets/w"}, "WATCHPARTY_KEYS_SECRETS"),
    ],
)
def test_what_is_missing_or_unsafe_is_named_s11(config: Config, changes: dict[str, Any], named: str) -> None:
    """S11: an unknown choice, a missing key, or mail without a public URL refuses to start and names the setting."""
    with pytest.raises(ConfigError, match=named) as refused:
        start(replace(config, **changes))
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"WATCHPARTY_IDENTITY": "ldap"}, "WATCHPARTY_IDENTITY"),
        ({"WATCHPARTY_GRANT_LIFE_S": "9"}, "WATCHPARTY_GRANT_LIFE_S"),
        ({"WATCHPARTY_GRANT_LIFE_S": "an hour"}, "WATCHPARTY_GRANT_LIFE_S"),
        ({"WATCHPARTY_TRUSTED_PROXIES": "10.0.0.0/8, proxy"}, "WATCHPARTY_TRUSTED_PROXIES"),
        ({"K_SERVICE": "rooms"}, "WATCHPARTY_PUBLIC_URL"),
        ({"K_SERVICE": "rooms", "WATCHPARTY_PUBLIC_URL": "http://watch.example"}, "WATCHPARTY_PUBLIC_URL"),
        ({"K_SERVICE": "rooms", "WATCHPARTY_PUBLIC_URL": "https://203.0.113.7"}, "WATCHPARTY_PUBLIC_URL"),
        ({"K_SERVICE": "rooms", "WATCHPARTY_PUBLIC_URL": "https://watch.example/app"}, "WATCHPARTY_PUBLIC_URL"),
        ({"K_SERVICE": "rooms", "WATCHPARTY_PUBLIC_URL": "https://me:pw@watch.example"}, "WATCHPARTY_PUBLIC_URL"),
        (
            {
                "K_SERVICE": "rooms",
                "WATCHPARTY_PUBLIC_URL": "https://watch.example",
                "FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099",
            },
            "FIREBASE_AUTH_EMULATOR_HOST",
        ),
    ],
)
def test_a_wrong_setting_is_named(environ: dict[str, str], named: str) -> None:
    """Unknown choices are refused; in the cloud, so are a site without https and an emulator's unsigned tokens."""
    with pytest.raises(ConfigError, match=named):
        from_environment(environ)


@pytest.mark.parametrize(
    "missing",
    ["RELAY_URL", "UPLOADS_BUCKET", "MEDIA_BUCKET", "SIGNER_ACCOUNT", "TRANSCODE_JOB", "KEYS_DIR"],
)
def test_a_function_does_not_start_without_its_settings(missing: str, tmp_path: Path) -> None:
    """Each missing setting is named; with all of them the function starts, without opening a connection."""
    environ = cloud_environment(tmp_path, store_url="sqlite://")
    build_cloud_services(from_environment(environ)).store.close()
    del environ[f"WATCHPARTY_{missing}"]
    with pytest.raises(ConfigError, match=missing):
        build_cloud_services(from_environment(environ))


def test_the_environment_is_read_once_into_a_value() -> None:
    """Lists are split, and a trailing slash is removed."""
    config = from_environment(
        {
            "WATCHPARTY_PUBLIC_URL": "https://watch.example/",
            "WATCHPARTY_CORS_ORIGINS": "https://a.example,https://b.example",
        }
    )
    assert config.public_url == "https://watch.example"
    assert config.cors_origins == ("https://a.example", "https://b.example")
    assert config.environment == "home"
