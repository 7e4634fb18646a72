"""Which request paths can name anything. Checked before routing, because file systems and databases raise for the
others, each in its own way. Pure.
"""

import re
from urllib.parse import unquote_to_bytes

from watchparty_api.errors import ApiError, Malformed, RoutingError

MAX_SEGMENT_BYTES = 1_024
"""The longest segment of ours is a grant, with fewer than 300. Firestore allows 1,500 for an id."""
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def path_refusal(raw_path: bytes) -> ApiError | None:
    """The refusal of a path as it was sent, percent-encoded; None if it may be routed."""
    path = unquote_to_bytes(raw_path)
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return Malformed("bad_path", "The path isn’t valid UTF-8.")
    if _BAD_ESCAPE.search(raw_path) or _CONTROL.search(text):
        return Malformed("bad_path", "The path isn’t valid.")
    if any(len(segment) > MAX_SEGMENT_BYTES for segment in path.split(b"/")):
        return RoutingError(404, "")
    return None
