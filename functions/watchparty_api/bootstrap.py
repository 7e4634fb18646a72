"""The functions' composition root: chooses the adapters, the listeners, and the routers of each function.

The standalone server calls `build_services` with the adapters of its own process; `main.py` calls
`build_cloud_services`. An unknown choice is an error at start. Adapters and routers are imported where they are chosen,
so that a function's cold start imports only what it uses.
"""

import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchparty_api.backup_status import BackupStatus
from watchparty_api.config import Config, ConfigError, required
from watchparty_api.findings import Finding
from watchparty_api.identity.identity_provider import IdentityProvider
from watchparty_api.identity.key_store import KeyMaterial
from watchparty_api.identity.keys import Keys, read_keys
from watchparty_api.identity.tokens import TokenSigner
from watchparty_api.objects.port import ObjectStore
from watchparty_api.ports.delivery_queue import DeliveryQueue
from watchparty_api.ports.jobs import JobLauncher
from watchparty_api.ports.mail import Mailer
from watchparty_api.ports.playback_signing import HmacGrants, PlaybackSigner
from watchparty_api.ports.relay import RelayNotices
from watchparty_api.rate_limits.limits import Limiter
from watchparty_api.rate_limits.mail import LimitedMailer
from watchparty_api.rooms import film
from watchparty_api.services import Services
from watchparty_api.store.port import Store, WorkspaceStore
from watchparty_api.trusted_clock import TrustedClock

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

    from watchparty_api.rate_limits.shared_windows import SharedWindows
    from watchparty_api.spending import FilmSwitch


def _utc_now() -> datetime:
    return datetime.now(UTC)


def build_services(
    config: Config,
    *,
    relay: RelayNotices,
    jobs: JobLauncher,
    objects: ObjectStore,
    mail: Mailer,
    delivery_queue: DeliveryQueue,
    now: Callable[[], datetime] = _utc_now,
    monotonic_s: Callable[[], float] = time.monotonic,
    keys: Keys | None = None,
    backup_status: Callable[[], BackupStatus] | None = None,
    diagnose: Callable[[], Sequence[Finding]] | None = None,
) -> Services:
    """Opens the store and the keys that `config` names, unless `keys` are given. Raises ConfigError."""
    material = _open_key_material(config)
    keys = keys or read_keys(material, held=config.held_keys)
    if mail.delivers and not config.public_url:
        # A link in a mail must not contain a host that a request claimed.
        raise ConfigError("WATCHPARTY_PUBLIC_URL: expected the URL of the site, because mails contain links to it")
    store = WorkspaceStore(_open_store(config.store_url), config.workspace_id)
    limiter = Limiter(_open_windows(config, store, keys, now))
    return Services(
        config=config,
        store=store,
        tokens=TokenSigner(keys),
        keyed_hash=keys.keyed_hash,
        limiter=limiter,
        objects=objects,
        playback=_open_playback(config, material, HmacGrants(keys.keyed_hash)),
        jobs=jobs,
        relay=relay,
        mail=LimitedMailer(mail, limiter, keys.keyed_hash),
        delivery_queue=delivery_queue,
        identity_provider=_open_identity(config),
        now=now,
        trusted_clock=TrustedClock(store, wall=now, monotonic_s=monotonic_s),
        on_video_changed=film.video_changed,
        on_video_deleted=film.video_deleted,
        backup_status=backup_status,
        diagnose=diagnose,
    )


def build_cloud_services(
    config: Config,
    *,
    relay: RelayNotices | None = None,
    jobs: JobLauncher | None = None,
    objects: ObjectStore | None = None,
) -> Services:
    """The services of a function in the cloud: its adapters are clients of Google's services and of the relay.

    A process that contains the relay passes its own adapter for it, and others for Google's services if it has them.
    """
    keys = read_keys(_open_key_material(config), held=config.held_keys)
    return build_services(
        config,
        relay=relay or _open_relay(config, keys),
        jobs=jobs or _open_jobs(config),
        objects=objects or _open_objects(config),
        mail=open_mailer_of(config),
        delivery_queue=_open_delivery_queue(config),
        keys=keys,
    )


