"""The `gcs-resumable` upload protocol at home: the standalone server implements it as Google Cloud Storage does.

A signed POST opens a session, PUTs with `Content-Range` send bytes, `bytes */N` queries the progress, DELETE cancels.
The first complete session becomes the original; `finalized` is called before the client gets its answer.
The state is on disk (`objects/sessions.py`); in memory is only which connection is writing.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchparty_api.errors import Malformed, PreconditionFailed, Unavailable
from watchparty_api.objects import v4_signature
from watchparty_api.objects.body_writer import PartFile, write_body
from watchparty_api.objects.byte_range import ByteRange, parse_range
from watchparty_api.objects.local import SIGNER, LocalObjectStore, upload_path
from watchparty_api.objects.port import StoredObject
from watchparty_api.objects.sessions import Session
from watchparty_api.objects.single_writer import SingleWriter
from watchparty_api.services import Services
from watchparty_api.web.http import bare_app
from watchparty_api.web.site import base_url

log = logging.getLogger(__name__)

T = TypeVar("T")
Finalized = Callable[[StoredObject], object]

_SIGNED_HEADERS = ("content-type", "x-goog-content-length-range", "x-goog-if-generation-match", "x-goog-resumable")
_CLIENT_CLOSED_REQUEST = 499  # the status of Google Cloud Storage for a cancelled session


class ResumableServer:
    """The four methods of the protocol."""

    def __init__(
        self, services: Services, objects: LocalObjectStore, finalized: Finalized, arriving: Callable[[], object]
    ) -> None:
        self._services = services
        self._objects = objects
        self._finalized = finalized
        self._arriving = arriving
        self._writers = SingleWriter()
        # Separate from the pool of API calls, which a slow disk must not block.
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="upload")

    async def start(self, request: Request) -> Response:
        """POST: opens a session if the signature allows it."""
        video_id = request.path_params["video_id"]
        host = urlsplit(base_url(request)).netloc
        headers = {name.lower(): value for name, value in request.headers.items()} | {"host": host}
        signed = v4_signature.SignedRequest("POST", upload_path(video_id), request.url.query, headers)
        now, key = self._services.now(), self._objects.key.public_key()
        v4_signature.verify(signed, signer=SIGNER, key=key, now=now, required=_SIGNED_HEADERS)
        size_bytes = _exact_length(headers)
        secret = await self._blocking(
            lambda: self._objects.open_session(video_id, size_bytes=size_bytes, content_type=headers["content-type"])
        )
        location = f"{base_url(request)}{upload_path(video_id)}?upload_id={secret}"
        return Response(status_code=201, headers={"Location": location})

    async def put(self, request: Request) -> Response:
        """PUT: receives bytes, or returns how many have been received."""
        session = await self._session(request)
        asked = parse_range(request.headers.get("content-range"), session.size_bytes)
        length = request.headers.get("content-length")
        expected = asked.length if asked else 0
        if length is not None and length != str(expected):
            raise Malformed("other_length", f"The body has {length} bytes, Content-Range says {expected}.")
        if asked is None:
            return await self._progress(session)
        return await self._writers.run(session.key, lambda: self._receive(request, session, asked))

    async def cancel(self, request: Request) -> Response:
        """DELETE: cancels the upload."""
        session = await self._session(request)
        await self._writers.run(session.key, lambda: self._blocking(lambda: self._objects.sessions.drop(session)))
        return Response(status_code=_CLIENT_CLOSED_REQUEST)

    async def _receive(self, request: Request, session: Session, asked: ByteRange) -> Response:
        sessions = self._objects.sessions
        if await self._blocking(lambda: sessions.finished(session)):
            return await self._progress(session)
        await self._blocking(self._arriving)
        stored = await self._blocking(lambda: sessions.stored_bytes(session))
        if asked.first > stored:
            raise Unavailable(
                "offset_too_high", f"Only {stored} bytes have arrived. Continue from there.", retry_after_s=1
            )
        if asked.last >= stored:
            with closing(PartFile(sessions.part(session), offset=stored, disk=self._objects.disk)) as part:
                await write_body(
                    request.receive,
                    part,
                    skip_bytes=stored - asked.first,
                    length_bytes=asked.length,
                    threads=self._threads,
                )
        return await self._progress(session)

    async def _progress(self, session: Session) -> Response:
        """308 and the number of bytes received; a complete session becomes the original, with the answer 200."""
        sessions = self._objects.sessions
        original = await self._blocking(lambda: sessions.finished(session))
        if original is None:
            stored = await self._blocking(lambda: sessions.stored_bytes(session))
            if stored < session.size_bytes:
                return Response(status_code=308, headers={"Range": f"bytes=0-{stored - 1}"} if stored else {})
            generation = str(int(self._services.now().timestamp() * 1_000_000) * 1000)
            original = await self._blocking(lambda: sessions.finish(session, generation=generation))
        try:
            await asyncio.to_thread(self._finalized, original)
        except Exception:  # the bytes are stored and the client is done: maintenance finalizes it later
            log.exception("the upload of %s is complete, but finalizing it failed", original.name)
        return Response(headers={"x-goog-generation": original.generation, "ETag": f'"{original.generation}"'})

    async def _session(self, request: Request) -> Session:
        video_id, secret = request.path_params["video_id"], request.query_params.get("upload_id", "")
        now = self._services.now()
        return await self._blocking(lambda: self._objects.sessions.find(video_id, secret, now=now))

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def resumable_app(
    services: Services, objects: LocalObjectStore, finalized: Finalized, *, arriving: Callable[[], object]
) -> Starlette:
    """The application for everything under /upload.

    `finalized` is called, in a thread, for each original that is complete, and again when the client asks again.
    `arriving` is called, in a thread, before bytes of an original are received.
    """
    server = ResumableServer(services, objects, finalized, arriving)
    path = upload_path("{video_id}")
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(services.config.cors_origins),
        allow_methods=["POST", "PUT", "DELETE"],
        allow_headers=["Content-Range", *_SIGNED_HEADERS],
        expose_headers=["Location", "Range"],
    )
    routes = [
        Route(path, server.start, methods=["POST"]),
        Route(path, server.put, methods=["PUT"]),
        Route(path, server.cancel, methods=["DELETE"]),
    ]
    return bare_app(services, routes, middleware=[cors] if services.config.cors_origins else [])


def _exact_length(headers: dict[str, str]) -> int:
    """The size that the signature fixes: we sign only `n,n`, and only the first write."""
    least, _, most = headers["x-goog-content-length-range"].partition(",")
    if not least.isdecimal() or least != most:
        raise Malformed("bad_length_range", "x-goog-content-length-range must give a single length.")
    if headers["x-goog-resumable"] != "start":
        raise Malformed("not_resumable", "x-goog-resumable must be start.")
    if headers["x-goog-if-generation-match"] != "0":
        raise PreconditionFailed("not_first_write", "Originals are written once.")
    return int(least)
