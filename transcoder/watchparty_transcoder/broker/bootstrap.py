"""Assembles the process that holds credentials. It loads neither libav nor anything else that reads media."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from watchparty_transcoder.broker.originals import Original, from_disk, from_gcs, from_s3
from watchparty_transcoder.broker.server import Film, served
from watchparty_transcoder.broker_client import RunDescription
from watchparty_transcoder.config import S3_OBJECT, BadSetting, CloudConfig, Config
from watchparty_transcoder.events.event_emitter import RunIdentity
from watchparty_transcoder.events.sinks import JsonLinesSink, PubSubSink
from watchparty_transcoder.storage.folder import FolderStorage
from watchparty_transcoder.storage.gcs import GcsStorage
from watchparty_transcoder.storage.port import Storage

EVENTS_PER_TASK_ATTEMPT = 1_000_000
"""More than one per second for as long as Cloud Run lets a task run."""


@contextlib.contextmanager
def film_in_s3(
    config: Config,
    *,
    source: str,
    output: str,
    identity: RunIdentity,
    threads: int | None = None,
    stop_decoder: Callable[[], None],
) -> Iterator[str]:
    """Serves a film whose original or output is in an S3-compatible service. Yields its address. Raises BadSetting.

    `stop_decoder` is called if the original cannot be read.
    """
    if config.s3_endpoint is None:
        raise BadSetting(
            "WATCHPARTY_S3_ENDPOINT must be the address of the S3 service, because the film is stored there"
        )
    from watchparty_transcoder.storage.s3 import open_client

    client = open_client(config.s3_endpoint)
    original = _original_in_s3(client, source)
    film = Film(
        original=original,
        storage=_storage_in_s3(client, output),
        events=JsonLinesSink(sys.stdout.buffer),
        run=RunDescription(
            video_id=identity.video_id,
            generation=identity.generation,
            attempt=identity.attempt,
            threads=threads,
            size_bytes=original.size_bytes,
        ),
    )
    with served(film, stop_decoder) as address:
        yield address


def _original_in_s3(client: Any, place: str) -> Original:
    found = S3_OBJECT.fullmatch(place)
    return from_s3(client, found["bucket"], found["key"]) if found else from_disk(Path(place))


def _storage_in_s3(client: Any, place: str) -> Storage:
    from watchparty_transcoder.storage.s3 import S3Storage

    found = S3_OBJECT.fullmatch(place)
    return S3Storage(client, found["bucket"], found["key"].rstrip("/") + "/") if found else FolderStorage(Path(place))


@contextlib.contextmanager
def film_of_cloud_task(cloud: CloudConfig, *, stop_decoder: Callable[[], None]) -> Iterator[str]:
    """Serves the film of one task of a Cloud Run job. Yields its address. `stop_decoder`: as above."""
    from google.cloud import storage
    from google.cloud.pubsub_v1 import PublisherClient

    client = storage.Client()
    blob = client.bucket(cloud.uploads_bucket).blob(f"{cloud.video_id}/original", generation=cloud.generation)
    original = from_gcs(blob)
    film = Film(
        original=original,
        storage=GcsStorage(client.bucket(cloud.media_bucket), f"media/{cloud.video_id}/{cloud.generation}/"),
        events=PubSubSink(PublisherClient(), cloud.topic),
        run=RunDescription(
            video_id=cloud.video_id,
            generation=cloud.generation,
            attempt=cloud.attempt,
            task=cloud.task_index,
            task_count=cloud.task_count,
            # a restarted task continues to count: its events are newer than those of its predecessor
            first_seq=1 + cloud.task_attempt * EVENTS_PER_TASK_ATTEMPT,
            size_bytes=original.size_bytes,
        ),
    )
    with served(film, stop_decoder) as address:
        yield address
