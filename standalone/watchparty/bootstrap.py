"""The composition root of the process: settings in, one ASGI application out. The only module that names adapters.

At home one folder holds all data. On Cloud Run (`HomeConfig.cloud`) database, buckets and job are Google's; their
events reach separate functions, which notify the relay in this process through its socket.
"""

import asyncio
import errno
import logging
import socket
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.routing import Mount
from starlette.types import ASGIApp

from watchparty.app import Lifespan, OneOrigin
from watchparty.backups.schedule import CHECK_EVERY_S, BackupPlan, back_up_if_due
from watchparty.backups.status import read_status
from watchparty.config import HomeConfig
from watchparty.data_folder import DataFolder
from watchparty.data_repair import delete_old_copies
from watchparty.doctor.checks import diagnose
from watchparty.doctor.report import facts_of
from watchparty.errors import BackupFailed, DataUnusable, HomeError
from watchparty.known_hosts import KnownHosts
from watchparty.lease_store import RecordLeaseStore
from watchparty.process import Child, environment_settings
from watchparty.site import Site, page_folder
from watchparty.supervisor import TranscodeSupervisor
from watchparty.task_runner import TaskRunner
from watchparty_api.accounts.sign_up import open_setup
from watchparty_api.bootstrap import (
    build_cloud_services,
    build_services,
    open_mailer_of,
    routers,
)
from watchparty_api.config import Config, ConfigError
from watchparty_api.errors import ApiError, Unavailable
from watchparty_api.maintenance import TASKS, MaintenanceTask
from watchparty_api.objects.local import LocalObjectStore, load_or_create_key
from watchparty_api.objects.port import ObjectStore
from watchparty_api.ports.delivery_queue import NoDeliveryQueue
from watchparty_api.ports.jobs import JobLauncher
from watchparty_api.ports.relay import InProcessRelay
from watchparty_api.rooms.history.ingest import ingest
from watchparty_api.rooms.link_page import page_of_room
from watchparty_api.rooms.playback.media_app import media_app
from watchparty_api.services import Services
from watchparty_api.videos.transcodes.runs import apply_event, resume_interrupted, run_ended
from watchparty_api.videos.uploads.finalize import on_finalized
from watchparty_api.web.http import bare_app, create_app
from watchparty_api.web.resumable import resumable_app
from watchparty_api.web.site import base_url
from watchparty_relay.bootstrap import RelayService, build_relay
from watchparty_relay.config import CONNECTIONS_PER_10S, SOCKET_MB, RelayConfig
from watchparty_relay.errors import BusUnavailable
from watchparty_relay.lease.keeper import LeaseStore
from watchparty_transcoder.sandbox.environment import OF_PROGRAMS, OF_S3, OF_THE_TRANSCODER
from watchparty_transcoder.sandbox.sandbox import Confinement, Mode, available, describe

log = logging.getLogger(__name__)

DISK_ERRORS = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO),
        *(errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP),
    }
)
"""Errors of a full, read-only or broken disk, one whose files belong to someone else, or a file instead of a folder."""

TRANSCODER_NICENESS = 10
"""Encoding runs at low priority: the clock and playing films come first."""


@dataclass(frozen=True)
class Home:
    """The application that `watchparty serve` runs, and its parts for the command line."""

    app: ASGIApp
    services: Services
    relay: RelayService

    def setup_secret(self) -> str | None:
        """Returns the secret of the one-time link for the first admin; None once there is an admin.

        Also None in the cloud, where printed text goes to a log.
        """
        return open_setup(self.services) if self.services.config.environment == "home" else None


class _ServicesHolder:
    """Holds the services for relay and supervisor, which are built before the services that they call."""

    services: Services


def _supervisor(config: HomeConfig, folder: DataFolder, holder: _ServicesHolder) -> TranscodeSupervisor:
    """Builds the supervisor, which runs transcoders as child processes and passes their events to the functions."""
    return TranscodeSupervisor(
        original_of=(config.s3 or folder).original_of,
        media_of=(config.s3 or folder).media_of,
        on_event=lambda event: apply_event(holder.services, event),
        on_exit=lambda job: run_ended(holder.services, video_id=job.video_id, attempt=job.attempt),
        start_child=lambda arguments, on_line: Child(
            "watchparty_transcoder",
            arguments,
            on_line=on_line,
            niceness=TRANSCODER_NICENESS,
            log=folder.transcoder_log,
            variables=(*OF_PROGRAMS, *OF_THE_TRANSCODER, *(OF_S3 if config.s3 else ())),
        ),
        slots=config.transcode_slots,
    )


