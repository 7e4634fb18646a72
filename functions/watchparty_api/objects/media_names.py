"""Names of media objects: which are valid, and their MIME types. Pure."""

import re

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}){2,5}")
_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/mp4",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt; charset=utf-8",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".png": "image/png",
    ".json": "application/json",
}


def is_media_name(name: str) -> bool:
    """Whether `name` has the form `{video_id}/{generation}/…`. No part starts with a dot, so no path leads upwards."""
    return _NAME.fullmatch(name) is not None


def media_type(name: str) -> str | None:
    """The MIME type by file extension; None for files that we do not serve."""
    return _TYPES.get(name[name.rfind(".") :])


def is_text(name: str) -> bool:
    """Whether it is a small text file that the page reads: a playlist, subtitles, the index of the seek previews."""
    return name.endswith((".m3u8", ".vtt", ".json"))


def is_playlist(name: str) -> bool:
    return name.endswith(".m3u8")


def object_name(media_name: str) -> str:
    """What a media file is called in a bucket: the path under which the edge serves it, so nothing is rewritten."""
    return f"media/{media_name}"
