"""Serves the built page: hashed assets cached for a year, everything else revalidated, index.html for every route of
the page, and `/r/{room}` with the tags for link previews in messengers.
"""

from collections.abc import Callable
from mimetypes import guess_type
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from watchparty_api.rooms.link_page import PAGE_CACHE, PAGE_HEADERS
from watchparty_api.web.compression import accepts
from watchparty_api.web.file_body import FileBody

ASSETS_CACHE = "public, max-age=31536000, immutable"
COMPRESSED = {"br": ".br", "gzip": ".gz"}
"""The copies that the build writes beside each asset, the smallest first."""
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 2_048
"""The longest name of a file on Linux, and half of the longest path: the file system raises for longer ones."""
RoomPage = Callable[[Request, str, str], tuple[int, str]]
"""(request, room id, index.html) → (status, HTML)."""


def page_folder() -> Path:
    """Returns the folder of the built page: in an installed wheel, or frontend/dist in a checkout."""
    inside = Path(__file__).parent / "page"
    return inside if inside.exists() else Path(__file__).parents[2] / "frontend" / "dist"


class Site:
    """The ASGI application for everything that is neither API, socket, upload nor media."""

    def __init__(self, folder: Path, room_page: RoomPage) -> None:
        self._folder = folder.resolve()
        self._room_page = room_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Method not allowed", status_code=405, headers={"Allow": "GET, HEAD"})
        path = request.scope["path"]
        if len(path.encode()) > MAX_PATH_BYTES or any(len(part.encode()) > MAX_NAME_BYTES for part in path.split("/")):
            return PlainTextResponse("Not found", status_code=404)
        file = (self._folder / path.lstrip("/")).resolve()
        if path != "/" and file.is_file() and file.is_relative_to(self._folder):
            return _file_response(file, self._folder / "assets", request.headers.get("accept-encoding", ""))
        if "." in path.rpartition("/")[2]:
            return PlainTextResponse("Not found", status_code=404)
        index = (self._folder / "index.html").read_text()
        if path.startswith("/r/"):
            status, html = await run_in_threadpool(self._room_page, request, path.removeprefix("/r/").strip("/"), index)
            return HTMLResponse(html, status_code=status, headers=PAGE_HEADERS)
        return HTMLResponse(index, headers=PAGE_HEADERS)


def _file_response(file: Path, assets: Path, accepted: str) -> FileBody:
    """The file, or the copy of it that the build compressed. What a file is decides its headers, not the path to it."""
    if file.suffix == ".html":
        return FileBody(file, stat_result=file.stat(), headers=PAGE_HEADERS)
    if not file.is_relative_to(assets):
        return FileBody(file, stat_result=file.stat(), headers={"Cache-Control": PAGE_CACHE})
    headers = {"Cache-Control": ASSETS_CACHE, "Vary": "Accept-Encoding"}
    type_, _ = guess_type(file.name)
    for encoding, suffix in COMPRESSED.items():
        copy = file.with_name(f"{file.name}{suffix}")
        if accepts(accepted, encoding) and copy.is_file():
            return FileBody(
                copy, stat_result=copy.stat(), media_type=type_, headers={**headers, "Content-Encoding": encoding}
            )
    return FileBody(file, stat_result=file.stat(), media_type=type_, headers=headers)