def build_services_at_home(
    config: HomeConfig, folder: DataFolder, holder: _ServicesHolder
) -> tuple[Services, ObjectStore, RelayService, TranscodeSupervisor]:
    """Builds the functions' services with the adapters for one machine; also returns the adapters needed elsewhere."""
    objects = _objects(config, folder)
    relay = _relay(
        holder,
        RelayConfig(
            bus="redis" if config.redis_url else "memory",
            redis_url=config.redis_url,
            socket_mb=config.socket_mb,
            connections_per_10s=config.connections_per_10s,
            trusted_proxies=config.trusted_proxies,
        ),
        journal_path=folder.relay_journal,
        public_url=config.public_url,
    )
    supervisor = _supervisor(config, folder, holder)
    api = Config(
        public_url=config.public_url,
        network_url=config.network_url,
        store_url=config.store_url or f"sqlite:///{folder.database}",
        keys_dir=None if config.keys_secrets else str(folder.keys),
        keys_secrets=config.keys_secrets,
        trusted_proxies=config.trusted_proxies,
        grant_life_s=config.grant_life_s,
        smtp_url=config.smtp_url,
        mail_from=config.mail_from,
        media_sandbox=_media_sandbox(config.media_sandbox),
    )
    services = build_services(
        api,
        relay=InProcessRelay(relay.deliver),
        jobs=supervisor,
        objects=objects,
        mail=open_mailer_of(api),
        delivery_queue=NoDeliveryQueue(),
        diagnose=lambda: diagnose(facts_of(config, environment_settings(), is_serving=True)),
        backup_status=lambda: replace(read_status(folder), scheduled=config.backup_folder is not None),
    )
    return services, objects, relay, supervisor


def _media_sandbox(mode: Mode) -> Confinement:
    """How far the transcoder's children will be confined; what is missing is logged once."""
    confinement, sentence = describe(mode, available())
    if confinement != "full":
        log.warning("%s", sentence)
    return confinement


def _objects(config: HomeConfig, folder: DataFolder) -> ObjectStore:
    """Opens the store for films: the folder, or the store in the settings."""

    def now() -> datetime:
        return datetime.now(UTC)

    if config.s3 is None:
        return LocalObjectStore(folder.root, key=load_or_create_key(folder.keys / "uploads.pem"), now=now)
    from watchparty_api.objects.s3 import open_s3

    return open_s3(
        uploads=config.s3.uploads_bucket,
        media=config.s3.media_bucket,
        endpoint=config.s3.endpoint,
        public_endpoint=config.s3.public_endpoint,
        now=now,
    )


def _relay(
    holder: _ServicesHolder,
    config: RelayConfig,
    *,
    journal_path: Path | None,
    public_url: str | None,
    lease_store: LeaseStore | None = None,
) -> RelayService:
    """Builds the relay of this process."""

    async def publish(events: list[dict[str, Any]]) -> None:
        try:
            await asyncio.to_thread(ingest, holder.services, events)
        except Unavailable as error:
            raise ConnectionError(error.detail) from error

    return build_relay(
        config,
        jwks=lambda: holder.services.tokens.jwks(),  # noqa: PLW0108  the services do not exist yet
        publish=publish,
        journal_path=journal_path,
        passed_ms=lambda: holder.services.trusted_clock.readings().trusted_at.timestamp() * 1000,
        allowed_origins=[public_url] if public_url else [],
        lease_store=lease_store,
    )


def build_home(config: HomeConfig) -> Home:
    """Builds everything on the data folder, which the caller has locked, or on Google's services on Cloud Run."""
    if config.cloud is not None:
        return build_on_cloud_run(
            config.cloud,
            revision=config.revision,
            socket_mb=config.socket_mb,
            connections_per_10s=config.connections_per_10s,
        )
    folder = DataFolder(config.data)
    holder = _ServicesHolder()
    services, objects, relay, supervisor = build_services_at_home(config, folder, holder)
    holder.services = services
    old_copies = MaintenanceTask(
        "delete old damaged files",
        3600,
        lambda services: delete_old_copies(folder.root, now_s=services.trusted_clock.now().timestamp()),
    )
    task_runner = TaskRunner(services, (*TASKS, old_copies, *_backup_tasks(config)))
    parts: dict[str, ASGIApp] = {}
    if isinstance(objects, LocalObjectStore):  # an external store receives uploads itself
        parts["/upload"] = resumable_app(
            services, objects, lambda stored: on_finalized(services, stored), arriving=supervisor.expect
        )
    app = _one_origin(
        services,
        relay,
        parts=parts,
        lifespan=lambda: _living(config, services, relay, supervisor, task_runner),
    )
    names = [*config.hosts, *filter(None, [urlsplit(config.public_url or "").hostname, socket.gethostname()])]
    return Home(KnownHosts(app, names=names, proxies=config.trusted_proxies), services, relay)


def open_home(config: HomeConfig) -> Home:
    """Builds it for the command line. Raises HomeError for settings, a folder or a database that cannot be used."""
    with start_errors(config):
        return build_home(config)