def _open_jobs(config: Config) -> JobLauncher:
    from watchparty_api.ports.jobs import CloudRunJobs

    job = "projects/P/locations/R/jobs/J of the transcoder"
    return CloudRunJobs(required(config.transcode_job, "WATCHPARTY_TRANSCODE_JOB", job))


def _open_objects(config: Config) -> ObjectStore:
    from watchparty_api.objects.gcs import open_buckets

    return open_buckets(
        uploads=required(config.uploads_bucket, "WATCHPARTY_UPLOADS_BUCKET", "the bucket of the originals"),
        media=required(config.media_bucket, "WATCHPARTY_MEDIA_BUCKET", "the bucket of the prepared films"),
        signer_account=required(config.signer_account, "WATCHPARTY_SIGNER_ACCOUNT", "a service account's address"),
        now=_utc_now,
    )


def open_film_switch(policy: str | None) -> "FilmSwitch":
    """What opens and closes the edge for films, by its policy's name; a site without an edge only refuses grants."""
    if policy is None:
        return lambda _serves: None
    from watchparty_api.ports.edge_policy import EdgePolicy

    return EdgePolicy(policy).serve


def _open_relay(config: Config, keys: Keys) -> RelayNotices:
    from watchparty_api.ports.relay import SocketRelay

    relay_url = required(config.relay_url, "WATCHPARTY_RELAY_URL", "the wss:// address of the relay")
    urls = [url for url in (config.notices_url, relay_url) if url]
    return SocketRelay(urls, token=TokenSigner(keys).notice_token, now=_utc_now)


def _open_key_material(config: Config) -> KeyMaterial:
    if config.keys_dir is None and config.keys_secrets is not None:
        from watchparty_api.identity.secret_manager import open_secret_manager

        return open_secret_manager(config.keys_secrets)
    from watchparty_api.identity.key_store import KeyFolder

    folder = required(config.keys_dir, "WATCHPARTY_KEYS_DIR", "the folder of the signing keys")
    return KeyFolder(Path(folder), may_create=config.environment == "home")


def _open_playback(config: Config, material: KeyMaterial, grants: HmacGrants) -> PlaybackSigner:
    if config.cdn_key_name is None:
        return grants
    from watchparty_api.ports.playback_signing import CdnCookies

    site = required(config.public_url, "WATCHPARTY_PUBLIC_URL", "the address that the CDN serves")
    try:
        key = urlsafe_b64decode(material.read("cdn").strip())
    except ValueError as error:
        raise ConfigError(
            f"{material.location('cdn')}: expected the base64url text of Cloud CDN's signing key"
        ) from error
    return CdnCookies(site, key_name=config.cdn_key_name, key=key, texts=grants)


def _open_identity(config: Config) -> IdentityProvider | None:
    if config.identity == "local":
        return None
    from watchparty_api.identity.identity_provider import IdentityPlatform

    project = required(config.identity_project, "WATCHPARTY_IDENTITY_PROJECT", "the project of the identity platform")
    required(config.identity_api_key, "WATCHPARTY_IDENTITY_API_KEY", "the key by which the page names that project")
    return IdentityPlatform(project)


def open_mailer_of(config: Config) -> Mailer:
    """The mail server that the settings name, otherwise the log. Raises ConfigError."""
    if config.smtp_url is None:
        from watchparty_api.ports.mail import LogMailer

        return LogMailer()
    from watchparty_api.ports.mail import open_mailer

    return open_mailer(config.smtp_url, sender=required(config.mail_from, "WATCHPARTY_MAIL_FROM", "the sender"))


def _open_delivery_queue(config: Config) -> DeliveryQueue:
    if config.deliveries_topic is None:
        from watchparty_api.ports.delivery_queue import NoDeliveryQueue

        return NoDeliveryQueue()
    from watchparty_api.ports.delivery_queue import PubSubDeliveryQueue

    return PubSubDeliveryQueue(config.deliveries_topic)


