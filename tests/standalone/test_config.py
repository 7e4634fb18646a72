"""Settings come from the command line, then the environment, then defaults; a wrong one is named."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from watchparty.config import DEFAULT_PORT, SettingError, home_config


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
