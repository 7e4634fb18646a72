"""Puts one run together: the only place that names adapters."""

import contextlib
import importlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from watchparty_transcoder.announce.lines import LineAnnouncer
from watchparty_transcoder.config import CloudConfig, Config
from watchparty_transcoder.errors import ToolMissing
from watchparty_transcoder.pipeline import Job
from watchparty_transcoder.process import Processes
from watchparty_transcoder.source import on_disk
from watchparty_transcoder.speaker import Identity, Speaker
from watchparty_transcoder.storage.folder import FolderStorage

if TYPE_CHECKING:
    from watchparty_transcoder.cloud_task import CloudTask

EVENTS_OF_A_TASK = 1_000_000  # more than one a second for the longest time that Cloud Run lets a task run


def build_job(config: Config, *, source: Path, output: Path, identity: Identity, threads: int | None) -> Job:
    return Job(
        source=on_disk(source),
        ffmpeg=lambda: find_ffmpeg(config),
        storage=FolderStorage(output),
        processes=Processes(niceness=config.niceness),
        speaker=Speaker(identity, LineAnnouncer(sys.stdout.buffer), time.monotonic),
        limits=config.limits,
        threads=threads or os.cpu_count() or 1,
    )


@contextlib.contextmanager
def cloud_task(config: Config, cloud: CloudConfig) -> Iterator["CloudTask"]:
    """One task of a Cloud Run job, while its original is being served to it."""
    # imported here: at home each tenth of a second before the first segment counts
    from google.cloud import storage
    from google.cloud.pubsub_v1 import PublisherClient

    from watchparty_transcoder.announce.topic import TopicAnnouncer
    from watchparty_transcoder.cloud_task import CloudTask, Share
    from watchparty_transcoder.original import Original, served
    from watchparty_transcoder.storage.bucket import BucketStorage

    client = storage.Client()
    blob = client.bucket(cloud.uploads_bucket).blob(f"{cloud.video_id}/original", generation=cloud.generation)
    blob.reload()
    identity = Identity(
        video_id=cloud.video_id, generation=cloud.generation, task=cloud.task_index, attempt=cloud.attempt
    )
    with served(Original(blob, blob.size)) as source:
        yield CloudTask(
            job=Job(
                source=source,
                ffmpeg=lambda: find_ffmpeg(config),
                storage=BucketStorage(client.bucket(cloud.media_bucket), f"{cloud.video_id}/{cloud.generation}/"),
                processes=Processes(niceness=0),  # nothing else runs beside it
                speaker=Speaker(
                    identity,
                    TopicAnnouncer(PublisherClient(), cloud.topic),
                    time.monotonic,
                    # a task that is begun again goes on counting: its news are newer than those of its predecessor
                    first_seq=1 + cloud.task_attempt * EVENTS_OF_A_TASK,
                ),
                limits=config.limits,
                threads=os.cpu_count() or 1,
            ),
            share=Share(cloud.task_index, cloud.task_count),
            attempt=cloud.attempt,
            clock=time.monotonic,
            wait=time.sleep,
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
