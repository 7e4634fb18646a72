"""Public routes without authentication: the site's configuration, health, readiness, and public keys.

`router` is mounted under /api/v1, `root_router` beside it, in every function.
"""

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from watchparty_api.errors import Unavailable
from watchparty_api.relying_party import relying_party
from watchparty_api.web.dependencies import ServicesOf
from watchparty_api.web.site import base_url

router = APIRouter(tags=["site"])
root_router = APIRouter(tags=["site"])


class SiteConfig(BaseModel):
    """The configuration that the page loads first."""

    version: str
    brand_name: str
    sign_in: Literal["local", "identity_platform"]
    identity_api_key: str | None
    """With `identity_platform` the key with which the page names the project, otherwise null."""
    registration: Literal["invitation", "open"]
    temporary_hosts: bool
    mail_delivers: bool
    max_upload_bytes: int
    passkey_origin: str | None
    """The origin of the site where passkeys work, null if its address allows none."""


class Health(BaseModel):
    status: Literal["ok"] = "ok"


@router.get("/config")
def site_config(services: ServicesOf, request: Request) -> SiteConfig:
    """Returns sign-in mode, registration mode, limits and version."""
    settings, party = services.settings(), relying_party(base_url(request))
    return SiteConfig(
        version=services.config.version,
        brand_name=settings.brand_name,
        sign_in=services.config.identity,
        identity_api_key=services.config.identity_api_key if services.identity_provider else None,
        registration=settings.registration,
        temporary_hosts=settings.temporary_hosts,
        mail_delivers=services.mail.delivers,
        max_upload_bytes=settings.max_upload_bytes,
        passkey_origin=party.origin if party else None,
    )


@root_router.get("/health")
async def health() -> Health:
    """Succeeds while the process runs."""
    # On the event loop, because it would wait behind all other calls for a thread.
    return Health()


@root_router.get("/ready")
def ready(services: ServicesOf) -> Health:
    """Succeeds while the database responds."""
    if not services.store.ready():
        raise Unavailable("not_ready", "The database isn’t responding.", retry_after_s=5)
    return Health()


@root_router.get("/.well-known/jwks.json")
def jwks(services: ServicesOf) -> dict[str, Any]:
    """Returns the public keys that verify join and notice tokens."""
    return services.tokens.jwks()
