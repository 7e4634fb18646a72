"""The settings of one run, read from the environment once; nothing else reads it."""

from collections.abc import Mapping
from dataclasses import dataclass


class BadSetting(Exception):
    """Names the variable and what was expected of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may ask of us before it is refused."""

    duration_s: float = 12 * 3600.0
    pixels: int = 8192 * 4352  # 8K
    streams: int = 64
    probe_s: float = 600.0  # reading a file through whose header cannot be trusted
    slowest: float = 120.0  # seconds of work that one second of film may take before it counts as stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    ffmpeg: str | None = None  # a path; None: the one on PATH, else the one that imageio-ffmpeg brings
    niceness: int = 10  # the server in the same machine comes first
    limits: Limits = Limits()


def read_config(environment: Mapping[str, str]) -> Config:
    return Config(
        ffmpeg=environment.get("WATCHPARTY_FFMPEG") or None,
        niceness=_whole(environment, "WATCHPARTY_TRANSCODE_NICE", default=10, least=0, most=19),
        limits=Limits(
            duration_s=3600.0 * _whole(environment, "WATCHPARTY_MAX_VIDEO_HOURS", default=12, least=1, most=48),
        ),
    )


def _whole(environment: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = environment.get(name)
    if text is None or text == "":
        return default
    if not text.lstrip("-").isdigit() or not least <= int(text) <= most:
        raise BadSetting(f"{name} must be a whole number from {least} to {most}, not {text!r}")
    return int(text)
