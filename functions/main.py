"""Table of contents: the entry points of the deployed functions, one decorated name each, and nothing else.

HTTP functions answer through a FastAPI application (`FUNCTION_USE_ASGI=1`), event functions are plain and synchronous.
What a name needs is built at its first call and kept for the life of the instance; importing this file builds nothing.
"""

import gc
import os
from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import functions_framework
import functions_framework.aio

from watchparty_api import bootstrap
from watchparty_api.config import Config, from_environment
from watchparty_api.logs import log_context, log_to_the_cloud, trace_of

if TYPE_CHECKING:
    from cloudevents.http import CloudEvent
    from fastapi import FastAPI
    from starlette.requests import Request

    from watchparty_api.services import Services

T = TypeVar("T")

gc.disable()  # until what is needed is built: nothing of it is garbage, and looking for some is a tenth of a cold start


@functions_framework.aio.http  # type: ignore[arg-type]  # what is returned is called as ASGI, so an app will do
async def auth(_request: "Request") -> "FastAPI":
    """Accounts, sessions, administration, webhooks."""
    return _auth_app()


@functions_framework.aio.http  # type: ignore[arg-type]  # what is returned is called as ASGI, so an app will do
async def rooms(_request: "Request") -> "FastAPI":
    """Rooms, the door, people, invitations."""
    return _rooms_app()


@functions_framework.aio.http  # type: ignore[arg-type]  # what is returned is called as ASGI, so an app will do
async def videos(_request: "Request") -> "FastAPI":
    """Uploads, the library, subtitles, playback."""
    return _videos_app()


@functions_framework.cloud_event
def on_upload(event: "CloudEvent") -> None:
    """An object of the uploads bucket is complete."""
    from watchparty_api.videos.uploads.finalize import on_upload_event

    with _log_context(event):
        on_upload_event(_services(), event.get_data())


@functions_framework.cloud_event
def on_transcode(event: "CloudEvent") -> None:
    """The transcoder tells how far it is."""
    from watchparty_api.videos.transcodes.runs import apply_event
    from watchparty_api.web.cloud_events import pushed_message

    with _log_context(event):
        apply_event(_services(), pushed_message(event.get_data()))


@functions_framework.cloud_event
def on_room_event(event: "CloudEvent") -> None:
    """The relay tells what happened in rooms."""
    from watchparty_api.rooms.history.ingest import ingest
    from watchparty_api.web.cloud_events import room_events

    with _log_context(event):
        ingest(_services(), room_events(event.get_data()))


@functions_framework.cloud_event
def on_delivery(event: "CloudEvent") -> None:
    """Webhook deliveries wait."""
    from watchparty_api.web.cloud_events import woken_deliveries
    from watchparty_api.webhooks.delivery import deliver

    with _log_context(event):
        deliver(_services(), woken_deliveries(event.get_data()))


@functions_framework.cloud_event
def sweep(event: "CloudEvent") -> None:
    """Cloud Scheduler's minute: what got lost is told again, what is stuck begins again, what is over is forgotten."""
    from watchparty_api.maintenance import run_cloud_tasks

    with _log_context(event):
        run_cloud_tasks(_services())


def _log_context(event: "CloudEvent") -> AbstractContextManager[None]:
    """Lines that are logged meanwhile name the event."""
    attributes = event.get_attributes()
    return log_context(str(attributes["id"]), trace_of(str(attributes.get("traceparent", ""))))


@cache
def _config() -> Config:
    config = from_environment(os.environ)
    if config.environment == "cloud":
        log_to_the_cloud(config.project)
    return config


@cache
def _services() -> "Services":
    return _built(bootstrap.build_cloud_services(_config()))


@cache
def _auth_app() -> "FastAPI":
    return _built(bootstrap.function_app(_config(), bootstrap.auth_routers))


@cache
def _rooms_app() -> "FastAPI":
    return _built(bootstrap.function_app(_config(), bootstrap.rooms_routers, pages=bootstrap.rooms_pages))


@cache
def _videos_app() -> "FastAPI":
    return _built(bootstrap.function_app(_config(), bootstrap.videos_routers))


def _built(it: T) -> T:
    """From here on garbage is looked for, among what is made from here on."""
    gc.freeze()
    gc.enable()
    return it
