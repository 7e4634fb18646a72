"""The settings of the functions, read once; nothing else reads the environment.

At home the standalone server builds a Config itself; in the cloud `from_environment` does, and refuses what is unsafe.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Literal


class ConfigError(Exception):
    """A setting that is missing or wrong; the message names the variable and what was expected."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """What every function needs to know before its first request."""

    public_url: str | None
    """Where people reach the site, e.g. https://watch.example; None: whatever host the request came to (home)."""
    network_url: str | None = None
    """This machine in its own network (home): what links name that were asked for at 127.0.0.1."""
    environment: Literal["home", "cloud"] = "home"
    workspace_id: str = "main"
    store_url: str = "sqlite://"
    """SQLAlchemy URL, or firestore://PROJECT/DATABASE."""
    relay_url: str | None = None
    """wss://… of the relay; None: the same origin, path /ws."""
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is believed."""
    identity: Literal["local", "identity_platform"] = "local"
    keys_dir: str | None = None
    """Folder of the signing keys (made at first start at home; a mounted secret volume in the cloud)."""
    keys_secrets: str | None = None
    """projects/P/secrets/NAME: without a folder the keys are Secret Manager's NAME-access, NAME-join, NAME-notice, …"""
    uploads_bucket: str | None = None
    media_bucket: str | None = None
    signer_account: str | None = None
    """The service account in whose name upload URLs are signed."""
    transcode_job: str | None = None
    """projects/P/locations/R/jobs/J, the Cloud Run job that prepares films."""
    cdn_key_name: str | None = None
    """Name of Cloud CDN's signing key, whose value lies in the keys folder as `cdn.key`; None: our own grants."""
    deliveries_topic: str | None = None
    """projects/P/topics/T, whose messages wake the function `on_delivery`; None: webhooks wait for the sweeper."""
    grant_life_s: int = 300
    """How long a grant to watch lives; removal ends playback on a CDN when the last one ends."""
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    identity_project: str | None = None
    """The project whose Identity Platform tokens are believed."""
    identity_api_key: str | None = None
    """The key by which the page names that project to Identity Platform: public, it permits nothing by itself."""
    first_admin: str | None = None
    """The verified address that is administrator from its first sign-in on."""
    otlp_endpoint: str | None = None
    """Where traces go, by OTLP over HTTP; None: nowhere."""
    service: str = "watchparty"
    """What this process is called in traces."""
    version: str = "0.1.0"

    @property
    def project(self) -> str | None:
        """The Google project that everything is in, where there is one."""
        return (self.transcode_job or "").removeprefix("projects/").partition("/")[0] or None


def from_environment(environ: Mapping[str, str]) -> Config:
    """Reads WATCHPARTY_… variables. Raises ConfigError with the variable's name and what was expected."""
    public_url = environ.get("WATCHPARTY_PUBLIC_URL")
    in_cloud = "K_SERVICE" in environ
    if in_cloud and not (public_url or "").startswith("https://"):
        raise ConfigError("WATCHPARTY_PUBLIC_URL: expected the https:// address of the site")
    if in_cloud and "FIREBASE_AUTH_EMULATOR_HOST" in environ:
        raise ConfigError("FIREBASE_AUTH_EMULATOR_HOST: must not be set in the cloud, it accepts unsigned tokens")
    return Config(
        public_url=public_url.rstrip("/") if public_url else None,
        environment="cloud" if in_cloud else "home",
        workspace_id=environ.get("WATCHPARTY_WORKSPACE", "main"),
        store_url=environ.get("WATCHPARTY_STORE_URL", "sqlite://"),
        relay_url=environ.get("WATCHPARTY_RELAY_URL"),
        cors_origins=tuple(filter(None, environ.get("WATCHPARTY_CORS_ORIGINS", "").split(","))),
        trusted_proxies=trusted_proxies(environ),
        identity=_identity(environ.get("WATCHPARTY_IDENTITY", "local")),
        keys_dir=environ.get("WATCHPARTY_KEYS_DIR"),
        keys_secrets=environ.get("WATCHPARTY_KEYS_SECRETS"),
        uploads_bucket=environ.get("WATCHPARTY_UPLOADS_BUCKET"),
        media_bucket=environ.get("WATCHPARTY_MEDIA_BUCKET"),
        signer_account=environ.get("WATCHPARTY_SIGNER_ACCOUNT"),
        transcode_job=environ.get("WATCHPARTY_TRANSCODE_JOB"),
        cdn_key_name=environ.get("WATCHPARTY_CDN_KEY_NAME"),
        deliveries_topic=environ.get("WATCHPARTY_DELIVERIES_TOPIC"),
        grant_life_s=grant_life_s(environ),
        smtp_url=environ.get("WATCHPARTY_SMTP_URL"),
        mail_from=environ.get("WATCHPARTY_MAIL_FROM"),
        identity_project=environ.get("WATCHPARTY_IDENTITY_PROJECT"),
        identity_api_key=environ.get("WATCHPARTY_IDENTITY_API_KEY"),
        otlp_endpoint=environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"),
        service=environ.get("K_SERVICE", "watchparty"),
        first_admin=environ.get("WATCHPARTY_FIRST_ADMIN"),
    )


def required(value: str | None, variable: str, what: str) -> str:
    """A setting that this deployment cannot do without. Raises ConfigError with its name."""
    if not value:
        raise ConfigError(f"{variable}: expected {what}")
    return value


def grant_life_s(environ: Mapping[str, str]) -> int:
    """WATCHPARTY_GRANT_LIFE_S. Raises ConfigError."""
    given = environ.get("WATCHPARTY_GRANT_LIFE_S", "300")
    if not given.isdecimal() or not 10 <= int(given) <= 300:
        raise ConfigError(f"WATCHPARTY_GRANT_LIFE_S: expected seconds from 10 to 300, not {given}")
    return int(given)


def _identity(name: str) -> Literal["local", "identity_platform"]:
    match name:
        case "local" | "identity_platform":
            return name
    raise ConfigError(f"WATCHPARTY_IDENTITY: expected local or identity_platform, not {name}")


def trusted_proxies(environ: Mapping[str, str]) -> tuple[str, ...]:
    """WATCHPARTY_TRUSTED_PROXIES. Raises ConfigError."""
    listed = environ.get("WATCHPARTY_TRUSTED_PROXIES", "").split(",")
    networks = tuple(filter(None, (each.strip() for each in listed)))
    for each in networks:
        try:
            ip_network(each, strict=False)
        except ValueError as error:
            raise ConfigError(f"WATCHPARTY_TRUSTED_PROXIES: expected addresses or networks, not {each}") from error
    return networks
