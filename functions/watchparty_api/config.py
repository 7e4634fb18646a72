"""The settings of the functions, read once; no other file reads the environment.

At home the standalone server builds a Config itself; in the cloud `from_environment` does, and refuses unsafe values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Literal
from urllib.parse import urlsplit

from watchparty_api.relying_party import relying_party


class ConfigError(Exception):
    """A missing or invalid setting; the message names the variable and what was expected."""


KEY_NAMES = ("access", "join", "notice", "hash")
"""What a process of the functions can hold: three families of signing keys and the secret of keyed hashes."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of every function."""

    public_url: str | None
    """The site's URL, e.g. https://watch.example; None: the host of the request (home)."""
    network_url: str | None = None
    """This machine's URL in its network (home), for links that are requested from 127.0.0.1."""
    environment: Literal["home", "cloud"] = "home"
    workspace_id: str = "main"
    store_url: str = "sqlite://"
    """SQLAlchemy URL, or firestore://PROJECT/DATABASE."""
    relay_url: str | None = None
    """The relay's wss:// URL; None: the same origin, path /ws."""
    notices_url: str | None = None
    """An internal address of the relay for notices; the public one is used when it does not answer."""
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is trusted."""
    identity: Literal["local", "identity_platform"] = "local"
    keys_dir: str | None = None
    """The folder of the signing keys (created at first start at home; mounted secrets in the cloud)."""
    keys_secrets: str | None = None
    """projects/P/secrets/NAME: without a folder, the keys are the secrets NAME-access, NAME-join, NAME-notice, …"""
    held_keys: tuple[str, ...] = KEY_NAMES
    """The keys that this process holds; it verifies other tokens with the public keys (secret or file `public`)."""
    uploads_bucket: str | None = None
    media_bucket: str | None = None
    signer_account: str | None = None
    """The service account that signs upload URLs."""
    transcode_job: str | None = None
    """projects/P/locations/R/jobs/J, the Cloud Run job that prepares films."""
    cdn_key_name: str | None = None
    """The name of Cloud CDN's signing key, whose value is `cdn.key` in the keys folder; None: our own grants."""
    deliveries_topic: str | None = None
    """projects/P/topics/T, whose messages wake the function `on_delivery`; None: webhooks wait for maintenance."""
    grant_life_s: int = 300
    """How long a playback grant is valid; on a CDN a removed viewer can watch until the last grant expires."""
    stop_films_at: float | None = None
    """The share of the monthly budget at which films stop; None: a budget stops nothing."""
    films_policy: str | None = None
    """projects/P/global/securityPolicies/NAME, the edge's policy for films, of which the budget is in charge."""
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    identity_project: str | None = None
    """The project whose Identity Platform tokens are accepted."""
    identity_api_key: str | None = None
    """The key with which the page names that project to Identity Platform: public, it grants no access."""
    first_admin: str | None = None
    """The verified email address that becomes an admin at its first sign-in."""
    otlp_endpoint: str | None = None
    """Where traces are sent, by OTLP over HTTP; None: nowhere."""
    media_sandbox: Literal["full", "partial", "limits", "off"] | None = None
    """How far uploaded films are confined on this machine while they are read; None: another service prepares them."""
    service: str = "watchparty"
    """The name of this process in traces."""
    version: str = "0.1.0"

    @property
    def project(self) -> str | None:
        """The Google project of the deployment, if there is one."""
        return (self.transcode_job or "").removeprefix("projects/").partition("/")[0] or None


