"""Responses with one media file, from this machine or a bucket: MIME type, caching, ranges and HEAD.

Segments never change, so they are cached for a year, but only by the viewer's own browser (`private`). A playlist
without an end still grows and is cached for a second.
"""

from pathlib import Path

from starlette.responses import RedirectResponse, Response

from watchparty_api.objects.media_names import is_playlist, is_text, media_type
from watchparty_api.objects.port import ObjectStore
from watchparty_api.web.file_body import FileBody

_SEGMENT = "private, max-age=31536000, immutable"
_PICTURE_OR_TEXT = "private, max-age=3600"
_GROWING = "private, max-age=1"
_COMPLETE = "private, max-age=60"


def media_response(path: Path, *, keep: bool = True) -> Response:
    """The file. `keep=False` forbids caching, because the URL itself grants access. Blocks; call it in a thread."""
    kind = media_type(path.name)
    life = _SEGMENT if path.suffix in (".m4s", ".mp4") else _PICTURE_OR_TEXT
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": life if keep else "no-store"}
    if is_playlist(path.name):
        playlist = path.read_bytes()
        if keep:
            headers["Cache-Control"] = _COMPLETE if b"#EXT-X-ENDLIST" in playlist else _GROWING
        return Response(playlist, headers=headers, media_type=kind)
    return FileBody(path, headers=headers, media_type=kind, stat_result=path.stat())


def bucket_response(objects: ObjectStore, name: str, signed_url: str) -> Response:
    """A file in a bucket: text is returned directly, anything else by redirect to `signed_url`.

    Neither may be cached.
    """
    headers = {"Cache-Control": "no-store"}
    if is_text(name):
        return Response(objects.read_media(name), media_type=media_type(name), headers=headers)
    return RedirectResponse(signed_url, status_code=302, headers=headers)
