"""Settings come from the command line, then the environment, then defaults; an invalid one is refused by name."""

import argparse
from pathlib import Path

import pytest

from watchparty.config import DEFAULT_PORT, SettingError, home_config
from watchparty.errors import HomeError
from watchparty_relay.config import RelayConfig


def arguments(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"host": None, "port": None, "data": None, "no_browser": False, "demo": False, **given})


def test_the_command_line_wins_over_the_environment() -> None:
    """`--port` beats WATCHPARTY_PORT beats the default."""
    environ = {"HOME": "/home/ada", "WATCHPARTY_PORT": "9000", "WATCHPARTY_DATA": "/films"}
    assert home_config(arguments(port=9001), environ).port == 9001
    assert home_config(arguments(), environ).port == 9000
    assert home_config(arguments(), environ).data == Path("/films")


def test_the_default_data_folder_follows_xdg() -> None:
    """A first start needs no settings."""
    config = home_config(arguments(), {"HOME": "/home/ada"})
    assert (config.port, config.data) == (DEFAULT_PORT, Path("/home/ada/.local/share/watchparty"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("WATCHPARTY_PORT", "http"), ("WATCHPARTY_PORT", "70000"), ("WATCHPARTY_PUBLIC_URL", "watch.example")],
)
def test_an_invalid_setting_is_refused_with_the_expected_form(name: str, value: str) -> None:
    """The message is enough to fix the setting without the documentation."""
    with pytest.raises(SettingError, match=f"{name}: expected .* got '{value}'"):
        home_config(arguments(), {"HOME": "/", name: value})


def test_proxies_are_read_as_the_functions_read_them() -> None:
    """Spaces are allowed, and an invalid address is refused at start rather than at each request."""
    environ = {"HOME": "/", "WATCHPARTY_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"}
    assert home_config(arguments(), environ).trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    with pytest.raises(HomeError, match="WATCHPARTY_TRUSTED_PROXIES: expected addresses or networks, not proxy"):
        home_config(arguments(), {"HOME": "/", "WATCHPARTY_TRUSTED_PROXIES": "proxy"})


def test_sockets_are_limited_as_by_a_relay_that_runs_alone() -> None:
    """With the same names, defaults and refusals."""
    config = home_config(arguments(), {"HOME": "/"})
    assert (config.socket_mb, config.connections_per_10s) == (RelayConfig().socket_mb, 2_000)
    given = {"HOME": "/", "WATCHPARTY_RELAY_SOCKET_MB": "1024", "WATCHPARTY_RELAY_NEW_CONNECTIONS": "500"}
    config = home_config(arguments(), given)
    assert (config.socket_mb, config.connections_per_10s) == (1024, 500)
    for name in ("WATCHPARTY_RELAY_SOCKET_MB", "WATCHPARTY_RELAY_NEW_CONNECTIONS"):
        with pytest.raises(HomeError, match=f"{name}: expected a .*number"):
            home_config(arguments(), {"HOME": "/", name: "lots"})


CLOUD = {"HOME": "/", "K_SERVICE": "watchparty", "PORT": "8080", "WATCHPARTY_PUBLIC_URL": "https://watch.example"}


def test_on_cloud_run_the_settings_of_the_functions_apply() -> None:
    """Port, database and buckets come from Terraform, and no browser is opened."""
    config = home_config(arguments(), {**CLOUD, "WATCHPARTY_STORE_URL": "firestore://demo/watchparty"})
    assert config.cloud is not None
    assert (config.port, config.open_browser, config.cloud.environment) == (8080, False, "cloud")
    assert config.cloud.store_url == "firestore://demo/watchparty"


def test_an_unsafe_setting_on_cloud_run_is_refused_in_a_sentence() -> None:
    with pytest.raises(HomeError, match="WATCHPARTY_PUBLIC_URL: expected the https"):
        home_config(arguments(), {**CLOUD, "WATCHPARTY_PUBLIC_URL": "http://watch.example"})


def test_port_is_only_used_on_cloud_run() -> None:
    """Other tools use PORT for themselves."""
    assert home_config(arguments(), {"HOME": "/", "PORT": "8080"}).port == DEFAULT_PORT


S3 = {
    "HOME": "/",
    "WATCHPARTY_S3_ENDPOINT": "http://minio:9000",
    "WATCHPARTY_UPLOADS_BUCKET": "uploads",
    "WATCHPARTY_MEDIA_BUCKET": "media",
}


def test_an_s3_endpoint_stores_films_there() -> None:
    """Browsers use the same endpoint unless another is set; without an endpoint films are in the folder."""
    config = home_config(arguments(), S3).s3
    assert config is not None
    assert (config.public_endpoint, config.original_of("v1")) == ("http://minio:9000", "s3://uploads/v1/original")
    assert config.media_of("v1", "7") == "s3://media/media/v1/7"
    elsewhere = home_config(arguments(), {**S3, "WATCHPARTY_S3_PUBLIC_ENDPOINT": "https://films.example"}).s3
    assert elsewhere is not None
    assert elsewhere.public_endpoint == "https://films.example"
    assert home_config(arguments(), {**S3, "WATCHPARTY_S3_ENDPOINT": ""}).s3 is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WATCHPARTY_S3_ENDPOINT", "minio:9000"),
        ("WATCHPARTY_S3_PUBLIC_ENDPOINT", "films.example"),
        ("WATCHPARTY_UPLOADS_BUCKET", ""),
        ("WATCHPARTY_MEDIA_BUCKET", ""),
        ("WATCHPARTY_MEDIA_BUCKET", "uploads"),
    ],
)
def test_invalid_settings_of_an_s3_store_are_refused(name: str, value: str) -> None:
    """A single bucket for both would publish originals under the names of films."""
    with pytest.raises(SettingError, match=f"{name}: expected .* got '{value}'"):
        home_config(arguments(), {**S3, name: value})


def test_a_database_in_the_cloud_needs_the_keys_of_its_site() -> None:
    """With the keys of this machine, an account would be stored under a hash that the site never looks up."""
    environ = {"HOME": "/", "WATCHPARTY_STORE_URL": "firestore://demo/watchparty"}
    with pytest.raises(SettingError, match="WATCHPARTY_KEYS_SECRETS: expected projects/PROJECT/secrets/watchparty"):
        home_config(arguments(), environ)
    config = home_config(arguments(), {**environ, "WATCHPARTY_KEYS_SECRETS": "projects/demo/secrets/watchparty"})
    assert config.keys_secrets == "projects/demo/secrets/watchparty"
