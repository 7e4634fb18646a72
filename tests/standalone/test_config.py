"""Settings come from the command line, then the environment, then defaults; a wrong one is named."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from watchparty.config import DEFAULT_PORT, SettingError, home_config
from watchparty.errors import HomeError


def arguments(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"host": None, "port": None, "data": None, "no_browser": False, "demo": False, **given})


def test_the_command_line_wins_over_the_environment() -> None:
    """`--port` beats WATCHPARTY_PORT beats the default."""
    environ = {"HOME": "/home/ada", "WATCHPARTY_PORT": "9000", "WATCHPARTY_DATA": "/films"}
    assert home_config(arguments(port=9001), environ).port == 9001
    assert home_config(arguments(), environ).port == 9000
    assert home_config(arguments(), environ).data == Path("/films")


def test_without_settings_data_lies_where_xdg_says() -> None:
    """A first start asks for nothing."""
    config = home_config(arguments(), {"HOME": "/home/ada"})
    assert (config.port, config.data) == (DEFAULT_PORT, Path("/home/ada/.local/share/watchparty"))


@pytest.mark.parametrize(
    ("name", "value"),
    [("WATCHPARTY_PORT", "http"), ("WATCHPARTY_PORT", "70000"), ("WATCHPARTY_PUBLIC_URL", "watch.example")],
)
def test_a_wrong_setting_is_named_with_what_was_expected(name: str, value: str) -> None:
    """The message can be acted on without reading the documentation."""
    with pytest.raises(SettingError, match=f"{name}: expected .* got '{value}'"):
        home_config(arguments(), {"HOME": "/", name: value})


CLOUD = {"HOME": "/", "K_SERVICE": "watchparty", "PORT": "8080", "WATCHPARTY_PUBLIC_URL": "https://watch.example"}


def test_on_cloud_run_the_functions_settings_count() -> None:
    """Port, database and buckets are what Terraform says, and no browser is opened there."""
    config = home_config(arguments(), {**CLOUD, "WATCHPARTY_STORE_URL": "firestore://demo/watchparty"})
    assert config.cloud is not None
    assert (config.port, config.open_browser, config.cloud.environment) == (8080, False, "cloud")
    assert config.cloud.store_url == "firestore://demo/watchparty"


def test_an_unsafe_setting_on_cloud_run_is_refused_in_a_sentence() -> None:
    with pytest.raises(HomeError, match="WATCHPARTY_PUBLIC_URL: expected the https"):
        home_config(arguments(), {**CLOUD, "WATCHPARTY_PUBLIC_URL": "http://watch.example"})


def test_port_is_only_believed_on_cloud_run() -> None:
    """Other tools use PORT for their own."""
    assert home_config(arguments(), {"HOME": "/", "PORT": "8080"}).port == DEFAULT_PORT
