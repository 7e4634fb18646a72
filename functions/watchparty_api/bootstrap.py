"""The functions' composition root: names the adapters, and the routers of each function.

The standalone server calls `build_services` with the adapters that live in its own process; `main.py` calls it with
those of the cloud. An unknown choice is an error at start.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter

from watchparty_api import public
from watchparty_api.accounts import api_tokens, me, recovery, sign_in, sign_up
from watchparty_api.admin import account_invites, log, site_settings
from watchparty_api.admin import accounts as admin_accounts
from watchparty_api.admin import rooms as admin_rooms
from watchparty_api.admin import videos as admin_videos
from watchparty_api.config import Config, ConfigError
from watchparty_api.grants.home import HomeGrants
from watchparty_api.identity.keys import load_keys
from watchparty_api.identity.tokens import TokenSigner
from watchparty_api.invitations import routes as invitations
from watchparty_api.jobs.port import JobLauncher
from watchparty_api.join_requests import routes as join_requests
from watchparty_api.joining import routes as joining
from watchparty_api.limits import Limiter
from watchparty_api.mail.port import Mailer
from watchparty_api.members import routes as members
from watchparty_api.objects.port import ObjectStore
from watchparty_api.playback import routes as playback
from watchparty_api.relay.port import RelayNotices
from watchparty_api.room_events import routes as room_events
from watchparty_api.rooms import routes as rooms
from watchparty_api.services import Services
from watchparty_api.store.port import Store
from watchparty_api.subtitles import routes as subtitles
from watchparty_api.videos import routes as videos


def _utc_now() -> datetime:
    return datetime.now(UTC)


def build_services(
    config: Config,
    *,
    relay: RelayNotices,
    jobs: JobLauncher,
    objects: ObjectStore,
    mail: Mailer,
    now: Callable[[], datetime] = _utc_now,
) -> Services:
    """Opens store and keys as `config` says. Raises ConfigError."""
    if not config.keys_dir:
        raise ConfigError("WATCHPARTY_KEYS_DIR: expected the folder of the signing keys")
    if mail.delivers and not config.public_url:
        # A link in a mail must not be built from whatever host a request claimed.
        raise ConfigError("WATCHPARTY_PUBLIC_URL: expected the address of the site, because mails carry links to it")
    keys = load_keys(Path(config.keys_dir), may_create=config.environment == "home")
    return Services(
        config=config,
        store=_open_store(config.store_url),
        tokens=TokenSigner(keys),
        keyed_hash=keys.keyed_hash,
        limiter=Limiter(),
        objects=objects,
        playback=HomeGrants(keys.keyed_hash),
        jobs=jobs,
        relay=relay,
        mail=mail,
        now=now,
    )


def _open_store(url: str) -> Store:
    scheme = url.partition(":")[0]
    if scheme.partition("+")[0] in ("sqlite", "postgresql"):
        from watchparty_api.store import sql

        return sql.open_store(url)
    if scheme == "firestore":
        from watchparty_api.store import firestore

        return firestore.open_store(url)
    # Not the whole URL: it may hold a password.
    expected = "sqlite:///FILE, postgresql+psycopg://… or firestore://PROJECT/DATABASE"
    raise ConfigError(f"WATCHPARTY_STORE_URL: expected {expected}, not {scheme}:…")


def auth_routers() -> list[APIRouter]:
    """Function `auth`: accounts, sessions, administration."""
    return [
        public.router,
        sign_up.router,
        sign_in.router,
        recovery.router,
        me.router,
        api_tokens.router,
        site_settings.router,
        admin_accounts.router,
        account_invites.router,
        admin_rooms.router,
        admin_videos.router,
        log.router,
    ]


def rooms_routers() -> list[APIRouter]:
    """Function `rooms`: rooms, the door, people, invitations."""
    return [rooms.router, joining.router, join_requests.router, members.router, invitations.router, room_events.router]


def videos_routers() -> list[APIRouter]:
    """Function `videos`: uploads, the library, subtitles, playback."""
    return [videos.router, subtitles.router, playback.router]


def routers() -> list[APIRouter]:
    """Everything, for one process that answers all."""
    return [*auth_routers(), *rooms_routers(), *videos_routers()]
