"""The settings of one run, read from the environment once. No other module reads the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from watchparty_transcoder.plan.models import EncoderName
from watchparty_transcoder.sandbox.sandbox import Mode
from watchparty_transcoder.source.limits import MAX_PIXELS


class BadSetting(Exception):
    """Names the variable and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may cost before it is refused."""

    duration_s: float = 12 * 3600.0
    pixels: int = MAX_PIXELS
    streams: int = 64
    probe_s: float = 600.0  # for reading all of a file whose header cannot be trusted
    start_s: float = 120.0  # what any piece may take, however short
    slowest: float = 120.0  # seconds of work per second of film, before a process counts as stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    ffmpeg: str | None = None  # a path; None: the one on PATH, else the one in imageio-ffmpeg
    s3_endpoint: str | None = None  # the S3 service of s3://BUCKET/KEY
    niceness: int = 10  # the server on the same machine has priority
    hardware: tuple[EncoderName, ...] = ()  # encoders to try before software, in this order
    sandbox: Mode = Mode.AUTO
    libraries: tuple[Path, ...] = ()  # LD_LIBRARY_PATH: folders that the sandbox has to leave readable
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudConfig:
    """What a task of a Cloud Run job also needs: which film, where it is stored, and which of the tasks this is."""

    uploads_bucket: str
    media_bucket: str
    topic: str  # projects/P/topics/T
    video_id: str
    generation: int
    attempt: int
    task_index: int
    task_count: int
    task_attempt: int  # how many times Cloud Run has restarted this task


S3_ENDPOINT = "WATCHPARTY_S3_ENDPOINT"
S3_OBJECT = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.+)")
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")
EMULATORS = ("STORAGE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST")


def read_cloud_config(environment: Mapping[str, str]) -> CloudConfig:
    if environment.get("CLOUD_RUN_EXECUTION") and any(environment.get(name) for name in EMULATORS):
        raise BadSetting(f"{' and '.join(EMULATORS)} must not be set in the cloud")
    most = 1 << 62
    return CloudConfig(
        uploads_bucket=_text(environment, "WATCHPARTY_UPLOADS_BUCKET", "the name of a bucket", re.compile(r"\S+")),
        media_bucket=_text(environment, "WATCHPARTY_MEDIA_BUCKET", "the name of a bucket", re.compile(r"\S+")),
        topic=_text(environment, "WATCHPARTY_TRANSCODE_TOPIC", "projects/P/topics/T", TOPIC),
        video_id=_text(environment, "VIDEO_ID", "the id of a video", IDENTIFIER),
        generation=int(_text(environment, "GENERATION", "the generation of an object", re.compile(r"\d{1,18}"))),
        attempt=_whole(environment, "ATTEMPT", default=1, least=1, most=most),
        task_index=_whole(environment, "CLOUD_RUN_TASK_INDEX", default=0, least=0, most=most),
        task_count=_whole(environment, "CLOUD_RUN_TASK_COUNT", default=1, least=1, most=most),
        task_attempt=_whole(environment, "CLOUD_RUN_TASK_ATTEMPT", default=0, least=0, most=most),
    )


def _text(environment: Mapping[str, str], name: str, expected: str, pattern: re.Pattern[str]) -> str:
    value = environment.get(name, "")
    if not pattern.fullmatch(value):
        raise BadSetting(f"{name} must be {expected}, not {value!r}")
    return value


def read_config(environment: Mapping[str, str]) -> Config:
    return Config(
        ffmpeg=environment.get("WATCHPARTY_FFMPEG") or None,
        s3_endpoint=environment.get(S3_ENDPOINT) or None,
        niceness=_whole(environment, "WATCHPARTY_TRANSCODE_NICE", default=10, least=0, most=19),
        hardware=_hardware(environment),
        sandbox=_sandbox(environment),
        libraries=tuple(Path(folder) for folder in environment.get("LD_LIBRARY_PATH", "").split(":") if folder),
        limits=Limits(
            duration_s=3600.0 * _whole(environment, "WATCHPARTY_MAX_VIDEO_HOURS", default=12, least=1, most=48),
        ),
    )


def in_s3(place: str) -> bool:
    """Whether a film's place is an object or a prefix of an S3-compatible service, not a path."""
    return S3_OBJECT.fullmatch(place) is not None


HARDWARE: dict[str, tuple[EncoderName, ...]] = {
    "software": (),
    "nvenc": ("nvenc",),
    "vaapi": ("vaapi",),
    "videotoolbox": ("videotoolbox",),
    "auto": ("nvenc", "vaapi", "videotoolbox"),
}


def _hardware(environment: Mapping[str, str]) -> tuple[EncoderName, ...]:
    value = environment.get("WATCHPARTY_VIDEO_ENCODER") or "software"
    if value not in HARDWARE:
        raise BadSetting(f"WATCHPARTY_VIDEO_ENCODER must be one of {', '.join(HARDWARE)}, not {value!r}")
    return HARDWARE[value]


def _sandbox(environment: Mapping[str, str]) -> Mode:
    value = environment.get("WATCHPARTY_MEDIA_SANDBOX") or Mode.AUTO.value
    if value not in [each.value for each in Mode]:
        expected = ", ".join(each.value for each in Mode)
        raise BadSetting(f"WATCHPARTY_MEDIA_SANDBOX must be one of {expected}, not {value!r}")
    return Mode(value)


def _whole(environment: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = environment.get(name)
    if text is None or text == "":
        return default
    if not text.lstrip("-").isdigit() or not least <= int(text) <= most:
        raise BadSetting(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)
