"""Settings are read once, and an error names the wrong one."""

import pytest

from watchparty_transcoder.config import BadSetting, Config, read_cloud_config, read_config


def test_defaults() -> None:
    """Without settings: the machine's ffmpeg, niced, films of at most twelve hours."""
    assert read_config({}) == Config()


def test_settings() -> None:
    """Each variable sets its field."""
    config = read_config(
        {"WATCHPARTY_FFMPEG": "/opt/ffmpeg", "WATCHPARTY_TRANSCODE_NICE": "0", "WATCHPARTY_MAX_VIDEO_HOURS": "3"}
    )
    assert (config.ffmpeg, config.niceness, config.limits.duration_s) == ("/opt/ffmpeg", 0, 10_800)


@pytest.mark.parametrize("value", ["20", "-1", "many", "1.5"])
def test_a_wrong_setting_is_named(value: str) -> None:
    """The error names the variable and what was expected."""
    with pytest.raises(BadSetting, match=r"WATCHPARTY_TRANSCODE_NICE must be a whole number from 0 to 19"):
        read_config({"WATCHPARTY_TRANSCODE_NICE": value})


TASK = {
    "WATCHPARTY_UPLOADS_BUCKET": "up",
    "WATCHPARTY_MEDIA_BUCKET": "media",
    "WATCHPARTY_TRANSCODE_TOPIC": "projects/p/topics/transcode-events",
    "VIDEO_ID": "-v1",
    "GENERATION": "1790000000000001",
}


def test_a_task_is_configured_by_its_environment() -> None:
    """The variables that the functions and Cloud Run set; by default a task is the only one, at its first attempt."""
    alone = read_cloud_config(TASK)
    assert (alone.video_id, alone.generation) == ("-v1", 1790000000000001)
    assert (alone.attempt, alone.task_index, alone.task_count, alone.task_attempt) == (1, 0, 1, 0)
    one_of_many = read_cloud_config(
        {
            **TASK,
            "ATTEMPT": "2",
            "CLOUD_RUN_TASK_INDEX": "7",
            "CLOUD_RUN_TASK_COUNT": "100",
            "CLOUD_RUN_TASK_ATTEMPT": "1",
        }
    )
    numbers = (one_of_many.attempt, one_of_many.task_index, one_of_many.task_count, one_of_many.task_attempt)
    assert numbers == (2, 7, 100, 1)


@pytest.mark.parametrize("name", TASK)
def test_a_missing_setting_of_a_task_is_named(name: str) -> None:
    """The error names a setting that is missing or malformed."""
    for wrong in ({key: value for key, value in TASK.items() if key != name}, {**TASK, name: "a b/c"}):
        with pytest.raises(BadSetting, match=name):
            read_cloud_config(wrong)


@pytest.mark.parametrize("name", ["STORAGE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"])
def test_no_emulator_in_the_cloud(name: str) -> None:
    """An emulator there could only be a mistake."""
    assert read_cloud_config({**TASK, name: "127.0.0.1:1"})
    with pytest.raises(BadSetting, match=name):
        read_cloud_config({**TASK, name: "127.0.0.1:1", "CLOUD_RUN_EXECUTION": "transcode-x"})


def test_encoders_are_tried_in_order() -> None:
    """The default is software; a name selects one encoder, `auto` all of them."""
    read = {
        name: read_config({"WATCHPARTY_VIDEO_ENCODER": name}).hardware for name in ("", "software", "vaapi", "auto")
    }
    assert read == {"": (), "software": (), "vaapi": ("vaapi",), "auto": ("nvenc", "vaapi", "videotoolbox")}
    with pytest.raises(BadSetting, match="WATCHPARTY_VIDEO_ENCODER must be one of software, nvenc, vaapi"):
        read_config({"WATCHPARTY_VIDEO_ENCODER": "gpu"})
