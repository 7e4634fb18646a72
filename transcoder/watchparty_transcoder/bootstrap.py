"""Puts one run together: the only place that names adapters."""

import importlib
import os
import shutil
import sys
import time
from pathlib import Path

from watchparty_transcoder.announce.lines import LineAnnouncer
from watchparty_transcoder.config import Config
from watchparty_transcoder.errors import ToolMissing
from watchparty_transcoder.pipeline import Job
from watchparty_transcoder.process import Processes
from watchparty_transcoder.speaker import Identity, Speaker
from watchparty_transcoder.storage.folder import FolderStorage


def build_job(config: Config, *, source: Path, output: Path, identity: Identity, threads: int | None) -> Job:
    return Job(
        source=source,
        ffmpeg=lambda: find_ffmpeg(config),
        storage=FolderStorage(output),
        processes=Processes(niceness=config.niceness),
        speaker=Speaker(identity, LineAnnouncer(sys.stdout.buffer), time.monotonic),
        limits=config.limits,
        threads=threads or os.cpu_count() or 1,
    )


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