def _open_store(url: str) -> Store:
    scheme = url.partition(":")[0]
    if scheme.partition("+")[0] in ("sqlite", "postgresql"):
        from watchparty_api.store import sql

        return sql.open_store(url)
    if scheme == "firestore":
        from watchparty_api.store import firestore

        return firestore.open_store(url)
    # Not the whole URL: it may contain a password.
    expected = "sqlite:///FILE, postgresql+psycopg://… or firestore://PROJECT/DATABASE"
    raise ConfigError(f"WATCHPARTY_STORE_URL: expected {expected}, not {scheme}:…")


def _open_windows(
    config: Config, store: WorkspaceStore, keys: Keys, now: Callable[[], datetime]
) -> "SharedWindows | None":
    """Where limits across processes are counted; None on SQLite, which only one process uses."""
    if config.store_url.startswith("sqlite"):
        return None
    from watchparty_api.rate_limits.shared_windows import SharedWindows

    return SharedWindows(store, keyed_hash=keys.keyed_hash, now=now)


def function_app(
    config: Config, routers: "Callable[[], list[APIRouter]]", *, pages: "Callable[[], list[APIRouter]]" = list
) -> "FastAPI":
    """The application of one HTTP function: `routers` under /api/v1, and `pages` beside them."""
    from watchparty_api.web.http import create_app

    app = create_app(build_cloud_services(config), routers())
    for router in pages():
        app.include_router(router)
    return app


def auth_routers() -> "list[APIRouter]":
    """Function `auth`: accounts, sessions, administration, webhooks."""
    from watchparty_api.accounts import (
        api_tokens,
        external_identity,
        me,
        recovery,
        second_step,
        sign_in,
        sign_up,
        step_up,
    )
    from watchparty_api.accounts.factors import routes as factors
    from watchparty_api.admin import (
        account_invites,
        accounts,
        audit_log,
        dead_letters,
        doctor,
        overview,
        rooms,
        site_settings,
        videos,
    )
    from watchparty_api.web import public
    from watchparty_api.webhooks import routes as webhooks

    return [
        public.router,
        sign_up.router,
        sign_in.router,
        external_identity.router,
        second_step.router,
        step_up.router,
        recovery.router,
        me.router,
        factors.router,
        api_tokens.router,
        doctor.router,
        overview.router,
        site_settings.router,
        accounts.router,
        account_invites.router,
        rooms.router,
        videos.router,
        audit_log.router,
        dead_letters.router,
        webhooks.router,
    ]


def rooms_routers() -> "list[APIRouter]":
    """Function `rooms`: rooms, joining, members, invitations, history."""
    from watchparty_api.rooms import routes as rooms
    from watchparty_api.rooms.history import routes as room_events
    from watchparty_api.rooms.invitations import routes as invitations
    from watchparty_api.rooms.join_requests import routes as join_requests
    from watchparty_api.rooms.joining import routes as joining
    from watchparty_api.rooms.members import routes as members

    return [rooms.router, joining.router, join_requests.router, members.router, invitations.router, room_events.router]


def rooms_pages() -> "list[APIRouter]":
    """Function `rooms`: the page behind a room's link."""
    from watchparty_api.rooms import link_page

    return [link_page.router]


def videos_routers() -> "list[APIRouter]":
    """Function `videos`: uploads, the library, subtitles, playback."""
    from watchparty_api.rooms.playback import routes as playback
    from watchparty_api.videos import routes as videos
    from watchparty_api.videos.subtitles import routes as subtitles
    from watchparty_api.videos.uploads import routes as uploads

    return [videos.router, uploads.router, subtitles.router, playback.router]


def routers() -> "list[APIRouter]":
    """All routers, for one process that serves everything."""
    return [*auth_routers(), *rooms_routers(), *videos_routers()]
