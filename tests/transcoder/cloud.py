"""The cloud around a transcoding task: buckets in the strict local service, and the events that were sent."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from fakes.google.strict_gcs import Held, StrictGcs
from transcoder.films import FFMPEG
from watchparty_transcoder.broker.originals import Original, from_gcs
from watchparty_transcoder.broker.server import Film, served
from watchparty_transcoder.broker_client import BrokerClient, RunDescription
from watchparty_transcoder.cloud_task import CloudTask, TaskShare
from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import TranscodeError
from watchparty_transcoder.events.event_emitter import EventEmitter, RunIdentity
from watchparty_transcoder.events.sinks import BrokerSink, EventSink
from watchparty_transcoder.events.transcode_event import TranscodeEvent
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.film_run import Job
from watchparty_transcoder.source.remote import through_broker
from watchparty_transcoder.source.source import Source
from watchparty_transcoder.storage.brokered import BrokeredStorage
from watchparty_transcoder.storage.folder import FolderStorage
from watchparty_transcoder.storage.gcs import GcsStorage
from watchparty_transcoder.storage.port import Storage

UPLOADS, MEDIA = "demo-uploads", "demo-media"
VIDEO, GENERATION = "v1", 7
PREFIX = f"media/{VIDEO}/{GENERATION}/"


def client_of(gcs: StrictGcs) -> storage.Client:
    return storage.Client(
        project="demo", credentials=AnonymousCredentials(), client_options={"api_endpoint": f"http://{gcs.host}"}
    )


def gcs_storage(gcs: StrictGcs) -> GcsStorage:
    return GcsStorage(client_of(gcs).bucket(MEDIA), PREFIX)


def upload(gcs: StrictGcs, film: Path) -> Held:
    return gcs.put(UPLOADS, f"{VIDEO}/original", film.read_bytes(), "video/mp4")


def original_in(gcs: StrictGcs) -> Original:
    return from_gcs(client_of(gcs).bucket(UPLOADS).blob(f"{VIDEO}/original"))


@contextmanager
def brokered(
    original: Original,
    storage: Storage,
    events: EventSink,
    *,
    task: int = 0,
    task_count: int | None = None,
    attempt: int = 1,
) -> Iterator[BrokerClient]:
    """A client of a broker for one film."""
    run = RunDescription(
        video_id=VIDEO, generation=GENERATION, attempt=attempt, task=task, task_count=task_count,
        size_bytes=original.size_bytes,
    )  # fmt: skip
    with served(Film(original=original, storage=storage, events=events, run=run), lambda: None) as address:
        yield BrokerClient(address)


@contextmanager
def source_of(original: Original, folder: Path) -> Iterator[Source]:
    """The original as libav and ffmpeg read it where the film is in a bucket."""
    with brokered(original, FolderStorage(folder), RecordedEvents()) as client:
        yield through_broker(client)


def download(gcs: StrictGcs, folder: Path, prefix: str = PREFIX) -> Path:
    """Copies all output of the film to `folder`."""
    for (bucket, name), held in gcs.objects.items():
        if bucket == MEDIA and name.startswith(prefix):
            path = folder / name.removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(held.content)
    return folder


@dataclass
class RecordedEvents:
    """An event sink that records the events of all tasks in their order of arrival."""

    events: list[TranscodeEvent] = field(default_factory=list)

    def send(self, event: TranscodeEvent) -> None:
        self.events.append(event)

    def kinds(self) -> list[str]:
        return [type(event).__name__.lower() for event in self.events]


@dataclass
class JobExecution:
    """One execution of the job: a thread per task, each with its own clients."""

    gcs: StrictGcs
    recorded: RecordedEvents
    count: int = 1
    attempt: int = 1
    errors: list[BaseException] = field(default_factory=list)
    processes: list[Processes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.threads = [threading.Thread(target=self._run, args=(index,)) for index in range(self.count)]
        for thread in self.threads:
            thread.start()

    @property
    def at_work(self) -> bool:
        return any(thread.is_alive() for thread in self.threads)

    def join(self) -> None:
        for thread in self.threads:
            thread.join(timeout=300)
            assert not thread.is_alive()

    def kill(self) -> None:
        for each in self.processes:
            each.cancel()
        self.join()

    def _run(self, index: int) -> None:
        with brokered(
            original_in(self.gcs),
            gcs_storage(self.gcs),
            self.recorded,
            task=index,
            task_count=self.count,
            attempt=self.attempt,
        ) as client:
            task = self._task(index, client)
            try:
                task.run()
            except TranscodeError as error:
                self.errors.append(error)

    def _task(self, index: int, client: BrokerClient) -> CloudTask:
        processes = Processes()
        self.processes.append(processes)
        identity = RunIdentity(video_id=VIDEO, generation=GENERATION, task=index, attempt=self.attempt)
        return CloudTask(
            job=Job(
                source=through_broker(client),
                ffmpeg=lambda: FFMPEG,
                storage=BrokeredStorage(client),
                processes=processes,
                emitter=EventEmitter(identity, BrokerSink(client), time.monotonic),
                limits=Limits(),
                threads=1,
            ),
            share=TaskShare(index, self.count),
            attempt=self.attempt,
            clock=time.monotonic,
            wait=time.sleep,
        )
