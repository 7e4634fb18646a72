"""Assembles the process that decodes one film. `broker/bootstrap.py` assembles the one that has the credentials."""

import importlib
import os
import shutil
import sys
import time
from pathlib import Path

from watchparty_transcoder.broker_client import BrokerClient
from watchparty_transcoder.cloud_task import CloudTask, TaskShare
from watchparty_transcoder.config import BadSetting, Config
from watchparty_transcoder.errors import ToolMissing
from watchparty_transcoder.events.event_emitter import EventEmitter, RunIdentity
from watchparty_transcoder.events.sinks import BrokerSink, JsonLinesSink
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.film_run import Job
from watchparty_transcoder.sandbox.sandbox import Mode, Sandbox, available, describe
from watchparty_transcoder.source.remote import through_broker
from watchparty_transcoder.source.source import on_disk
from watchparty_transcoder.storage.brokered import BrokeredStorage
from watchparty_transcoder.storage.folder import FolderStorage


def local_job(config: Config, *, source: Path, output: Path, identity: RunIdentity, threads: int | None = None) -> Job:
    """A film on this machine that one process transcodes. Raises BadSetting.

    This process can open nothing else from then on, nor connect to anything.
    """
    threads = threads or os.cpu_count() or 1
    original = on_disk(source)
    storage = FolderStorage(output)
    sandbox = _sandbox(config, readable=(source.absolute(),), writable=(output.absolute(),), threads=threads)
    sandbox.confine_this_process()
    return Job(
        source=original,
        ffmpeg=lambda: find_ffmpeg(config),
        storage=storage,
        processes=Processes(niceness=config.niceness, sandbox=sandbox),
        emitter=EventEmitter(identity, JsonLinesSink(sys.stdout.buffer), time.monotonic),
        limits=config.limits,
        hardware=config.hardware,
        threads=threads,
    )


def brokered_job(config: Config, address: str) -> Job:
    """A film in a bucket, served by the process that holds the credentials. Raises BadSetting.

    This process can open no file and connect to no other port from then on.
    """
    return _brokered_job(config, BrokerClient(address))


def cloud_task(config: Config, address: str) -> CloudTask:
    """One task of a Cloud Run job, whose film the process with the credentials serves. As `brokered_job`."""
    client = BrokerClient(address)
    run = client.run
    return CloudTask(
        job=_brokered_job(config, client),
        share=TaskShare(run.task, run.task_count or 1),
        attempt=run.attempt,
        clock=time.monotonic,
        wait=time.sleep,
    )


def _brokered_job(config: Config, client: BrokerClient) -> Job:
    run = client.run
    threads = run.threads or os.cpu_count() or 1
    sandbox = _sandbox(config, port=client.port, threads=threads)
    sandbox.confine_this_process()
    alone = run.task_count is None
    return Job(
        source=through_broker(client),
        ffmpeg=lambda: find_ffmpeg(config),
        storage=BrokeredStorage(client),
        # nothing else runs on a task's machine
        processes=Processes(niceness=config.niceness if alone else 0, sandbox=sandbox),
        emitter=EventEmitter(
            RunIdentity(video_id=run.video_id, generation=run.generation, task=run.task, attempt=run.attempt),
            BrokerSink(client),
            time.monotonic,
            first_seq=run.first_seq,
        ),
        limits=config.limits,
        hardware=config.hardware if alone else (),
        threads=threads,
    )


def _sandbox(
    config: Config,
    *,
    threads: int,
    readable: tuple[Path, ...] = (),
    writable: tuple[Path, ...] = (),
    port: int | None = None,
) -> Sandbox:
    found = available()
    if config.sandbox is Mode.REQUIRED and not found.complete:
        raise BadSetting(f"WATCHPARTY_MEDIA_SANDBOX must not be required here. {describe(config.sandbox, found)[1]}")
    return Sandbox(
        mode=config.sandbox,
        found=found,
        readable=readable,
        writable=writable,
        program=_ffmpeg_if_found(config),
        libraries=config.libraries,
        port=port,
        devices=bool(config.hardware),
        threads=threads,
    )


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