def from_environment(environ: Mapping[str, str]) -> Config:
    """Reads WATCHPARTY_… variables. Raises ConfigError with the variable's name and what was expected."""
    public_url = environ.get("WATCHPARTY_PUBLIC_URL")
    in_cloud = "K_SERVICE" in environ
    if in_cloud and not (public_url or "").startswith("https://"):
        raise ConfigError("WATCHPARTY_PUBLIC_URL: expected the https:// address of the site")
    if in_cloud and not _is_sites_address(public_url or ""):
        # It decides for which domain and origin passkeys hold.
        raise ConfigError("WATCHPARTY_PUBLIC_URL: expected https:// and a domain name, without a path or a password")
    if in_cloud and "FIREBASE_AUTH_EMULATOR_HOST" in environ:
        raise ConfigError("FIREBASE_AUTH_EMULATOR_HOST: must not be set in the cloud, it accepts unsigned tokens")
    return Config(
        public_url=public_url.rstrip("/") if public_url else None,
        environment="cloud" if in_cloud else "home",
        workspace_id=environ.get("WATCHPARTY_WORKSPACE", "main"),
        store_url=environ.get("WATCHPARTY_STORE_URL", "sqlite://"),
        relay_url=environ.get("WATCHPARTY_RELAY_URL"),
        notices_url=environ.get("WATCHPARTY_NOTICES_URL"),
        cors_origins=tuple(filter(None, environ.get("WATCHPARTY_CORS_ORIGINS", "").split(","))),
        trusted_proxies=trusted_proxies(environ),
        identity=_identity(environ.get("WATCHPARTY_IDENTITY", "local")),
        keys_dir=environ.get("WATCHPARTY_KEYS_DIR"),
        keys_secrets=environ.get("WATCHPARTY_KEYS_SECRETS"),
        held_keys=_held_keys(environ.get("WATCHPARTY_KEYS")),
        uploads_bucket=environ.get("WATCHPARTY_UPLOADS_BUCKET"),
        media_bucket=environ.get("WATCHPARTY_MEDIA_BUCKET"),
        signer_account=environ.get("WATCHPARTY_SIGNER_ACCOUNT"),
        transcode_job=environ.get("WATCHPARTY_TRANSCODE_JOB"),
        cdn_key_name=environ.get("WATCHPARTY_CDN_KEY_NAME"),
        deliveries_topic=environ.get("WATCHPARTY_DELIVERIES_TOPIC"),
        grant_life_s=grant_life_s(environ),
        stop_films_at=_share(environ.get("WATCHPARTY_STOP_FILMS_AT")),
        films_policy=environ.get("WATCHPARTY_FILMS_POLICY"),
        smtp_url=environ.get("WATCHPARTY_SMTP_URL"),
        mail_from=environ.get("WATCHPARTY_MAIL_FROM"),
        identity_project=environ.get("WATCHPARTY_IDENTITY_PROJECT"),
        identity_api_key=environ.get("WATCHPARTY_IDENTITY_API_KEY"),
        otlp_endpoint=environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"),
        service=environ.get("K_SERVICE", "watchparty"),
        first_admin=environ.get("WATCHPARTY_FIRST_ADMIN"),
    )


def _is_sites_address(url: str) -> bool:
    party, parts = relying_party(url), urlsplit(url)
    return party is not None and parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)


def required(value: str | None, variable: str, what: str) -> str:
    """A setting that this deployment requires. Raises ConfigError with its name."""
    if not value:
        raise ConfigError(f"{variable}: expected {what}")
    return value


def grant_life_s(environ: Mapping[str, str]) -> int:
    """WATCHPARTY_GRANT_LIFE_S. Raises ConfigError."""
    given = environ.get("WATCHPARTY_GRANT_LIFE_S", "300")
    if not given.isdecimal() or not 10 <= int(given) <= 300:
        raise ConfigError(f"WATCHPARTY_GRANT_LIFE_S: expected seconds from 10 to 300, not {given}")
    return int(given)


def _held_keys(listed: str | None) -> tuple[str, ...]:
    if listed is None:
        return KEY_NAMES
    names = tuple(filter(None, listed.split(",")))
    if set(names) - set(KEY_NAMES):
        raise ConfigError(f"WATCHPARTY_KEYS: expected some of {','.join(KEY_NAMES)}, not {listed}")
    return names


def _share(given: str | None) -> float | None:
    if given is None:
        return None
    try:
        share = float(given)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise ConfigError(f"WATCHPARTY_STOP_FILMS_AT: expected a share of the budget, e.g. 0.9, not {given}")
    return share


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
