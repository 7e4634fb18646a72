"""The settings of the standalone server: command line first, then WATCHPARTY_… variables, then defaults.

No other module of this package reads the environment.
"""

import argparse
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from watchparty.errors import HomeError
from watchparty_api.config import (
    Config,
    ConfigError,
    from_environment,
    grant_life_s,
    trusted_proxies,
)
from watchparty_relay.config import CONNECTIONS_PER_10S, SOCKET_MB, connections_per_10s, revision_number, socket_mb
from watchparty_relay.errors import ConfigError as RelayConfigError
from watchparty_transcoder.sandbox.sandbox import Mode, available

T = TypeVar("T")

DEFAULT_PORT = 8400


class SettingError(HomeError):
    """An invalid setting; the message names it and the expected form."""

    def __init__(self, name: str, expected: str, got: str) -> None:
        super().__init__(f"{name}: expected {expected}, got {got!r}.")


@dataclass(frozen=True, kw_only=True)
class S3Config:
    """An S3-compatible store that holds the films instead of the folder. boto3 finds its credentials itself."""

    endpoint: str
    public_endpoint: str
    uploads_bucket: str
    media_bucket: str

    def original_of(self, video_id: str) -> str:
        return f"s3://{self.uploads_bucket}/{video_id}/original"

    def media_of(self, video_id: str, generation: str) -> str:
        return f"s3://{self.media_bucket}/media/{video_id}/{generation}"


@dataclass(frozen=True, kw_only=True)
class HomeConfig:
    """The settings of `watchparty serve`."""

    host: str
    port: int
    data: Path
    open_browser: bool
    demo: bool
    public_url: str | None
    trusted_proxies: tuple[str, ...]
    transcode_slots: int
    hosts: tuple[str, ...] = ()
    """Further names of this server, besides that in `public_url`; one that begins with a dot allows all below it."""
    network_url: str | None = None
    """The URL of this machine on its network, once known; None: it listens on loopback only."""
    store_url: str | None = None
    """A database other than the one in the folder, as SQLAlchemy's URL or firestore://PROJECT/DATABASE."""
    keys_secrets: str | None = None
    """projects/P/secrets/NAME: the keys of the site whose database `store_url` is, in Secret Manager."""
    redis_url: str | None = None
    """Redis for the rooms, instead of memory and the journal in the folder."""
    socket_mb: int = SOCKET_MB
    """The memory, in MiB, that the sockets of rooms may use in all."""
    connections_per_10s: int = CONNECTIONS_PER_10S
    """How many sockets one address may open."""
    s3: S3Config | None = None
    """The store for films, instead of the folder."""
    media_sandbox: Mode = Mode.AUTO
    """How far the transcoder is confined."""
    grant_life_s: int = 300
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    backup_folder: Path | None = None
    """Where the running server writes backups; None: it makes none."""
    backup_every_h: int = 24
    backup_keep: int = 14
    """How many backups are kept."""
    cloud: Config | None = None
    """On Cloud Run: the functions' settings, which replace the folder."""
    revision: int = 0
    """On Cloud Run: the number of the deployment; the rooms are handed over to the instance of a higher one."""


def default_data_folder(environ: Mapping[str, str]) -> Path:
    """Returns the folder for data according to the XDG base directory specification."""
    base = environ.get("XDG_DATA_HOME") or str(Path(environ.get("HOME", ".")) / ".local" / "share")
    return Path(base) / "watchparty"


def _number(name: str, given: str, lowest: int, highest: int) -> int:
    if not given.isdecimal() or not lowest <= int(given) <= highest:
        raise SettingError(name, f"a number from {lowest} to {highest}", given)
    return int(given)


