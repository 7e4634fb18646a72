"""The entry points of the deployed functions, one decorated function each.

HTTP functions answer through a FastAPI application (`FUNCTION_USE_ASGI=1`), event functions are plain and synchronous.
Each builds what it needs at its first call and keeps it for the life of the instance; an import builds nothing.
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
from watchparty_api.logs import log_as_json, log_context, trace_of

if TYPE_CHECKING:
    from cloudevents.http import CloudEvent
    from fastapi import FastAPI
    from starlette.requests import Request

    from watchparty_api.services import Services

T = TypeVar("T")

gc.disable()  # until the services are built: they contain no garbage, and collecting takes a tenth of a cold start


@functions_framework.aio.http  # type: ignore[arg-type]  # the framework calls the returned app as ASGI
async def auth(_request: "Request") -> "FastAPI":
    """Accounts, sessions, administration, webhooks."""
    return _auth_app()


@functions_framework.aio.http  # type: ignore[arg-type]  # the framework calls the returned app as ASGI
async def rooms(_request: "Request") -> "FastAPI":
    """Rooms, joining, members, invitations, history."""
    return _rooms_app()


@functions_framework.aio.http  # type: ignore[arg-type]  # the framework calls the returned app as ASGI
async def videos(_request: "Request") -> "FastAPI":
    """Uploads, the library, subtitles, playback."""
    return _videos_app()


@functions_framework.cloud_event
def on_upload(event: "CloudEvent") -> None:
    """An object in the uploads bucket is complete."""
    from watchparty_api.videos.uploads.finalize import on_upload_event

    with _log_context(event):
        on_upload_event(_services(), event.get_data())


@functions_framework.cloud_event
def on_transcode(event: "CloudEvent") -> None:
    """The transcoder reports on a run."""
    from watchparty_api.videos.transcodes.runs import apply_event
    from watchparty_api.web.cloud_events import pushed_message

    with _log_context(event):
        apply_event(_services(), pushed_message(event.get_data()))


@functions_framework.cloud_event
def on_room_event(event: "CloudEvent") -> None:
    """The relay reports what happened in rooms."""
    from watchparty_api.rooms.history.ingest import ingest
    from watchparty_api.web.cloud_events import room_events

    with _log_context(event):
        ingest(_services(), room_events(event.get_data()))


@functions_framework.cloud_event
def on_delivery(event: "CloudEvent") -> None:
    """Webhook deliveries are due."""
    from watchparty_api.web.cloud_events import due_deliveries
    from watchparty_api.webhooks.delivery import deliver

    with _log_context(event):
        deliver(_services(), due_deliveries(event.get_data()))


@functions_framework.cloud_event
def on_budget(event: "CloudEvent") -> None:
    """Cloud Billing reports the cost of the month."""
    from watchparty_api.spending import apply_report
    from watchparty_api.web.cloud_events import cost_report

    with _log_context(event):
        apply_report(_services(), cost_report(event.get_data()), bootstrap.open_film_switch(_config().films_policy))


@functions_framework.cloud_event
def sweep(event: "CloudEvent") -> None:
    """Cloud Scheduler's periodic call: runs the maintenance tasks."""
    from watchparty_api.maintenance import run_cloud_tasks

    with _log_context(event):
        run_cloud_tasks(_services())


def _log_context(event: "CloudEvent") -> AbstractContextManager[None]:
    """Assigns the lines logged inside to the event."""
    attributes = event.get_attributes()
    return log_context(str(attributes["id"]), trace_of(str(attributes.get("traceparent", ""))))


@cache
def _config() -> Config:
    config = from_environment(os.environ)
    if config.environment == "cloud":
        log_as_json(config.project)
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
    """Enables garbage collection for what is created from here on."""
    gc.freeze()
    gc.enable()
    return it
