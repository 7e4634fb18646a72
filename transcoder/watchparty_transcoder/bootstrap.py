"""Puts one run together: the only place that names adapters."""

import importlib
import os
import shutil
import sys
import time
from pathlib import Path

import msgspec

from watchparty_transcoder import layout
from watchparty_transcoder.announce.lines import LineAnnouncer
from watchparty_transcoder.config import Config
from watchparty_transcoder.errors import ToolMissing
from watchparty_transcoder.pipeline import Job
from watchparty_transcoder.process import Processes
from watchparty_transcoder.speaker import Identity, Speaker
from watchparty_transcoder.storage.folder import FolderStorage
from watchparty_transcoder.storage.port import Storage


def build_job(
    config: Config, *, source: Path, output: Path, video_id: str, generation: int, threads: int | None
) -> Job:
    storage = FolderStorage(output)
    identity = Identity(video_id=video_id, generation=generation, attempt=_count_attempt(storage))
    return Job(
        source=source,
        ffmpeg=lambda: find_ffmpeg(config),
        storage=storage,
        processes=Processes(niceness=config.niceness),
        speaker=Speaker(identity, LineAnnouncer(sys.stdout.buffer), time.monotonic),
        limits=config.limits,
        threads=threads or os.cpu_count() or 1,
    )


def _count_attempt(storage: Storage) -> int:
    earlier = storage.read(layout.ATTEMPTS)
    attempt = 1 + (msgspec.json.decode(earlier, type=int) if earlier else 0)
    storage.write(layout.ATTEMPTS, msgspec.json.encode(attempt))
    return attempt


def find_ffmpeg(config: Config) -> str:
    """The configured one, else the one on PATH, else the one that the package imageio-ffmpeg carries."""
    if config.ffmpeg:
        return config.ffmpeg
    if found := shutil.which("ffmpeg"):
        return found
    try:
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise ToolMissing("no ffmpeg on PATH, and imageio-ffmpeg is not installed") from error
