"""Which files may be announced, and under which content type they are signed. Pure.

Browsers name few containers: Matroska comes as nothing or as octet-stream. So a known ending is as good as a type, and
the type that we sign, not the browser's, is what the upload has to carry. What is really inside, the transcoder finds.
"""

import re

from watchparty_api.errors import UnsupportedType

_BY_ENDING = {
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
    """The content type to sign. Raises UnsupportedType for what is neither video nor audio by type or ending."""
    given = content_type.partition(";")[0].strip().lower()
    by_ending = _BY_ENDING.get(filename.rpartition(".")[2].lower())
    # .ts is TypeScript to some browsers and systems, .ogg an application: the ending knows better than they do.
    if _FILM.fullmatch(given):
        return given
    if by_ending and (given in _UNKNOWN or by_ending != given):
        return by_ending
    raise UnsupportedType(
        "not_a_film", "This isn’t a video or audio file. Upload an MP4, MKV, WebM or MOV, for example."
    )


def title_of(filename: str) -> str:
    """A first title: the file's name without its ending."""
    stem = filename.rpartition(".")[0] or filename
    return stem.strip()[:200] or "Untitled"
