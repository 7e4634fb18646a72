"""The cloud around a transcoding task: buckets in the strict local service, and the events that were sent."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from fakes.google.strict_gcs import Held, StrictGcs
from transcoder.films import FFMPEG
from watchparty_transcoder.cloud_task import CloudTask, TaskShare
from watchparty_transcoder.config import Limits
from watchparty_transcoder.errors import TranscodeError
from watchparty_transcoder.events.event_emitter import EventEmitter, RunIdentity
from watchparty_transcoder.events.transcode_event import TranscodeEvent
from watchparty_transcoder.ffmpeg.process import Processes
from watchparty_transcoder.film_run import Job
from watchparty_transcoder.source.remote import RemoteObject, from_gcs, served_locally
from watchparty_transcoder.source.source import Source
from watchparty_transcoder.storage.gcs import GcsStorage

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


def remote_object_of(gcs: StrictGcs) -> RemoteObject:
    return from_gcs(client_of(gcs).bucket(UPLOADS).blob(f"{VIDEO}/original"))


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
        with served_locally(remote_object_of(self.gcs)) as source:
            task = self._task(index, source)
            try:
                task.run()
            except TranscodeError as error:
                self.errors.append(error)

    def _task(self, index: int, source: Source) -> CloudTask:
        processes = Processes()
        self.processes.append(processes)
        identity = RunIdentity(video_id=VIDEO, generation=GENERATION, task=index, attempt=self.attempt)
        return CloudTask(
            job=Job(
                source=source,
                ffmpeg=lambda: FFMPEG,
                storage=gcs_storage(self.gcs),
                processes=processes,
                emitter=EventEmitter(identity, self.recorded, time.monotonic),
                limits=Limits(),
                threads=1,
            ),
            share=TaskShare(index, self.count),
            attempt=self.attempt,
            clock=time.monotonic,
            wait=time.sleep,
        )