def home_config(arguments: argparse.Namespace, environ: Mapping[str, str]) -> HomeConfig:
    """Determines every setting. Raises SettingError."""
    cloud = _cloud(environ)
    port = str(arguments.port or environ.get("WATCHPARTY_PORT") or (cloud and environ.get("PORT")) or DEFAULT_PORT)
    slots = environ.get("WATCHPARTY_TRANSCODE_SLOTS") or str(max(2, (os.cpu_count() or 2) // 2))
    public_url = environ.get("WATCHPARTY_PUBLIC_URL")
    if public_url and not public_url.startswith(("http://", "https://")):
        raise SettingError("WATCHPARTY_PUBLIC_URL", "an address that starts with http:// or https://", public_url)
    return HomeConfig(
        host=arguments.host or environ.get("WATCHPARTY_HOST") or "0.0.0.0",  # noqa: S104  friends connect from the network
        port=_number("WATCHPARTY_PORT", port, 1, 65535),
        data=Path(arguments.data or environ.get("WATCHPARTY_DATA") or default_data_folder(environ)).expanduser(),
        open_browser=not (arguments.no_browser or environ.get("WATCHPARTY_NO_BROWSER") or cloud),
        demo=arguments.demo,
        public_url=public_url.rstrip("/") if public_url else None,
        trusted_proxies=_shared_setting(trusted_proxies, environ),
        transcode_slots=_number("WATCHPARTY_TRANSCODE_SLOTS", slots, 1, 64),
        hosts=_hosts(environ.get("WATCHPARTY_HOSTS", "")),
        store_url=environ.get("WATCHPARTY_STORE_URL") or None,
        keys_secrets=_keys_secrets(environ),
        redis_url=environ.get("WATCHPARTY_RELAY_REDIS_URL") or None,
        socket_mb=_shared_setting(socket_mb, environ),
        connections_per_10s=_shared_setting(connections_per_10s, environ),
        s3=_s3(environ),
        media_sandbox=_media_sandbox(environ),
        grant_life_s=_shared_setting(grant_life_s, environ),
        smtp_url=environ.get("WATCHPARTY_SMTP_URL") or None,
        mail_from=environ.get("WATCHPARTY_MAIL_FROM") or None,
        backup_folder=Path(backup).expanduser() if (backup := environ.get("WATCHPARTY_BACKUP_FOLDER")) else None,
        backup_every_h=_number(
            "WATCHPARTY_BACKUP_EVERY_H", environ.get("WATCHPARTY_BACKUP_EVERY_H") or "24", 1, 24 * 31
        ),
        backup_keep=_number("WATCHPARTY_BACKUP_KEEP", environ.get("WATCHPARTY_BACKUP_KEEP") or "14", 1, 1000),
        cloud=cloud,
        revision=revision_number(environ.get("K_REVISION", "")),
    )


def _hosts(listed: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in listed.split(",") if name.strip())
    for name in names:
        if not re.fullmatch(r"[a-z0-9._-]*[a-z0-9]", name):
            raise SettingError("WATCHPARTY_HOSTS", "names like watch.example, separated by commas", name)
    return names


def _media_sandbox(environ: Mapping[str, str]) -> Mode:
    """Raises SettingError also if it is required and this kernel does not have it."""
    name, value = "WATCHPARTY_MEDIA_SANDBOX", environ.get("WATCHPARTY_MEDIA_SANDBOX") or "auto"
    if value not in [mode.value for mode in Mode]:
        raise SettingError(name, "auto, required or off", value)
    if value == "required" and not available().complete:
        raise SettingError(name, "auto or off, because this system lacks what it requires,", value)
    return Mode(value)


def _keys_secrets(environ: Mapping[str, str]) -> str | None:
    """Email addresses are hashed with the site's own secret: an account created with another secret cannot sign in."""
    secrets = environ.get("WATCHPARTY_KEYS_SECRETS") or None
    in_the_cloud = (environ.get("WATCHPARTY_STORE_URL") or "").startswith("firestore:")
    if in_the_cloud and secrets is None and "K_SERVICE" not in environ:
        wanted = "projects/PROJECT/secrets/watchparty, the keys of the site whose database this is"
        raise SettingError("WATCHPARTY_KEYS_SECRETS", wanted, "")
    return secrets


def _s3(environ: Mapping[str, str]) -> S3Config | None:
    endpoint = environ.get("WATCHPARTY_S3_ENDPOINT")
    if not endpoint or "K_SERVICE" in environ:  # on Cloud Run films are in Google's buckets
        return None
    public = environ.get("WATCHPARTY_S3_PUBLIC_ENDPOINT") or endpoint
    for name, url in (("WATCHPARTY_S3_ENDPOINT", endpoint), ("WATCHPARTY_S3_PUBLIC_ENDPOINT", public)):
        if not url.startswith(("http://", "https://")):
            raise SettingError(name, "an address that starts with http:// or https://", url)
    uploads = environ.get("WATCHPARTY_UPLOADS_BUCKET", "")
    media = environ.get("WATCHPARTY_MEDIA_BUCKET", "")
    if not uploads:
        raise SettingError("WATCHPARTY_UPLOADS_BUCKET", "the bucket for originals", uploads)
    if not media or media == uploads:
        raise SettingError("WATCHPARTY_MEDIA_BUCKET", "another bucket, for the prepared films", media)
    if find_spec("boto3") is None:
        raise SettingError("WATCHPARTY_S3_ENDPOINT", "the package boto3 to be installed for it", endpoint)
    return S3Config(endpoint=endpoint, public_endpoint=public, uploads_bucket=uploads, media_bucket=media)


def _shared_setting(setting: Callable[[Mapping[str, str]], T], environ: Mapping[str, str]) -> T:
    """Reads a setting with the function that the functions or the relay use for it."""
    try:
        return setting(environ)
    except (ConfigError, RelayConfigError) as error:
        raise HomeError(str(error)) from error


def _cloud(environ: Mapping[str, str]) -> Config | None:
    return _shared_setting(from_environment, environ) if "K_SERVICE" in environ else None
