"""Assembles one run. The only module that names adapters."""

import contextlib
import importlib
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchparty_transcoder.config import BadSetting, CloudConfig, Config
from watchparty_transcoder.errors import ToolMissing
from watchparty_transcoder.events.event_emitter import EventEmitter, RunIdentity
from watchparty_transcoder.events.sinks import JsonLinesSink
from watchparty_transcoder.ffmpeg.process import Processes, keep_grpc_out_of_forks
from watchparty_transcoder.film_run import Job
from watchparty_transcoder.sandbox.sandbox import Mode, Sandbox, available, describe
from watchparty_transcoder.source.source import Source, on_disk
from watchparty_transcoder.storage.folder import FolderStorage
from watchparty_transcoder.storage.port import Storage

if TYPE_CHECKING:
    from google.cloud.pubsub_v1 import PublisherClient

    from watchparty_transcoder.cloud_task import CloudTask

S3_OBJECT = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<key>.+)")
EVENTS_PER_TASK_ATTEMPT = 1_000_000
"""More than one per second for as long as Cloud Run lets a task run."""


@contextlib.contextmanager
def one_job(
    config: Config, *, source: str, output: str, identity: RunIdentity, threads: int | None = None
) -> Iterator[Job]:
    """A film that one process transcodes, with its original readable inside the block. Raises BadSetting.

    If it is on this machine, this process can open nothing else from then on, nor connect to anything.
    """
    with _opened(config, source) as original:
        storage = _storage(config, output)
        local = () if S3_OBJECT.fullmatch(output) else (Path(output).absolute(),)
        threads = threads or os.cpu_count() or 1
        sandbox = _sandbox(config, original, writable=local, threads=threads)
        if original.path is not None and local:
            sandbox.confine_this_process()
        yield Job(
            source=original,
            ffmpeg=lambda: find_ffmpeg(config),
            storage=storage,
            processes=Processes(niceness=config.niceness, sandbox=sandbox),
            emitter=EventEmitter(identity, JsonLinesSink(sys.stdout.buffer), time.monotonic),
            limits=config.limits,
            hardware=config.hardware,
            threads=threads,
        )


def _sandbox(config: Config, original: Source, *, threads: int, writable: tuple[Path, ...] = ()) -> Sandbox:
    found = available()
    if config.sandbox is Mode.REQUIRED and not found.complete:
        raise BadSetting(f"WATCHPARTY_MEDIA_SANDBOX must not be required here. {describe(config.sandbox, found)[1]}")
    return Sandbox(
        mode=config.sandbox,
        found=found,
        readable=(original.path.absolute(),) if original.path else (),
        writable=writable,
        program=_ffmpeg_if_found(config),
        libraries=config.libraries,
        port=original.port,
        devices=bool(config.hardware),
        threads=threads,
    )


@contextlib.contextmanager
def _opened(config: Config, place: str) -> Iterator[Source]:
    if (in_s3 := S3_OBJECT.fullmatch(place)) is None:
        yield on_disk(Path(place))
        return
    from watchparty_transcoder.source.remote import from_s3, served_locally

    with served_locally(from_s3(_s3_client(config), in_s3["bucket"], in_s3["key"])) as source:
        yield source


def _storage(config: Config, place: str) -> Storage:
    if (in_s3 := S3_OBJECT.fullmatch(place)) is None:
        return FolderStorage(Path(place))
    from watchparty_transcoder.storage.s3 import S3Storage

    return S3Storage(_s3_client(config), in_s3["bucket"], in_s3["key"].rstrip("/") + "/")


def _s3_client(config: Config) -> Any:
    if config.s3_endpoint is None:
        raise BadSetting(
            "WATCHPARTY_S3_ENDPOINT must be the address of the S3 service, because the film is stored there"
        )
    from watchparty_transcoder.storage.s3 import open_client

    return open_client(config.s3_endpoint)


@contextlib.contextmanager
def cloud_task(config: Config, cloud: CloudConfig) -> Iterator["CloudTask"]:
    """One task of a Cloud Run job, with the film's original readable inside the block."""
    publisher = open_publisher()
    # imported here, because at home it would delay the first segment
    from google.cloud import storage

    from watchparty_transcoder.cloud_task import CloudTask, TaskShare
    from watchparty_transcoder.events.sinks import PubSubSink
    from watchparty_transcoder.source.remote import from_gcs, served_locally
    from watchparty_transcoder.storage.gcs import GcsStorage

    client = storage.Client()
    blob = client.bucket(cloud.uploads_bucket).blob(f"{cloud.video_id}/original", generation=cloud.generation)
    identity = RunIdentity(
        video_id=cloud.video_id, generation=cloud.generation, task=cloud.task_index, attempt=cloud.attempt
    )
    threads = os.cpu_count() or 1
    with served_locally(from_gcs(blob)) as source:
        yield CloudTask(
            job=Job(
                source=source,
                ffmpeg=lambda: find_ffmpeg(config),
                storage=GcsStorage(client.bucket(cloud.media_bucket), f"media/{cloud.video_id}/{cloud.generation}/"),
                # nothing else runs on its machine
                processes=Processes(niceness=0, sandbox=_sandbox(config, source, threads=threads)),
                emitter=EventEmitter(
                    identity,
                    PubSubSink(publisher, cloud.topic),
                    time.monotonic,
                    # a restarted task continues to count: its events are newer than those of its predecessor
                    first_seq=1 + cloud.task_attempt * EVENTS_PER_TASK_ATTEMPT,
                ),
                limits=config.limits,
                threads=threads,
            ),
            share=TaskShare(cloud.task_index, cloud.task_count),
            attempt=cloud.attempt,
            clock=time.monotonic,
            wait=time.sleep,
        )


def open_publisher() -> "PublisherClient":
    """Has to be called before any other Google client is created."""
    keep_grpc_out_of_forks()
    from google.cloud.pubsub_v1 import PublisherClient

    return PublisherClient()


def _ffmpeg_if_found(config: Config) -> Path | None:
    """A film that is only copied is prepared without it."""
    try:
        found = find_ffmpeg(config)
    except ToolMissing:
        return None
    return Path(shutil.which(found) or found).absolute()


def find_ffmpeg(config: Config) -> str:
    """The configured one, else the one on PATH, else the one in the package imageio-ffmpeg."""
    if config.ffmpeg:
        return config.ffmpeg
    if found := shutil.which("ffmpeg"):
        return found
    try:
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise ToolMissing("no ffmpeg on PATH, and imageio-ffmpeg is not installed") from error