@contextmanager
def start_errors(config: HomeConfig) -> Iterator[None]:
    """Raises HomeError, which names the cause, for what ends a start."""
    try:
        yield
    except ConfigError as error:
        raise HomeError(str(error)) from error
    except ApiError as error:
        reason = getattr(error.__cause__, "orig", None)  # SQLite's, inside that of SQLAlchemy
        if isinstance(reason, sqlite3.Error) and config.store_url is None:
            raise DataUnusable(DataFolder(config.data).database, str(reason)) from error
        raise HomeError(error.detail) from error
    except BusUnavailable as error:
        raise HomeError(error.reason) from error
    except sqlite3.Error as error:
        raise DataUnusable(config.data, str(error)) from error
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            raise
        raise DataUnusable(Path(error.filename or config.data), error.strerror or str(error)) from error


def backup_plan(config: HomeConfig, target: Path) -> BackupPlan:
    """Returns what a backup into `target` consists of. Raises BackupFailed if the database is not in the folder."""
    if config.store_url is not None or config.cloud is not None:
        raise BackupFailed(
            "The accounts and rooms of this server are in the database of WATCHPARTY_STORE_URL, which this command "
            "can’t back up. Use that database’s own program (PostgreSQL: pg_dump), and copy the data folder beside it."
        )
    return BackupPlan(
        folder=DataFolder(config.data),
        target=target,
        keep=config.backup_keep,
        release=Config(public_url=None).version,
        films_elsewhere=config.s3 is not None,
    )


def _backup_tasks(config: HomeConfig) -> tuple[MaintenanceTask, ...]:
    """The scheduled backup, if the settings name a folder for it. Raises BackupFailed."""
    if config.backup_folder is None:
        return ()
    plan, every = backup_plan(config, config.backup_folder), timedelta(hours=config.backup_every_h)
    return (
        MaintenanceTask(
            "back up", CHECK_EVERY_S, lambda services: back_up_if_due(plan, every=every, clock=services.now)
        ),
    )


def build_on_cloud_run(
    config: Config,
    *,
    revision: int = 0,
    socket_mb: int = SOCKET_MB,
    connections_per_10s: int = CONNECTIONS_PER_10S,
    jobs: JobLauncher | None = None,
    objects: ObjectStore | None = None,
) -> Home:
    """Builds the process for Cloud Run. Uploads go to the bucket and `sweep` is a function, so it can scale to zero.

    Cloud Run may run two instances for a moment; the lease in the store decides which of them commands the rooms.
    """
    holder = _ServicesHolder()
    relay = _relay(
        holder,
        RelayConfig(
            rotates=True,
            revision=revision,
            socket_mb=socket_mb,
            connections_per_10s=connections_per_10s,
            trusted_proxies=config.trusted_proxies,
        ),
        journal_path=None,
        public_url=config.public_url,
        lease_store=RecordLeaseStore(lambda: holder.services),
    )
    services = holder.services = build_cloud_services(
        config, relay=InProcessRelay(relay.deliver), jobs=jobs, objects=objects
    )

    @asynccontextmanager
    async def living() -> AsyncIterator[None]:
        await relay.start()
        try:
            yield
        finally:
            await relay.stop()

    return Home(_one_origin(services, relay, parts={}, lifespan=living), services, relay)


def _one_origin(
    services: Services, relay: RelayService, *, parts: Mapping[str, ASGIApp], lifespan: Lifespan
) -> OneOrigin:
    """Combines API, socket, films, page and other parts under one origin."""
    api = create_app(services, routers())
    site = Site(page_folder(), lambda request, room, index: _room_page(services, request, room, index))
    return OneOrigin(
        parts={
            "/api": api,
            "/health": api,
            "/ready": api,
            "/.well-known": api,
            "/ws": relay.asgi,
            "/media": media_app(services),
            **parts,
        },
        otherwise=bare_app(services, [Mount("/", site)]),
        lifespan=lifespan,
    )


def _room_page(services: Services, request: Request, address: str, index: str) -> tuple[int, str]:
    """Returns the page of a room's link, with the tags for messengers."""
    page = page_of_room(services, address, index, base_url=base_url(request))
    return page.status, page.html


@asynccontextmanager
async def _living(
    config: HomeConfig,
    services: Services,
    relay: RelayService,
    supervisor: TranscodeSupervisor,
    task_runner: TaskRunner,
) -> AsyncIterator[None]:
    """Starts and stops the parts. The relay starts first and stops last, so that no notice is lost."""
    with start_errors(config):
        await relay.start()
        await asyncio.to_thread(resume_interrupted, services)
    task_runner.start()
    try:
        yield
    finally:
        task_runner.stop()
        await asyncio.to_thread(supervisor.stop)
        await relay.stop()
