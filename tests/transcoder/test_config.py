"""Settings are read once, and a wrong one is named."""

import pytest

from watchparty_transcoder.config import BadSetting, Config, read_config


def test_defaults() -> None:
    """Without any setting: ffmpeg of the machine, niced, twelve hours at most."""
    assert read_config({}) == Config()


def test_settings() -> None:
    """Each variable has its place."""
    config = read_config(
        {"WATCHPARTY_FFMPEG": "/opt/ffmpeg", "WATCHPARTY_TRANSCODE_NICE": "0", "WATCHPARTY_MAX_VIDEO_HOURS": "3"}
    )
    assert (config.ffmpeg, config.niceness, config.limits.duration_s) == ("/opt/ffmpeg", 0, 10_800)


@pytest.mark.parametrize("value", ["20", "-1", "many", "1.5"])
def test_a_wrong_setting_is_named(value: str) -> None:
    """The error says which variable and what was expected."""
    with pytest.raises(BadSetting, match=r"WATCHPARTY_TRANSCODE_NICE must be a whole number from 0 to 19"):
        read_config({"WATCHPARTY_TRANSCODE_NICE": value})
