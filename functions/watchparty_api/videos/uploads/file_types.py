"""Which files can be uploaded, and the content type that is signed for them. Pure.

Browsers know few containers: Matroska has no type or is an octet-stream. So a known file extension counts like a type,
and the upload must carry the type that we sign, not the browser's. The transcoder finds out what the file contains.
"""

import re

from watchparty_api.errors import UnsupportedType

_BY_EXTENSION = {
    "3gp": "video/3gpp",
    "aac": "audio/aac",
    "avi": "video/x-msvideo",
    "flac": "audio/flac",
    "flv": "video/x-flv",
    "gif": "image/gif",
    "m2ts": "video/mp2t",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mpeg": "video/mpeg",
    "mpg": "video/mpeg",
    "mts": "video/mp2t",
    "mxf": "application/mxf",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "opus": "audio/ogg",
    "ts": "video/mp2t",
    "vob": "video/mpeg",
    "wav": "audio/wav",
    "webm": "video/webm",
    "wmv": "video/x-ms-wmv",
}
_FILM = re.compile(r"(video|audio)/[a-z0-9][a-z0-9.+-]{0,80}")
_UNKNOWN = ("", "application/octet-stream")


def signed_type(filename: str, content_type: str) -> str:
    """The content type to sign. Raises UnsupportedType unless type or file extension is video or audio."""
    given = content_type.partition(";")[0].strip().lower()
    by_extension = _BY_EXTENSION.get(filename.rpartition(".")[2].lower())
    # Some browsers and systems take .ts for TypeScript and .ogg for an application: the extension is more reliable.
    if _FILM.fullmatch(given):
        return given
    if by_extension and (given in _UNKNOWN or by_extension != given):
        return by_extension
    raise UnsupportedType(
        "not_a_film", "This isn’t a video or audio file. Upload an MP4, MKV, WebM or MOV, for example."
    )


def title_of(filename: str) -> str:
    """A first title: the file name without its extension."""
    stem = filename.rpartition(".")[0] or filename
    return stem.strip()[:200] or "Untitled"
